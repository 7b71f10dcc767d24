// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/members.hpp"
#include "support/clock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::library {

/// What the beginning of a tape says of itself; text is fit for JSON.
struct MediumLabel {
    std::string type; ///< "ansi", "ltfs", "bacula": which program, or standard, wrote it
    std::string id;   ///< empty: the type is known, the tape is not
    std::string info; ///< for people; no part of the identity

    bool operator==(const MediumLabel&) const = default;
};

/// What a cartridge turned out to be when a drive looked at it.
struct Identification {
    enum class Outcome : std::uint8_t {
        labelled,
        unrecognised, ///< something is written that no kind of label explains
        blank,
        encrypted, ///< the drive lacks the key: barcode and chip are the identity
        unreadable,
        incompatible, ///< no drive here can read this kind of cartridge
        cleaning_cartridge,
        no_cartridge, ///< the drive says that it is empty
    };
    Outcome outcome = Outcome::unreadable;
    std::optional<MediumLabel> label;         ///< of `labelled` alone
    std::optional<std::string> medium_serial; ///< of the memory chip: the factory's
    std::optional<std::uint64_t> load_count;
    std::optional<std::uint64_t> cleaning_uses; ///< of a cleaning cartridge: how many are left
    std::string first_block; ///< hexadecimal, of the unrecognised: its beginning, 128 bytes at most
    std::string text;        ///< why it is not more, for people
    std::optional<WallTime> at;
    std::string by; ///< the job that looked

    bool operator==(const Identification&) const = default;
};

/// Returns the enumerator's spelling.
std::string_view name(Identification::Outcome outcome);

/// Writes `{type, id, info}`; null for none.
nlohmann::json to_json(const std::optional<MediumLabel>& label);

nlohmann::json to_json(const Identification& identification);

/// Fills an identification from the members of a document that holds one under `key`.
class IdentificationMembers {
  public:
    explicit IdentificationMembers(std::string_view key)
        : key_(key) {}

    /// Takes a member if it is one of the identification; false: it is another's.
    bool take(std::string_view path, MemberValue& value);

    /// False if what was taken is no identification.
    bool fits() const { return !present_ || (told_ && !wrong_); }

    /// None: the document has none.
    std::optional<Identification> taken() const {
        return present_ ? std::optional(identification_) : std::nullopt;
    }

  private:
    void take_label(std::string_view member, MemberValue& value);

    std::string_view key_;
    Identification identification_;
    bool present_ = false;
    bool told_ = false; ///< how it turned out
    bool wrong_ = false;
};

} // namespace changer::library
