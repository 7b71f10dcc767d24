// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace changer {

/// How much is asked when a device is opened.
enum class Opening : std::uint8_t {
    full, ///< everything that tells one device from another, and what it says of itself
    lean, ///< one INQUIRY, for a tool that does one thing and ends: no VPD page, no timeouts
};

/// Who a device says it is; padding is trimmed.
struct Identity {
    scsi::DeviceType type = scsi::DeviceType::unknown;
    std::string vendor;   ///< INQUIRY bytes 8-15
    std::string product;  ///< INQUIRY bytes 16-31
    std::string revision; ///< INQUIRY bytes 32-35
    std::string serial;   ///< VPD page 80h; empty when the device has none, or opened lean
    std::string
        designator; ///< VPD page 83h, the T10 or NAA designator of the logical unit; or empty
    std::vector<std::uint8_t> vital_pages; ///< VPD pages it lists; none when opened lean
    bool barcode_reader = false; ///< as INQUIRY byte 55 says; many that have one do not say so

    bool operator==(const Identity&) const = default;
};

class Device;

/// Reads INQUIRY data and, unless lean, VPD pages 80h and 83h where the device lists them.
///
/// Notes:  lean is one command, with the allocation length mtx has always sent
/// Errors: wrong_device_type — the sentence says what to do; device_not_available; transport's
Result<Identity> read_identity(Device& device, scsi::DeviceType expected, Opening opening);

} // namespace changer
