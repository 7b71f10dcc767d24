// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_status.hpp"
#include "transport/discovery.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace changer {

/// One way to a drive from this host: a node, or a URL. Several lead to one drive where it has
/// several ports, or the host several adapters.
struct DrivePath {
    std::string device;                     ///< "/dev/sg3", or a URL
    std::vector<std::string> names = {};    ///< links to it: what a configuration may call it
    std::optional<std::string> tape_node{}; ///< "/dev/nst0"
    std::string vendor, product;            ///< INQUIRY, padding removed
    std::string serial = {};                ///< VPD page 80h; empty: it has none
    /// The unit's names of VPD page 83h, as text: T10's "VENDOR  PRODUCT         SERIAL" with its
    /// padding, or hexadecimal digits; "t10." and "naa." before them are understood.
    std::vector<std::string> designators = {};
    std::optional<scsi::ElementAddress> element_address{}; ///< VPD page B4h

    bool operator==(const DrivePath&) const = default;
};

/// Takes what the kernel knows of a tape drive; no command was sent for it, so page B4h is not in.
DrivePath drive_path(const DiscoveredDevice& device);

/// A drive as the configuration places it.
struct ConfiguredDrive {
    scsi::ElementAddress address{};
    std::string device; ///< a node, a link to one, or a URL

    bool operator==(const ConfiguredDrive&) const = default;
};

/// What is known of who is behind one data transfer element.
struct DriveMatch {
    /// By what a drive was found, the surest first.
    enum class By : std::uint8_t { nothing, identifier, element_address, configuration };

    scsi::ElementAddress address{};
    By by = By::nothing;
    std::vector<DrivePath> paths = {}; ///< from this host; none: robot moves only
    /// Why the paths may not be used, though there are some: what is said of the drive contradicts
    /// itself. The robot may move its cartridges all the same.
    std::string contradiction = {};

    /// Whether this host may work with the drive.
    bool usable() const { return !paths.empty() && contradiction.empty(); }

    /// Whether there is a drive, and this host has no way to it: it is cabled to another one.
    bool foreign = false;
};

/// Returns the enumerator's spelling.
std::string_view name(DriveMatch::By by);

/// Finds for each data transfer element the drive behind it: by the identifier that the changer
/// reports (DVCID), else by the address the drive reports (page B4h), else by the configuration.
///
/// `elements`: the changer's; others than data transfer elements are passed over.
/// `paths`: every tape drive this host sees, but for those known to belong to other libraries:
/// addresses are the same in all of them.
///
/// Notes:  paths of one serial number are one drive. A serial number at two elements, two drives
///         for one element, a drive that says it is elsewhere, and a configuration that says so,
///         are contradictions
std::vector<DriveMatch> match_drives(std::span<const scsi::ElementStatus> elements,
                                     std::span<const DrivePath> paths,
                                     std::span<const ConfiguredDrive> configured);

} // namespace changer
