// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_status.hpp"
#include "scsi/spc/inquiry.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace changer::scsi {

/// Libraries whose codes beyond the standard mean the same.
enum class VendorFamily : std::uint8_t {
    generic,
    bdt, ///< IBM TS3100/3200/3573/4300, Dell TL2000/4000, HPE MSL G3: one maker
    ibm_3584,
    ibm_ts2900,
    ibm_ts3310,
    ibm_ts3400,
    quantum_scalar, ///< and Dell ML6000
    quantum_superloader,
    quantum_atl, ///< and HP ESL
    exabyte,     ///< and Tandberg
    stk,         ///< L-series, SL500
    oracle,      ///< SL150, SL4000
    ampex,
    sony,
    spectra,
    mhvtl,
};

/// Tells the family from what a device says it is; generic if it is none we know.
VendorFamily vendor_family(std::string_view vendor, std::string_view product);
VendorFamily vendor_family(const InquiryData& inquiry);

/// Returns the enumerator's spelling.
std::string_view name(VendorFamily family);

/// What to do about a sense code.
enum class Reaction : std::uint8_t {
    retry,                ///< at most three times, 1, 2 and 5 s apart
    wait,                 ///< poll until ready, within the ready budget
    reread_inventory,     ///< everything known of the elements is stale
    reread_import_export, ///< everything known of the mail slots is stale
    initialize_elements,  ///< INITIALIZE ELEMENT STATUS once, with consent
    start_over,           ///< a reset: locks, reservations, geometry and elements are stale
    remap,                ///< identity and geometry may have changed
    ask_operator,         ///< stop moves, tell the operator, poll slowly
    operator_asks,        ///< someone at the panel wants media out
    removal_prevented,    ///< someone's PREVENT stands in the way
    unload_drive,         ///< unload the drive, then again
    cleaning,             ///< the cleaning workflow
    bad_medium,           ///< not this cartridge in this drive again
    reservation,          ///< another host's reservation: report
    read_alerts,          ///< read TapeAlert
    drop_feature,         ///< leave the optional bit or command out from now on
    fix_configuration,    ///< a configuration error
    other_path,           ///< try another path
    our_defect,           ///< we sent nonsense
    fail,                 ///< tell the caller
    skip_element,         ///< the element is not there: leave it out
    note,                 ///< information only
};

/// Returns the enumerator's spelling.
std::string_view name(Reaction reaction);

/// What a code says about the door.
enum class DoorEvidence : std::uint8_t {
    none,
    open,               ///< a door is, or was, open
    magazine,           ///< a magazine is, or was, out
    maybe,              ///< counts as open after our own ALLOW
    weak,               ///< medium may have changed: re-read; a difference makes it strong
    import_export_only, ///< the mail slots, never the door
    never,              ///< looks like it, says nothing: resets, new logins
};

/// One row of the tables; several keys and a run of ASCQs may share a row.
struct SenseRow {
    VendorFamily family = VendorFamily::generic; ///< generic: the standard's meaning
    std::uint32_t keys = 0;                      ///< bit n: sense key n; bit 16: in an element
    std::uint8_t asc = 0;
    std::uint8_t first_ascq = 0;
    std::uint8_t last_ascq = 0;
    std::string_view meaning; ///< lower case, no full stop
    Reaction reaction = Reaction::fail;
    std::optional<Reaction> otherwise = std::nullopt; ///< when the first did not help
    DoorEvidence door = DoorEvidence::none;

    constexpr bool matches(std::uint32_t key_bit, std::uint8_t code, std::uint8_t qualifier) const {
        return (keys & key_bit) != 0 && asc == code && first_ascq <= qualifier &&
               qualifier <= last_ascq;
    }
};

/// All rows: the families' first, so that the first match is the closest.
std::span<const SenseRow> vendor_sense_rows();
std::span<const SenseRow> standard_sense_rows();

/// Finds the closest row: the family's own, else the standard's; null if neither has one.
const SenseRow* lookup(const Sense& sense, VendorFamily family = VendorFamily::generic);

/// Finds the row of a code that an element descriptor carries.
const SenseRow*
lookup_element(std::uint8_t asc, std::uint8_t ascq, VendorFamily family = VendorFamily::generic);

/// Returns what to do; codes in no table are judged by their key.
Reaction reaction(const Sense& sense, VendorFamily family = VendorFamily::generic);

/// Returns what a command's sense says about the door.
DoorEvidence door_evidence(const Sense& sense, VendorFamily family = VendorFamily::generic);

/// Returns what an element says about the door: storage elements only; a mail slot's trouble is
/// import_export_only, a drive's is none.
DoorEvidence door_evidence(const ElementStatus& element,
                           VendorFamily family = VendorFamily::generic);

/// Says in words what a code means; never empty.
std::string describe(const Sense& sense, VendorFamily family = VendorFamily::generic);

/// Returns a sense key's name: "not ready".
std::string_view describe_key(std::uint8_t key);

} // namespace changer::scsi
