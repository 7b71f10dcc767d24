// SPDX-License-Identifier: Apache-2.0
#include "transport/discovery.hpp"

#include <libudev.h>

#include <memory>

namespace changer {
namespace {

constexpr std::string_view by_id = "/dev/tape/by-id/";

struct Release {
    void operator()(udev* context) const { udev_unref(context); }

    void operator()(udev_device* device) const { udev_device_unref(device); }
};

} // namespace

std::optional<std::string> udev_link(const std::string& sg_name) {
    const std::unique_ptr<udev, Release> context(udev_new());
    if (!context)
        return std::nullopt;
    const std::unique_ptr<udev_device, Release> device(
        udev_device_new_from_subsystem_sysname(context.get(), "scsi_generic", sg_name.c_str()));
    if (!device)
        return std::nullopt;
    std::optional<std::string> first; // in the order of the alphabet: the same at every start
    for (auto* entry = udev_device_get_devlinks_list_entry(device.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        const std::string_view link = udev_list_entry_get_name(entry);
        if (link.starts_with(by_id) && (!first || link < *first))
            first = link;
    }
    return first;
}

} // namespace changer
