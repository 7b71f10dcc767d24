// SPDX-License-Identifier: Apache-2.0
#include "device/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace changer {
namespace {

using nlohmann::json;

/// Writes a member's name as a JSON pointer has it.
/// Source:  RFC 6901, section 3
std::string escaped(std::string_view key) {
    std::string text;
    for (const char c : key)
        text += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    return text;
}

/// Accepts any JSON whose objects have each key once, and remembers where it stopped being that.
class SyntaxCheck final : public json::json_sax_t {
  public:
    std::size_t error_at = 0;
    std::string twice; ///< the pointer of a key that came again

    bool null() override { return value(); }

    bool boolean(bool) override { return value(); }

    bool number_integer(number_integer_t) override { return value(); }

    bool number_unsigned(number_unsigned_t) override { return value(); }

    bool number_float(number_float_t, const string_t&) override { return value(); }

    bool string(string_t&) override { return value(); }

    bool binary(binary_t&) override { return value(); }

    bool start_object(std::size_t) override { return open(); }

    bool end_object() override { return close(); }

    bool start_array(std::size_t) override { return open(); }

    bool end_array() override { return close(); }

    bool key(string_t& key) override {
        Level& level = levels_.back();
        level.at = escaped(key);
        if (level.keys.insert(key).second)
            return true;
        for (const Level& each : levels_)
            twice += "/" + each.at;
        return false;
    }

    bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
        error_at = position;
        return false;
    }

  private:
    struct Level {
        std::set<std::string> keys; ///< empty in a list
        std::string at = "0";       ///< the member, or how many items came before
        std::size_t items = 0;
    };

    static constexpr std::size_t max_depth = 32;

    bool value() {
        if (!levels_.empty() && levels_.back().keys.empty())
            levels_.back().at = fmt::format("{}", ++levels_.back().items);
        return true;
    }

    bool open() {
        levels_.emplace_back();
        return levels_.size() <= max_depth;
    }

    bool close() {
        levels_.pop_back();
        return value();
    }

    std::vector<Level> levels_;
};

Error syntax_error(std::string_view text, const SyntaxCheck& check) {
    if (!check.twice.empty())
        return {Code::malformed_document, check.twice + " comes twice in one object"};
    const auto before = text.substr(0, check.error_at > 0 ? check.error_at - 1 : 0);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return {Code::malformed_document, fmt::format("not JSON at line {}, column {}", line, column)};
}

} // namespace

Result<json> parse_quirk_text(std::string_view text) {
    SyntaxCheck check;
    if (!json::sax_parse(text, &check))
        return syntax_error(text, check);
    return json::parse(text, nullptr, false);
}

Fields::Fields(const json& object, std::string pointer)
    : object_(object)
    , pointer_(std::move(pointer)) {
    if (!object_.is_object())
        fail("", "is not an object");
}

const json* Fields::find(std::string_view key) {
    known_.emplace_back(key);
    if (!object_.is_object())
        return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
}

void Fields::text(std::string_view key, std::string& to) {
    const json* value = find(key);
    if (value && value->is_string())
        to = value->get_ref<const std::string&>();
    else if (value)
        fail(key, "is not a string");
}

void Fields::required_text(std::string_view key, std::string& to) {
    text(key, to);
    if (to.empty())
        fail(key, "is missing or empty");
}

void Fields::flag(std::string_view key, std::optional<bool>& to) {
    const json* value = find(key);
    if (value && value->is_boolean())
        to = value->get<bool>();
    else if (value)
        fail(key, "is neither true nor false");
}

std::optional<std::uint64_t>
Fields::number(std::string_view key, std::uint64_t least, std::uint64_t most) {
    const json* value = find(key);
    if (!value)
        return std::nullopt;
    if (value->is_number_unsigned())
        if (const auto number = value->get<std::uint64_t>(); number >= least && number <= most)
            return number;
    fail(key, fmt::format("is not a whole number from {} to {}", least, most));
    return std::nullopt;
}

void Fields::fail(std::string_view key, std::string_view what) {
    const std::string place = key.empty() ? pointer_ : below(key);
    if (!error_)
        error_ = Error{Code::malformed_document,
                       fmt::format("{} {}", place.empty() ? "the document" : place, what)};
}

void Fields::adopt(std::optional<Error> error) {
    if (!error_)
        error_ = std::move(error);
}

std::string Fields::below(std::string_view key) const {
    return pointer_ + "/" + escaped(key);
}

std::optional<Error> Fields::finish() {
    if (object_.is_object())
        for (const auto& item : object_.items())
            if (std::find(known_.begin(), known_.end(), item.key()) == known_.end())
                fail(item.key(), "is not a member known here");
    return error_;
}

} // namespace changer
