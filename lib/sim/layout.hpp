// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"

#include <cstdint>

namespace changer::sim {

/// What READ ELEMENT STATUS says of the drive in an element when DVCID asks.
enum class Identifiers : std::uint8_t {
    full,        ///< vendor, product and serial number, as VPD page 83h has it
    serial_only, ///< the serial number alone, 32 characters (SuperLoader 3, Spectra T-series)
    none,        ///< DVCID is refused with 5/24/00 (Qualstar)
};

/// When DVCID may be asked for.
enum class IdentifierRule : std::uint8_t {
    always,
    never_with_tags, ///< DVCID and VOLTAG together are refused with 5/24/00
    ibm_3584,        ///< IBM TS4500: drives without VOLTAG, and then nothing but identifiers; mail
                     ///< slots with VOLTAG; storage with VOLTAG 5,376 at most
};

/// Where the elements are, and in what form they are reported.
struct Layout {
    std::uint16_t first_arm = 0x1;
    std::uint16_t first_mail_slot = 0x10;
    std::uint16_t first_drive = 0x100;
    std::uint16_t first_slot = 0x400;
    unsigned arms = 1; ///< 0: there is one, and it is not reported
    Identifiers identifiers = Identifiers::full;
    IdentifierRule identifier_rule = IdentifierRule::always;
    bool alternate_tags = false;   ///< AVOLTAG, another label on each cartridge
    bool blank_tags = false;       ///< empty cells have a tag of blanks instead of zeros (IBM 3584)
    std::uint16_t extra_bytes = 0; ///< at the end of every descriptor, as vendors add

    /// The address where elements of this type begin, whether or not there are any.
    constexpr scsi::ElementAddress first(scsi::ElementType type) const {
        switch (type) {
        case scsi::ElementType::storage:
            return scsi::ElementAddress{first_slot};
        case scsi::ElementType::import_export:
            return scsi::ElementAddress{first_mail_slot};
        case scsi::ElementType::data_transfer:
            return scsi::ElementAddress{first_drive};
        case scsi::ElementType::any:
        case scsi::ElementType::transport:
            break;
        }
        return scsi::ElementAddress{first_arm};
    }
};

} // namespace changer::sim
