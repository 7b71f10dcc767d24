// SPDX-License-Identifier: Apache-2.0
#include "library/members.hpp"

#include "support/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace changer::library {

template <class T>
const T* MemberValue::get() {
    const auto* value = std::get_if<T>(&value_);
    faulted_ = faulted_ || (value == nullptr && !std::holds_alternative<std::nullptr_t>(value_));
    return value;
}

std::optional<std::string> MemberValue::text() {
    auto* const* value = get<std::string*>();
    return value == nullptr ? std::nullopt : std::optional(std::move(**value));
}

std::optional<bool> MemberValue::boolean() {
    const auto* value = get<bool>();
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::uint64_t> MemberValue::number(std::uint64_t maximum) {
    const auto* value = get<std::uint64_t>();
    faulted_ = faulted_ || (value != nullptr && *value > maximum);
    return value == nullptr || faulted_ ? std::nullopt : std::optional(*value);
}

std::optional<scsi::ElementAddress> MemberValue::address() {
    const auto value = number(UINT16_MAX);
    return value ? std::optional(scsi::ElementAddress(*value)) : std::nullopt;
}

std::optional<WallTime> MemberValue::time() {
    const auto value = text();
    if (!value)
        return std::nullopt;
    const auto parsed = from_rfc3339(*value);
    faulted_ = faulted_ || !parsed;
    return parsed;
}

bool MemberValue::object() {
    return get<Object>() != nullptr;
}

namespace {

using Json = nlohmann::json;

/// Turns what the parser meets into members with their paths.
class MemberParser final : public nlohmann::json_sax<Json> {
  public:
    explicit MemberParser(MemberTaker& taker)
        : taker_(taker) {}

    bool null() override { return member(nullptr); }

    bool boolean(bool value) override { return member(value); }

    bool number_integer(number_integer_t) override { return member(MemberValue::Other{}); }

    bool number_unsigned(number_unsigned_t value) override { return member(std::uint64_t{value}); }

    bool number_float(number_float_t, const string_t&) override {
        return member(MemberValue::Other{});
    }

    bool string(string_t& value) override { return member(&value); }

    bool binary(binary_t&) override { return member(MemberValue::Other{}); }

    bool start_object(std::size_t) override {
        if (!begins_.empty() && !member(MemberValue::Object{}))
            return false;
        if (!begins_.empty())
            path_ += '/';
        begins_.push_back(path_.size());
        return true;
    }

    bool key(string_t& value) override {
        path_.resize(begins_.back());
        if (value.find('/') == string_t::npos) // none of ours: it must not look like a path
            path_ += value;
        return true;
    }

    bool end_object() override {
        path_.resize(begins_.back());
        begins_.pop_back();
        return true;
    }

    bool start_array(std::size_t) override {
        const bool good = member(MemberValue::Other{});
        ++arrays_;
        return good;
    }

    bool end_array() override {
        --arrays_;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
        return false;
    }

  private:
    bool member(MemberValue::Kinds kinds) {
        if (begins_.empty())
            return false; // the document is no object
        if (arrays_ > 0)
            return true;
        MemberValue value(kinds);
        taker_.take(path_, value);
        return !value.faulted();
    }

    MemberTaker& taker_;
    std::string path_;
    std::vector<std::size_t> begins_; ///< of the keys in the path, for each open object
    std::size_t arrays_ = 0;
};

} // namespace

bool read_members(std::string_view document, MemberTaker& taker) {
    MemberParser parser(taker);
    return Json::sax_parse(document.begin(), document.end(), &parser);
}

} // namespace changer::library
