// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/mode_sense.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <array>
#include <cstdint>

namespace changer::scsi {

/// A set of element types, as mode page 1Fh writes it.
struct ElementTypeSet {
    bool transport = false;
    bool storage = false;
    bool import_export = false;
    bool data_transfer = false;

    bool operator==(const ElementTypeSet&) const = default;
};

/// What moves a changer says it can do: mode page 1Fh. A hint: some devices set every bit.
struct DeviceCapabilities {
    static constexpr std::uint8_t page = 0x1F;

    ElementTypeSet can_store;
    bool volume_tag_reader = false;         ///< VTRP; false means nothing without `smc2_fields`
    bool auto_clean_enabled = false;        ///< ACE: the library cleans its drives by itself
    bool smc2_fields = false;               ///< S2C: the two above are filled in
    std::array<ElementTypeSet, 4> move;     ///< by source: transport, storage, I/E, drive
    std::array<ElementTypeSet, 4> exchange; ///< by source: transport, storage, I/E, drive

    bool operator==(const DeviceCapabilities&) const = default;
};

/// Decodes mode page 1Fh.
///
/// Source:  SMC-3, Device Capabilities mode page; S2C: Dell TL2000
/// Errors:  malformed_response — another page, or shorter than its MOVE MEDIUM part
Result<DeviceCapabilities> decode_device_capabilities(const ModePage& page);

ModePage encode_mode_page(const DeviceCapabilities& capabilities);

/// What a changer's locks and stations do: mode page 1Fh, subpage 41h.
struct ExtendedDeviceCapabilities {
    static constexpr std::uint8_t page = 0x1F;
    static constexpr std::uint8_t subpage = 0x41;

    bool move_refused_while_prevented = false; ///< MVPRV: no moves to mail slots under PREVENT
    bool move_closes_import_export = false;    ///< MVCL
    bool move_opens_import_export = false;     ///< MVOP
    bool user_closes_import_export = false;    ///< USRCL
    bool user_opens_import_export = false;     ///< USROP
    bool import_export_stores = false;         ///< IEST
    bool drives_empty_on_door_access = false;  ///< DTEDA
    bool reports_source_element = false;       ///< RSSEA
    bool moves_tray = false;                   ///< MVTRY
    bool import_export_in_magazines = false;   ///< IEMGZ
    bool storage_in_magazines = false;         ///< SMGZ
    bool true_exchange = false;                ///< TREXC
    bool prevent_locks_import_export = false;  ///< LCKIE
    bool prevent_locks_door = false;           ///< LCKD
    bool eject_before_move_from = false;       ///< SPMER: a drive must have ejected its cartridge
    bool eject_before_move_to = false;         ///< DPMER: the same at the destination
    bool pre_eject_position = false;           ///< PEPOS
    bool unassigned_cleaning_storage = false;  ///< UCST

    bool operator==(const ExtendedDeviceCapabilities&) const = default;
};

/// Decodes mode page 1Fh, subpage 41h.
///
/// Source:  SMC-3, Extended Device Capabilities mode page; bits as in Quantum's SuperLoader 3 guide
/// Errors:  malformed_response — another page, or shorter than the bytes that tell of locks
/// Notes:   what a shorter page leaves out is false
Result<ExtendedDeviceCapabilities> decode_extended_device_capabilities(const ModePage& page);

ModePage encode_mode_page(const ExtendedDeviceCapabilities& capabilities);

} // namespace changer::scsi
