// SPDX-License-Identifier: Apache-2.0
#include "store/text_cursor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace changer::store {
namespace {

constexpr std::size_t longest_key_bytes = 1024;

/// Tells whether a character stands for itself in a JSON string that it does not end.
bool is_plain(char c) {
    return c >= 0x20 && c < 0x7F && c != '\\';
}

/// Returns the length of the JSON string that `text` begins with; 0 if it does not end.
std::size_t string_length(std::string_view text) {
    if (text.empty() || text[0] != '"')
        return 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

/// Returns the length of the bracketed value that `text` begins with; 0 if it does not end.
std::size_t object_length(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
        case '"':
            if (const std::size_t length = string_length(text.substr(i)); length != 0)
                i += length - 1;
            else
                return 0;
            break;
        case '{':
        case '[':
            ++depth;
            break;
        case '}':
        case ']':
            if (depth <= 1)
                return depth == 1 ? i + 1 : 0;
            --depth;
            break;
        default:
            break;
        }
    }
    return 0;
}

} // namespace

std::string_view TextCursor::cut(std::size_t length) {
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
}

bool TextCursor::take(std::string_view expected) {
    if (faulted_ || rest_.substr(0, expected.size()) != expected)
        return false;
    cut(expected.size());
    return true;
}

std::uint64_t TextCursor::number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    faulted_ = faulted_ || error != std::errc{};
    if (faulted_)
        return 0;
    cut(static_cast<std::size_t>(end - rest_.data()));
    return value;
}

std::string TextCursor::string() {
    const std::size_t length = faulted_ ? 0 : string_length(rest_);
    if (length == 0) {
        faulted_ = true;
        return {};
    }
    const auto quoted = cut(length);
    if (std::all_of(quoted.begin(), quoted.end(), is_plain))
        return std::string(quoted.substr(1, length - 2));
    const auto value = nlohmann::json::parse(quoted, nullptr, false);
    const auto* text = value.get_ptr<const std::string*>(); // none if it is not UTF-8
    faulted_ = text == nullptr;
    return faulted_ ? std::string() : *text;
}

std::string_view TextCursor::object() {
    faulted_ = faulted_ || rest_.empty() || rest_[0] != '{';
    const std::size_t length = faulted_ ? 0 : object_length(rest_);
    faulted_ = faulted_ || length == 0;
    return cut(length);
}

std::optional<std::string> json_string(std::string_view text) {
    using nlohmann::json;
    if (std::all_of(text.begin(), text.end(), is_plain) && text.find('"') == std::string_view::npos)
        return '"' + std::string(text) + '"';
    const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
    // A byte that is not UTF-8 was replaced: two keys could become one.
    const auto back = json::parse(quoted, nullptr, false);
    if (!back.is_string() || *back.get_ptr<const std::string*>() != text)
        return std::nullopt;
    return quoted;
}

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= longest_key_bytes;
}

bool is_document(std::string_view text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    return !text.empty() && text.front() == '{' && text.back() == '}' &&
           std::none_of(text.begin(), text.end(), is_control) && nlohmann::json::accept(text);
}

} // namespace changer::store
