// SPDX-License-Identifier: Apache-2.0
#include "transport/discovery.hpp"

#include <libudev.h>

#include <memory>
#include <vector>

namespace changer {
namespace {

struct Release {
    void operator()(udev* context) const { udev_unref(context); }

    void operator()(udev_device* device) const { udev_device_unref(device); }
};

} // namespace

std::optional<std::string> udev_link(const std::string& node_name) {
    const std::unique_ptr<udev, Release> context(udev_new());
    if (!context)
        return std::nullopt;
    const char* subsystem = node_name.starts_with("sg") ? "scsi_generic" : "scsi_tape";
    const std::unique_ptr<udev_device, Release> device(
        udev_device_new_from_subsystem_sysname(context.get(), subsystem, node_name.c_str()));
    if (!device)
        return std::nullopt;
    std::vector<std::string> links;
    for (auto* entry = udev_device_get_devlinks_list_entry(device.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry))
        links.emplace_back(udev_list_entry_get_name(entry));
    return persistent_link(links);
}

} // namespace changer
