// SPDX-License-Identifier: Apache-2.0
#include "scsi/sense_table.hpp"

#include "scsi/sense_rows.hpp"
#include "scsi/spc/sense.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::scsi {
namespace {

const SenseRow*
find(std::uint32_t key_bit, std::uint8_t asc, std::uint8_t ascq, VendorFamily family) {
    for (const auto& row : vendor_sense_rows())
        if (row.family == family && row.matches(key_bit, asc, ascq))
            return &row;
    for (const auto& row : standard_sense_rows())
        if (row.matches(key_bit, asc, ascq))
            return &row;
    return nullptr;
}

Reaction reaction_to_key(std::uint8_t key) {
    switch (key) {
    case sense_key::no_sense:
    case sense_key::recovered_error:
        return Reaction::note;
    case sense_key::not_ready:
        return Reaction::wait;
    case sense_key::medium_error:
        return Reaction::bad_medium;
    case sense_key::hardware_error: // once, and no blind repetition
    case sense_key::unit_attention:
        return Reaction::reread_inventory;
    case sense_key::aborted_command:
        return Reaction::retry;
    default:
        return Reaction::fail;
    }
}

} // namespace

const SenseRow* lookup(const Sense& sense, VendorFamily family) {
    return find(1u << (sense.key & 0x0F), sense.asc, sense.ascq, family);
}

const SenseRow* lookup_element(std::uint8_t asc, std::uint8_t ascq, VendorFamily family) {
    return find(keys({element}), asc, ascq, family);
}

Reaction reaction(const Sense& sense, VendorFamily family) {
    const auto* row = lookup(sense, family);
    return row != nullptr ? row->reaction : reaction_to_key(sense.key);
}

DoorEvidence door_evidence(const Sense& sense, VendorFamily family) {
    const auto* row = lookup(sense, family);
    return row != nullptr ? row->door : DoorEvidence::none;
}

DoorEvidence door_evidence(const ElementStatus& status, VendorFamily family) {
    if (status.type != ElementType::storage && status.type != ElementType::import_export)
        return DoorEvidence::none;
    const auto* row = lookup_element(status.asc, status.ascq, family);
    auto evidence = row != nullptr ? row->door : DoorEvidence::none;
    if (status.disabled && evidence != DoorEvidence::open)
        evidence = DoorEvidence::magazine;
    if (evidence != DoorEvidence::none && status.type == ElementType::import_export)
        return DoorEvidence::import_export_only;
    return evidence;
}

std::string describe(const Sense& sense, VendorFamily family) {
    const auto* row = lookup(sense, family);
    if (row != nullptr)
        return std::string(row->meaning);
    if (sense.asc == 0 && sense.ascq == 0)
        return std::string(describe_key(sense.key));
    const bool vendor_specific = sense.asc >= 0x80 || sense.ascq >= 0x80;
    return fmt::format("{}, {} {:02X}/{:02X}",
                       describe_key(sense.key),
                       vendor_specific ? "vendor's code" : "code",
                       sense.asc,
                       sense.ascq);
}

std::string_view describe_key(std::uint8_t key) {
    static constexpr std::array<std::string_view, 16> names{
        "no sense",
        "recovered error",
        "not ready",
        "medium error",
        "hardware error",
        "illegal request",
        "unit attention",
        "data protect",
        "blank check",
        "vendor specific",
        "copy aborted",
        "aborted command",
        "reserved key",
        "volume overflow",
        "miscompare",
        "completed",
    };
    return names.at(key & 0x0F);
}

std::string_view name(Reaction reaction) {
    switch (reaction) {
    case Reaction::retry:
        return "retry";
    case Reaction::wait:
        return "wait";
    case Reaction::reread_inventory:
        return "reread_inventory";
    case Reaction::reread_import_export:
        return "reread_import_export";
    case Reaction::initialize_elements:
        return "initialize_elements";
    case Reaction::start_over:
        return "start_over";
    case Reaction::remap:
        return "remap";
    case Reaction::ask_operator:
        return "ask_operator";
    case Reaction::operator_asks:
        return "operator_asks";
    case Reaction::removal_prevented:
        return "removal_prevented";
    case Reaction::unload_drive:
        return "unload_drive";
    case Reaction::cleaning:
        return "cleaning";
    case Reaction::bad_medium:
        return "bad_medium";
    case Reaction::reservation:
        return "reservation";
    case Reaction::read_alerts:
        return "read_alerts";
    case Reaction::drop_feature:
        return "drop_feature";
    case Reaction::fix_configuration:
        return "fix_configuration";
    case Reaction::other_path:
        return "other_path";
    case Reaction::our_defect:
        return "our_defect";
    case Reaction::fail:
        return "fail";
    case Reaction::skip_element:
        return "skip_element";
    case Reaction::note:
        return "note";
    }
    return "fail";
}

} // namespace changer::scsi
