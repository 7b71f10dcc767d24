// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/result.hpp"

#include <string>

namespace changer {

/// Who a device says it is; padding is trimmed.
struct Identity {
    scsi::DeviceType type = scsi::DeviceType::unknown;
    std::string vendor;   ///< INQUIRY bytes 8-15
    std::string product;  ///< INQUIRY bytes 16-31
    std::string revision; ///< INQUIRY bytes 32-35
    std::string serial;   ///< VPD page 80h; empty when the device has none
    std::string
        designator; ///< VPD page 83h, the T10 or NAA designator of the logical unit; or empty
    bool barcode_reader = false; ///< as INQUIRY byte 55 says; many that have one do not say so

    bool operator==(const Identity&) const = default;
};

class Device;

/// Reads INQUIRY data and, where the device lists them, VPD pages 80h and 83h.
///
/// Errors: wrong_device_type — the sentence says what to do; device_not_available; transport's
Result<Identity> read_identity(Device& device, scsi::DeviceType expected);

} // namespace changer
