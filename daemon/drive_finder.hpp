// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config.hpp"
#include "device/quirks.hpp"
#include "drive/drive_match.hpp"
#include "drive_thread.hpp"
#include "jobs/drive_command.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "transport/discovery.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace changer::daemon {

/// Where drives are looked for.
struct DriveSources {
    /// The changers and tape drives of this host, as the kernel knows them.
    std::function<Result<std::vector<DiscoveredDevice>>()> list = discover_devices;
    OpenDevice open; ///< to ask a configured drive who it is
};

/// The ways to tape drives that a library's drives may be behind.
struct DrivePaths {
    std::vector<DrivePath> paths;
    /// Configured drives that could not be asked who they are, and why.
    std::map<std::string, std::string> unreachable = {};
};

/// Collects the tape drives of this host and the configured ones, which are asked who they are
/// (INQUIRY, which disturbs nobody). One that `known` has is not asked again: another session would
/// end ours.
///
/// Blocks:  for a login and some INQUIRYs to each configured drive
DrivePaths collect_drive_paths(std::span<const DriveConfig> configured,
                               std::span<const DrivePath> known,
                               const DriveSources& sources,
                               Clock& clock,
                               const Quirks& quirks);

/// A data transfer element, and the drive that is behind it.
struct FoundDrive {
    jobs::DriveReach reach;
    DriveTarget target;

    bool operator==(const FoundDrive&) const = default;
};

/// Finds the drive behind each data transfer element, see match_drives(), and the way to it that is
/// used: a configured one, else one with a tape node.
///
/// Notes:  a configured drive without `element` is placed by the library's word or its own alone:
///         no order of lists is taken for a place
std::vector<FoundDrive> find_drives(std::span<const scsi::ElementStatus> elements,
                                    const DrivePaths& paths,
                                    std::span<const DriveConfig> configured);

} // namespace changer::daemon
