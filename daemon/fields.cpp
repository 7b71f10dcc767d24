// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace changer::daemon {
namespace {

using nlohmann::json;

/// Escapes a key as RFC 6901 wants it.
std::string escaped(std::string_view key) {
    std::string out;
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

} // namespace

Fields::Fields(const json& value, std::string pointer, FirstError& error)
    : pointer_(std::move(pointer))
    , error_(&error) {
    if (value.is_object())
        object_ = &value;
    else if (!error)
        error = Error{
            Code::malformed_document,
            fmt::format("{}: must be an object", pointer_.empty() ? "the document" : pointer_)};
}

std::string Fields::pointer(std::string_view key) const {
    return pointer_ + "/" + escaped(key);
}

void Fields::fail(std::string_view key, std::string_view what) {
    if (!*error_)
        *error_ = Error{Code::malformed_document, fmt::format("{}: {}", pointer(key), what)};
}

const json* Fields::find(std::string_view key) {
    known_.emplace(key);
    if (object_ == nullptr)
        return nullptr;
    const auto member = object_->find(std::string(key));
    return member == object_->end() ? nullptr : &*member;
}

std::optional<std::string> Fields::text(std::string_view key) {
    const json* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_string()) {
        fail(key, "must be a string");
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<bool> Fields::boolean(std::string_view key) {
    const json* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_boolean()) {
        fail(key, "must be true or false");
        return std::nullopt;
    }
    return value->get<bool>();
}

const json* Fields::object(std::string_view key) {
    const json* value = find(key);
    if (value == nullptr || value->is_object())
        return value;
    fail(key, "must be an object");
    return nullptr;
}

const json* Fields::array(std::string_view key) {
    const json* value = find(key);
    if (value == nullptr || value->is_array())
        return value;
    fail(key, "must be an array");
    return nullptr;
}

void Fields::require(std::string_view key) {
    if (object_ != nullptr && find(key) == nullptr)
        fail(key, "is missing");
}

void Fields::refuse_others() {
    if (object_ == nullptr)
        return;
    for (const auto& member : object_->items())
        if (known_.find(member.key()) == known_.end())
            return fail(member.key(),
                        fmt::format("unknown key; known here: {}", fmt::join(known_, ", ")));
}

} // namespace changer::daemon
