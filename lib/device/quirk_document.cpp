// SPDX-License-Identifier: Apache-2.0
// The reader of "changer.quirks/1": data/quirks.schema.json says the same for people and editors.
#include "device/json_fields.hpp"
#include "device/quirks.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace changer {
namespace {

using nlohmann::json;

constexpr std::uint64_t last_address = 0xFFFF;
constexpr std::uint64_t longest_timeout = 86'400;
/// READ ELEMENT STATUS has three bytes for its allocation length.
constexpr std::uint64_t longest_transfer = 0xFFFFFF;

std::optional<scsi::VendorFamily> family_from_name(std::string_view wanted) {
    for (int i = 0; i <= static_cast<int>(scsi::VendorFamily::mhvtl); ++i)
        if (const auto family = static_cast<scsi::VendorFamily>(i); name(family) == wanted)
            return family;
    return std::nullopt;
}

std::optional<std::uint8_t> rescan_opcode(const json& value) {
    if (value == "07h")
        return std::uint8_t{0x07};
    if (value == "37h")
        return std::uint8_t{0x37};
    if (value == "E7h")
        return std::uint8_t{0xE7};
    return std::nullopt;
}

void read_rescan(Fields& fields, Quirk& quirk) {
    const json* value = fields.find("rescan");
    if (!value)
        return;
    bool good = value->is_array() && !value->empty();
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        const auto opcode = rescan_opcode((*value)[i]);
        good = opcode.has_value();
        if (good)
            quirk.rescan.push_back(*opcode);
    }
    if (!good)
        fields.fail("rescan", R"(is not a list of "07h", "37h", "E7h")");
}

void refuse_empty(const json& value, Fields& fields) {
    if (value.is_object() && value.empty())
        fields.fail("", "states nothing");
}

std::optional<scsi::ElementAddress> address(Fields& fields, std::string_view key) {
    const auto number = fields.number(key, 0, last_address);
    return number ? std::optional(static_cast<scsi::ElementAddress>(*number)) : std::nullopt;
}

std::optional<scsi::ElementAddress>
read_first_address(Fields& fields, std::string_view key, const json&) {
    return address(fields, key);
}

std::optional<scsi::ElementRange>
read_range(Fields& fields, std::string_view key, const json& value) {
    Fields range(value, fields.below(key));
    const auto first = address(range, "first");
    const auto count = range.number("count", 0, last_address);
    if (!first || !count)
        range.fail("", "needs both first and count");
    else if (scsi::number(*first) + *count > last_address + 1)
        range.fail("count", "runs past the last address, 65535");
    fields.adopt(range.finish());
    if (!first || !count)
        return std::nullopt;
    return scsi::ElementRange{*first, static_cast<std::uint16_t>(*count)};
}

/// Reads an object with a member for each type of element.
template <class T>
void read_by_type(Fields& fields,
                  std::string_view key,
                  ByElementType<T>& to,
                  std::optional<T> (*read)(Fields&, std::string_view, const json&)) {
    const json* value = fields.find(key);
    if (!value)
        return;
    Fields types(*value, fields.below(key));
    refuse_empty(*value, types);
    const auto member = [&](std::string_view name, std::optional<T>& one) {
        if (const json* found = types.find(name))
            one = read(types, name, *found);
    };
    member("transport", to.transport);
    member("storage", to.storage);
    member("import_export", to.import_export);
    member("data_transfer", to.data_transfer);
    fields.adopt(types.finish());
}

void read_timeouts(Fields& fields, Quirk& quirk) {
    const json* value = fields.find("timeouts");
    if (!value)
        return;
    Fields times(*value, fields.below("timeouts"));
    refuse_empty(*value, times);
    for (std::size_t i = 0; i < command_class_count; ++i) {
        const TimeoutRow& row = timeout_row(static_cast<CommandClass>(i));
        if (const auto seconds = times.number(row.name, 1, longest_timeout))
            quirk.timeouts.at(row.which) = std::chrono::seconds{*seconds};
    }
    fields.adopt(times.finish());
}

void read_door(Fields& fields, Quirk& quirk) {
    fields.flag("prevent", quirk.prevent);
    fields.flag("lock_holds_door", quirk.lock_holds_door);
    fields.flag("allow_is_for_everybody", quirk.allow_is_for_everybody);
    fields.text("unlock_hint", quirk.unlock_hint);
    fields.text("door_kind", quirk.door_kind);
    const auto& kind = quirk.door_kind;
    if (!kind.empty() && kind != "door" && kind != "magazines" && kind != "several")
        fields.fail("door_kind", R"(is none of "door", "magazines", "several")");
}

void read_drive_identifiers(Fields& fields, Quirk& quirk) {
    const json* value = fields.find("drive_identifiers");
    if (!value)
        return;
    if (*value == "alone")
        quirk.drive_identifiers = DriveIdentifiers::alone;
    else if (*value == "with_tags")
        quirk.drive_identifiers = DriveIdentifiers::with_tags;
    else if (*value == "never")
        quirk.drive_identifiers = DriveIdentifiers::never;
    else
        fields.fail("drive_identifiers", R"(is none of "alone", "with_tags", "never")");
}

void read_statements(Fields& fields, Quirk& quirk) {
    std::string family;
    fields.text("sense_family", family);
    if (!family.empty() && !(quirk.sense_family = family_from_name(family)))
        fields.fail("sense_family", "is not a family of sense codes");
    read_door(fields, quirk);
    fields.flag("access_flag", quirk.access_flag);
    fields.flag("implicit_unload", quirk.implicit_unload);
    fields.flag("exchange", quirk.exchange);
    fields.flag("tag_search", quirk.tag_search);
    fields.flag("element_types", quirk.element_types);
    read_drive_identifiers(fields, quirk);
    if (const auto most = fields.number("max_elements_per_request", 1, 0xFFFF))
        quirk.max_elements_per_request = static_cast<std::size_t>(*most);
    if (const auto most = fields.number("max_transfer_bytes", 512, longest_transfer))
        quirk.max_transfer_bytes = static_cast<std::size_t>(*most);
    read_rescan(fields, quirk);
    fields.flag("rescan_after_power_on", quirk.rescan_after_power_on);
    quirk.transport_address = address(fields, "transport_address");
    read_by_type(fields, "addresses", quirk.addresses, read_range);
    read_by_type(fields, "first_addresses", quirk.first_addresses, read_first_address);
    read_timeouts(fields, quirk);
}

QuirkMatch read_match(const json& value, const std::string& pointer, Fields& row) {
    QuirkMatch match;
    Fields fields(value, pointer);
    fields.text("vendor", match.vendor);
    fields.text("product", match.product);
    fields.text("revision_from", match.revision_from);
    fields.text("revision_to", match.revision_to);
    row.adopt(fields.finish());
    if (value.is_object() && match == QuirkMatch{})
        row.adopt(Error{Code::malformed_document,
                        pointer + " names nothing: it would match every device"});
    return match;
}

QuirkRow read_row(const json& value, const std::string& pointer, Fields& document) {
    QuirkRow row;
    Fields fields(value, pointer);
    fields.required_text("name", row.name);
    fields.required_text("source", row.source);
    const json* matches = fields.find("match");
    if (!matches || !matches->is_array() || matches->empty())
        fields.fail("match", "is not a list of at least one device");
    else
        for (std::size_t i = 0; i < matches->size(); ++i)
            row.matches.push_back(
                read_match((*matches)[i], fmt::format("{}/{}", fields.below("match"), i), fields));
    read_statements(fields, row.quirk);
    document.adopt(fields.finish());
    return row;
}

/// Two rows about the same devices hide a mistake: the second silently corrects the first.
void refuse_duplicates(const std::vector<QuirkRow>& rows, Fields& document) {
    std::map<QuirkMatch, std::string> seen;
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < rows[i].matches.size(); ++j) {
            const auto [same, fresh] =
                seen.try_emplace(rows[i].matches[j], fmt::format("/quirks/{}/match/{}", i, j));
            if (!fresh)
                document.adopt(
                    Error{Code::malformed_document,
                          fmt::format("/quirks/{}/match/{} is about the same devices as {}",
                                      i,
                                      j,
                                      same->second)});
        }
}

} // namespace

Result<Quirks> Quirks::parse(std::string_view text) {
    const auto document = parse_quirk_text(text);
    if (!document)
        return document.error();
    Fields fields(*document, "");
    std::string schema;
    fields.text("schema", schema);
    if (schema != "changer.quirks/1")
        fields.fail("schema", R"(is not "changer.quirks/1")");
    Quirks quirks;
    const json* rows = fields.find("quirks");
    if (!rows || !rows->is_array())
        fields.fail("quirks", "is not a list");
    else
        for (std::size_t i = 0; i < rows->size(); ++i)
            quirks.rows_.push_back(
                read_row((*rows)[i], fmt::format("{}/{}", fields.below("quirks"), i), fields));
    refuse_duplicates(quirks.rows_, fields);
    if (auto error = fields.finish())
        return *std::move(error);
    return quirks;
}

} // namespace changer
