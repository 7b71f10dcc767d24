// SPDX-License-Identifier: Apache-2.0
#include "drive/drive_status.hpp"

#include "device/ready_wait.hpp"

#include <array>

namespace changer {
namespace {

/// Codes that mean the same whatever the key: firmware differs in the key, not in these.
std::optional<DriveState> state_of_code(std::uint8_t asc, std::uint8_t ascq) {
    constexpr std::uint8_t incompatible_medium = 0x30;
    if (asc != incompatible_medium)
        return std::nullopt;
    switch (ascq) {
    case 0x03: // cleaning cartridge installed
        return DriveState::cleaning;
    case 0x07: // cleaning failure
    case 0x0A: // cleaning request rejected
    case 0x13: // cleaning volume expired
        return DriveState::cleaning_refused;
    case 0x00: // incompatible medium installed
    case 0x01: // cannot read medium, unknown format
    case 0x02: // cannot read medium, incompatible format
    case 0x0D: // medium not supported, wrong type of write-once
        return DriveState::incompatible;
    default:
        return std::nullopt;
    }
}

} // namespace

std::string_view name(DriveState state) {
    constexpr std::array<std::string_view, 8> names{"ready",
                                                    "empty",
                                                    "loading",
                                                    "unloaded",
                                                    "cleaning",
                                                    "cleaning_refused",
                                                    "incompatible",
                                                    "not_ready"};
    return names.at(static_cast<std::size_t>(state));
}

DriveState drive_state(const Sense& sense, scsi::VendorFamily family) {
    constexpr std::uint8_t medium_not_present = 0x3A;
    if (const auto state = state_of_code(sense.asc, sense.ascq))
        return *state;
    if (sense.key != scsi::sense_key::not_ready)
        return DriveState::not_ready;
    if (sense.asc == medium_not_present)
        return sense.ascq == 0x03 || sense.ascq == 0x04 ? DriveState::unloaded : DriveState::empty;
    if (sense.asc == 0x04 && sense.ascq == 0x02)
        return DriveState::unloaded;
    return becoming_ready(sense, family) ? DriveState::loading : DriveState::not_ready;
}

bool says_in_use(const Error& error) {
    constexpr std::uint8_t load_or_eject = 0x53;
    if (error.code == Code::reservation_conflict)
        return true;
    return error.sense && error.sense->asc == load_or_eject &&
           (error.sense->ascq == 0x02 || error.sense->ascq == 0x03);
}

} // namespace changer
