// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/drive_finder.hpp"
#include "sim/host.hpp"

#include <memory>
#include <string>
#include <vector>

namespace changer::test {

using Lines = std::vector<std::string>;

/// Ways to a simulated library's drives, "drive:1" and so on, and the kernel's list.
struct DriveMachine : Site {
    daemon::DriveSources sources() {
        return {.list = [this] { return Result<std::vector<DiscoveredDevice>>(listed); },
                .open = [this](const std::string& device) -> Result<std::unique_ptr<Transport>> {
                    asked.push_back(device);
                    const auto lun = device.find("drive:");
                    if (lun == device.npos || missing)
                        return Error{Code::device_not_available, "no such device"};
                    return std::unique_ptr<Transport>(std::make_unique<sim::SimTransport>(
                        library,
                        clock,
                        sim::Initiator{"host-f", 1},
                        static_cast<std::uint64_t>(std::stoi(device.substr(lun + 6)))));
                }};
    }

    daemon::DrivePaths collect(const std::vector<daemon::DriveConfig>& configured,
                               const std::vector<DrivePath>& known = {}) {
        return daemon::collect_drive_paths(configured, known, sources(), clock, Quirks::builtin());
    }

    std::vector<DiscoveredDevice> listed;
    Lines asked;
    bool missing = false; ///< no drive can be opened
};

} // namespace changer::test
