// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::store {

/// Reads the text the store itself wrote, from left to right, and keeps documents byte for byte as
/// they were (a JSON library would write them anew). A mismatch faults and yields nothing; ask
/// faulted() once, at the end.
class TextCursor {
  public:
    explicit TextCursor(std::string_view text)
        : rest_(text) {}

    /// Takes exactly `expected`, or faults.
    void expect(std::string_view expected) {
        if (!take(expected))
            faulted_ = true;
    }

    /// Takes `expected` if it is there.
    bool take(std::string_view expected);

    /// Takes a decimal number.
    std::uint64_t number();

    /// Takes a JSON string and returns what it means.
    std::string string();

    /// Takes from one brace to the one that closes it and returns that as it is written. What is
    /// between them is not checked further: is_document() is for that.
    std::string_view object();

    /// Refuses what was taken.
    void fault() { faulted_ = true; }

    /// Tells whether everything was as expected and all of it was taken.
    bool finished() const { return !faulted_ && rest_.empty(); }

    bool faulted() const { return faulted_; }

    std::string_view rest() const { return rest_; }

  private:
    std::string_view cut(std::size_t length);

    std::string_view rest_;
    bool faulted_ = false;
};

/// Writes `text` as a JSON string, quotes included; none if it is not UTF-8.
std::optional<std::string> json_string(std::string_view text);

/// Tells whether `text` may be a document's key; that it is UTF-8 is for json_string() to say.
bool is_key(std::string_view text);

/// Tells whether `text` is one JSON object in one line.
bool is_document(std::string_view text);

} // namespace changer::store
