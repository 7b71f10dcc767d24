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
    return {scsi::DeviceType::changer,
            std::string(personality.vendor),
            std::string(personality.product),
            std::string(personality.revision),
            world.options.serial};
}

/// Writes vendor (8 bytes), product (16) and serial number: a T10 designator, DVCID's identifier.
inline Bytes t10_identifier(const Identity& unit) {
    ByteWriter out;
    out.text(unit.vendor, 8).text(unit.product, 16);
    out.text(unit.serial_number, unit.serial_number.size());
    return std::move(out).take();
}

} // namespace changer::sim
