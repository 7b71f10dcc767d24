// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/code.hpp"
#include "support/sense.hpp"

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace changer {

/// Why something did not happen: a code the caller can act on, a sentence fragment for people.
struct Error {
    Code code = Code::failed;
    std::string what; ///< lower case, no full stop; layers above prefix their context
    std::optional<Sense> sense = std::nullopt;
    std::string sense_raw = {}; ///< the sense bytes in hexadecimal; empty without sense

    /// Prefixes the caller's context: "load slot 12: move medium: command refused".
    Error in(std::string_view context) && {
        what = std::string(context) + ": " + what;
        return std::move(*this);
    }

    bool operator==(const Error&) const = default;
};

/// Writes code-free text with the sense code behind it: "command refused (5/3B/0E)".
std::string to_string(const Error& error);

/// A value or an Error; the part of std::expected this project uses.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}

    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }

    const T& operator*() const& {
        assert(state_.index() == 0);
        return *std::get_if<0>(&state_);
    }

    T& operator*() & {
        assert(state_.index() == 0);
        return *std::get_if<0>(&state_);
    }

    T&& operator*() && {
        assert(state_.index() == 0);
        return std::move(*std::get_if<0>(&state_));
    }

    const T* operator->() const { return &**this; }

    T* operator->() { return &**this; }

    const Error& error() const& {
        assert(state_.index() == 1);
        return *std::get_if<1>(&state_);
    }

    Error&& error() && {
        assert(state_.index() == 1);
        return std::move(*std::get_if<1>(&state_));
    }

  private:
    std::variant<T, Error> state_;
};

/// Success without a value.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;

    Result(Error error)
        : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }

    const Error& error() const& {
        assert(error_);
        return *error_;
    }

    Error&& error() && {
        assert(error_);
        return std::move(*error_);
    }

  private:
    std::optional<Error> error_;
};

} // namespace changer
