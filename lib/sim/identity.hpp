// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

#include <string>

namespace changer::sim {

/// What a unit says of itself.
struct Identity {
    scsi::DeviceType type = scsi::DeviceType::changer;
    std::string vendor;
    std::string product;
    std::string revision;
    std::string serial_number;
    std::string vendor_specific = {}; ///< bytes 36 to 55 of standard INQUIRY data
};

/// Returns who is at an existing LUN.
inline Identity identity(const World& world, std::uint64_t lun) {
    if (lun > 0)
        return {scsi::DeviceType::tape,
                "CHANGER",
                "SIMULATED LTO-8",
                "0100",
                world.drives[static_cast<std::size_t>(lun - 1)].serial_number};
    const auto& personality = world.personality();
    Identity changer{scsi::DeviceType::changer,
                     std::string(personality.vendor),
                     std::string(personality.product),
                     std::string(personality.revision),
                     world.options.unit_serial_number()};
    if (personality.serial_form == SerialForm::first_address) // bytes 38 to 49, IBM 3584
        changer.vendor_specific = "  " + changer.serial_number.substr(0, 12);
    return changer;
}

/// Writes vendor (8 bytes), product (16) and serial number: a T10 designator, DVCID's identifier.
inline Bytes t10_identifier(const Identity& unit) {
    ByteWriter out;
    out.text(unit.vendor, 8).text(unit.product, 16);
    out.text(unit.serial_number, unit.serial_number.size());
    return std::move(out).take();
}

} // namespace changer::sim
