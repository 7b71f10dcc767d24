// SPDX-License-Identifier: Apache-2.0
// The reader of "changer.quirks/1": data/quirks.schema.json says the same for people and editors.
#include "device/quirks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace changer {
namespace {

using nlohmann::json;

/// Accepts any JSON and remembers where it stopped being JSON.
class SyntaxCheck final : public json::json_sax_t {
  public:
    std::size_t error_at = 0;

    bool null() override { return true; }

    bool boolean(bool) override { return true; }

    bool number_integer(number_integer_t) override { return true; }

    bool number_unsigned(number_unsigned_t) override { return true; }

    bool number_float(number_float_t, const string_t&) override { return true; }

    bool string(string_t&) override { return true; }

    bool binary(binary_t&) override { return true; }

    bool start_object(std::size_t) override { return ++depth_ <= max_depth; }

    bool end_object() override { return depth_-- > 0; }

    bool start_array(std::size_t) override { return ++depth_ <= max_depth; }

    bool end_array() override { return depth_-- > 0; }

    bool key(string_t&) override { return true; }

    bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
        error_at = position;
        return false;
    }

  private:
    static constexpr int max_depth = 32;
    int depth_ = 0;
};

Error syntax_error(std::string_view text, std::size_t position) {
    const auto before = text.substr(0, position > 0 ? position - 1 : 0);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return {Code::malformed_document, fmt::format("not JSON at line {}, column {}", line, column)};
}

/// Reads the members of one object; the first mistake is kept, unknown members are mistakes.
class Fields {
  public:
    Fields(const json& object, std::string pointer)
        : object_(object)
        , pointer_(std::move(pointer)) {
        if (!object_.is_object())
            fail("", "is not an object");
    }

    /// Finds a member that need not be there.
    const json* find(const char* key) {
        known_.emplace_back(key);
        if (!object_.is_object())
            return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }

    void text(const char* key, std::string& to) {
        const json* value = find(key);
        if (value && value->is_string())
            to = value->get_ref<const std::string&>();
        else if (value)
            fail(key, "is not a string");
    }

    void required_text(const char* key, std::string& to) {
        text(key, to);
        if (to.empty())
            fail(key, "is missing or empty");
    }

    void flag(const char* key, std::optional<bool>& to) {
        const json* value = find(key);
        if (value && value->is_boolean())
            to = value->get<bool>();
        else if (value)
            fail(key, "is neither true nor false");
    }

    std::optional<std::uint64_t> count(const char* key, std::uint64_t most) {
        const json* value = find(key);
        if (!value)
            return std::nullopt;
        if (value->is_number_unsigned())
            if (const auto number = value->get<std::uint64_t>(); number >= 1 && number <= most)
                return number;
        fail(key, fmt::format("is not a whole number from 1 to {}", most));
        return std::nullopt;
    }

    void fail(std::string_view key, std::string_view what) {
        if (!error_)
            error_ = Error{Code::malformed_document,
                           fmt::format("{}{}{} {}", pointer_, key.empty() ? "" : "/", key, what)};
    }

    void adopt(std::optional<Error> error) {
        if (!error_)
            error_ = std::move(error);
    }

    std::string below(std::string_view key, std::size_t index) const {
        return fmt::format("{}/{}/{}", pointer_, key, index);
    }

    /// The verdict: the first mistake, an unknown member being the last looked for.
    std::optional<Error> finish() {
        if (object_.is_object())
            for (const auto& item : object_.items())
                if (std::find(known_.begin(), known_.end(), item.key()) == known_.end())
                    fail(item.key(), "is not a member known here");
        return error_;
    }

  private:
    const json& object_;
    std::string pointer_;
    std::vector<std::string> known_;
    std::optional<Error> error_;
};

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

void read_statements(Fields& fields, Quirk& quirk) {
    std::string family;
    fields.text("sense_family", family);
    if (!family.empty() && !(quirk.sense_family = family_from_name(family)))
        fields.fail("sense_family", "is not a family of sense codes");
    fields.flag("lock_holds_door", quirk.lock_holds_door);
    fields.flag("allow_is_for_everybody", quirk.allow_is_for_everybody);
    fields.flag("access_flag", quirk.access_flag);
    fields.flag("implicit_unload", quirk.implicit_unload);
    fields.flag("device_identifiers", quirk.device_identifiers);
    fields.text("unlock_hint", quirk.unlock_hint);
    fields.text("door_kind", quirk.door_kind);
    const auto& kind = quirk.door_kind;
    if (!kind.empty() && kind != "door" && kind != "magazines" && kind != "several")
        fields.fail("door_kind", R"(is none of "door", "magazines", "several")");
    if (const auto most = fields.count("max_elements_per_request", 0xFFFF))
        quirk.max_elements_per_request = static_cast<std::size_t>(*most);
    if (const auto seconds = fields.count("move_timeout_seconds", 86'400))
        quirk.move_timeout = std::chrono::seconds{*seconds};
    read_rescan(fields, quirk);
}

QuirkMatch read_match(const json& value, const std::string& pointer, Fields& row) {
    QuirkMatch match;
    Fields fields(value, pointer);
    fields.text("vendor", match.vendor);
    fields.text("product", match.product);
    fields.text("revision_from", match.revision_from);
    fields.text("revision_to", match.revision_to);
    if (value.is_object() && value.empty())
        fields.fail("", "names nothing: it would match every device");
    row.adopt(fields.finish());
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
            row.matches.push_back(read_match((*matches)[i], fields.below("match", i), fields));
    read_statements(fields, row.quirk);
    document.adopt(fields.finish());
    return row;
}

} // namespace

Result<Quirks> Quirks::parse(std::string_view text) {
    SyntaxCheck check;
    if (!json::sax_parse(text, &check))
        return syntax_error(text, check.error_at);
    const json document = json::parse(text, nullptr, false);
    Fields fields(document, "");
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
            quirks.rows_.push_back(read_row((*rows)[i], fields.below("quirks", i), fields));
    if (auto error = fields.finish())
        return *std::move(error);
    return quirks;
}

} // namespace changer
