// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer {

/// What is known of a model that it does not say itself. A member without a value states nothing:
/// what the device reports, or the default, then holds.
struct Quirk {
    std::optional<scsi::VendorFamily> sense_family; ///< whose own sense codes it uses
    std::optional<bool> lock_holds_door; ///< whether a GOOD PREVENT keeps hands off all media
    std::string door_kind;               ///< "door", "magazines", "several"; empty: not known
    std::string unlock_hint; ///< for the operator: what to do when the command does not unlock
    std::optional<bool> allow_is_for_everybody; ///< any initiator's ALLOW ends our PREVENT
    std::optional<bool> access_flag;            ///< false: Access means nothing in descriptors
    std::optional<bool> implicit_unload;        ///< MOVE from a drive unloads the tape by itself
    std::optional<bool> device_identifiers;     ///< false: DVCID is never to be set
    std::optional<std::size_t> max_elements_per_request;
    std::vector<std::uint8_t> rescan; ///< opcodes that rescan, best first: 07h, 37h, E7h
    std::optional<std::chrono::seconds> move_timeout;

    /// Lets every statement of `other` replace ours.
    void overlay(const Quirk& other);
};

/// Which devices a row is about. All texts are compared without padding.
struct QuirkMatch {
    std::string vendor;        ///< exactly; empty: any
    std::string product;       ///< the beginning; empty: any
    std::string revision_from; ///< the lowest revision, compared as text; empty: no bound
    std::string revision_to;   ///< the highest revision, compared as text; empty: no bound
};

struct QuirkRow {
    std::string name; ///< for people: "IBM TS3100 to TS4300"
    std::vector<QuirkMatch> matches;
    std::string source; ///< where this was learned
    Quirk quirk;
};

/// The table of quirks: rows compiled in from data/quirks.json, then rows from files of the user.
///
/// Notes:  every row that matches a device is laid over the ones before it, so that a later row,
///         or a user's file, replaces single statements of an earlier one
class Quirks {
  public:
    /// Returns the rows compiled in.
    static const Quirks& builtin();

    /// Reads a document of schema "changer.quirks/1".
    ///
    /// Errors: malformed_document — with the JSON pointer of the field, or line and column
    static Result<Quirks> parse(std::string_view json);

    /// Appends the rows of every *.json file of a directory, in the order of their names.
    ///
    /// Errors: malformed_document — with the file's name; an absent directory is no error
    Result<void> add_directory(const std::filesystem::path& directory);

    /// Returns what is known of a device.
    Quirk find(std::string_view vendor, std::string_view product, std::string_view revision) const;

    const std::vector<QuirkRow>& rows() const { return rows_; }

  private:
    std::vector<QuirkRow> rows_;
};

} // namespace changer
