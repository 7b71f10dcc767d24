// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/result.hpp"

#include <compare>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer {

/// Where Linux has put a device: host:channel:target:lun.
struct ScsiAddress {
    unsigned host = 0;
    unsigned channel = 0;
    unsigned target = 0;
    std::uint64_t lun = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator's 0 for a pointer
    auto operator<=>(const ScsiAddress&) const = default;
};

std::string to_string(const ScsiAddress& address);

/// A changer or tape drive of this machine, as the kernel knows it; no command was sent for it.
struct DiscoveredDevice {
    std::string sg_node; ///< "/dev/sg3": may name another device after the next start
    scsi::DeviceType type = scsi::DeviceType::unknown;
    std::string vendor, product, revision; ///< padding removed
    std::optional<std::string> serial;     ///< page 80h
    /// The unit's own names of page 83h: "naa.5000...", "eui.0011...", "t10.VENDOR ...", or a SCSI
    /// name as it is
    std::vector<std::string> device_ids;
    ScsiAddress address;
    std::optional<std::string> tape_node; ///< "/dev/nst0"
    std::optional<std::string> by_id;     ///< the link to configure: it stays with the device

    bool operator==(const DiscoveredDevice&) const = default;
};

/// Finds the persistent link of a node ("sg3", "nst0").
using LinkLookup = std::function<std::optional<std::string>(const std::string& node_name)>;

/// Lists changers and tape drives, changers first, then by address.
///
/// `sysfs` is the root of the tree ("/sys", or a test's). What cannot be read, or does not decode,
/// is left out of the entry; an entry without a known type is left out of the list.
///
/// Errors: device_not_available — there is no such tree (no sysfs, or the sg module is not loaded)
Result<std::vector<DiscoveredDevice>> scan_sysfs(const std::filesystem::path& sysfs,
                                                 const LinkLookup& links);

/// Lists this machine's changers and tape drives, with their links in /dev/tape/by-id.
Result<std::vector<DiscoveredDevice>> discover_devices();

/// Reads what the kernel keeps of a node's VPD page 80h; no command is sent. Empty: there is no
/// such page, or `node` is no device of this machine.
std::string unit_serial_number_of(const std::filesystem::path& node,
                                  const std::filesystem::path& sysfs = "/sys");

/// Chooses the link to configure a device by, of all that lead to its node: one in
/// /dev/tape/by-id, and of a changer the one that says so, because a drive of the same library may
/// share the rest of the name. Then the alphabet decides, so that it is the same at every start.
std::optional<std::string> persistent_link(std::span<const std::string> links);

/// Looks the link up in udev's database; none in a build without libudev.
std::optional<std::string> udev_link(const std::string& node_name);

} // namespace changer
