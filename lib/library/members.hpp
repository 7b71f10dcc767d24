// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace changer::library {

/// The value of one member of a document. A value of the wrong type faults and yields nothing; null
/// and absent are the same: not known.
class MemberValue {
  public:
    struct Object {};

    struct Other {}; ///< what none of our documents has where it is asked for

    using Kinds = std::variant<std::nullptr_t, bool, std::uint64_t, std::string*, Object, Other>;

    explicit MemberValue(Kinds value)
        : value_(value) {}

    /// Takes the text out: it can be asked for once.
    std::optional<std::string> text();
    std::optional<bool> boolean();
    std::optional<std::uint64_t> number(std::uint64_t maximum = UINT64_MAX);
    std::optional<scsi::ElementAddress> address();
    std::optional<WallTime> time();

    /// Tells whether it is an object; what is in it comes by itself.
    bool object();

    bool faulted() const { return faulted_; }

  private:
    template <class T>
    const T* get();

    Kinds value_;
    bool faulted_ = false;
};

/// Who wants a document's members.
class MemberTaker {
  public:
    virtual ~MemberTaker() = default;

    /// Called with each member in the order of the text, an object before what is in it. The path
    /// of a member of the document itself is its key, of one further in "object/key". What is in
    /// arrays does not come.
    virtual void take(std::string_view path, MemberValue& value) = 0;
};

/// Reads a document we wrote once straight from its text, without a tree of it: a start reads more
/// than 100,000 of them. Any bytes are legal input.
/// Returns:  false — it is not one JSON object, or a value that was asked for faulted
bool read_members(std::string_view document, MemberTaker& taker);

} // namespace changer::library
