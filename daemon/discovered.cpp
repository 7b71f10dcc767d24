// SPDX-License-Identifier: Apache-2.0
#include "discovered.hpp"

#include "log.hpp"
#include "transport/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace changer::daemon {
namespace {

/// Resolves links, so that two names of one node are equal.
std::string resolved(const std::string& path) {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    return error ? path : real.string();
}

} // namespace

std::string discovered_id(std::string_view vendor, std::string_view serial) {
    std::string id;
    for (const char c : fmt::format("{}-{}", vendor, serial)) {
        if (c >= 'A' && c <= 'Z')
            id += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            id += c;
        else if (!id.empty() && id.back() != '-')
            id += '-';
    }
    id.resize(std::min<std::size_t>(id.size(), 32));
    return id;
}

void add_discovered(std::vector<LibraryConfig>& libraries) {
    const auto devices = discover_devices();
    if (!devices)
        return; // no such devices on this machine
    for (const DiscoveredDevice& device : *devices) {
        if (device.type != scsi::DeviceType::changer)
            continue;
        LibraryConfig library;
        library.device = device.by_id.value_or(device.sg_node);
        library.id = discovered_id(device.vendor, device.serial.value_or(""));
        library.settings.door.lock_policy.value = library::LockPolicy::never;
        const auto same = [&](const LibraryConfig& other) {
            return other.id == library.id || resolved(other.device) == resolved(device.sg_node);
        };
        if (std::any_of(libraries.begin(), libraries.end(), same))
            continue;
        if (!device.serial) {
            log(Level::warning,
                fmt::format("{} has no serial number: configure it to use it", device.sg_node));
            continue;
        }
        libraries.push_back(std::move(library));
    }
}

} // namespace changer::daemon
