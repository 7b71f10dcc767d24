// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/timeouts.hpp"
#include "scsi/sense_table.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/result.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer {

/// How a changer is asked who its drives are (DVCID in READ ELEMENT STATUS).
enum class DriveIdentifiers : std::uint8_t {
    alone,     ///< in a request without volume tags
    with_tags, ///< only in one with volume tags
    never,     ///< the bit must be 0
};

/// A value for each type of element that has one.
template <class T>
struct ByElementType {
    std::optional<T> transport;
    std::optional<T> storage;
    std::optional<T> import_export;
    std::optional<T> data_transfer;

    /// Lets every value of `other` replace ours.
    void overlay(const ByElementType& other) {
        for (auto member : {&ByElementType::transport,
                            &ByElementType::storage,
                            &ByElementType::import_export,
                            &ByElementType::data_transfer})
            if (other.*member)
                this->*member = other.*member;
    }

    bool operator==(const ByElementType&) const = default;
};

/// What is known of a model that it does not say itself. A member without a value states nothing:
/// what the device reports, or the default, then holds.
struct Quirk {
    std::optional<scsi::VendorFamily> sense_family; ///< whose own sense codes it uses
    std::optional<bool> lock_holds_door; ///< whether a GOOD PREVENT keeps hands off all media
    std::string door_kind;               ///< "door", "magazines", "several"; empty: not known
    std::string unlock_hint; ///< for the operator: what to do when the command does not unlock
    std::optional<bool> allow_is_for_everybody; ///< any initiator's ALLOW ends our PREVENT
    std::optional<bool> prevent;                ///< false: PREVENT ALLOW is not sent
    std::optional<bool> access_flag;            ///< false: Access means nothing in descriptors
    std::optional<bool> implicit_unload;        ///< MOVE from a drive unloads the tape by itself
    std::optional<bool> exchange;               ///< false: EXCHANGE MEDIUM is not sent
    std::optional<bool> tag_search;             ///< false: SEND VOLUME TAG is not sent
    std::optional<bool> element_types; ///< false: the type in READ ELEMENT STATUS is ignored
    std::optional<DriveIdentifiers> drive_identifiers;
    std::optional<std::size_t> max_elements_per_request;
    std::optional<std::size_t> max_transfer_bytes;
    std::vector<std::uint8_t> rescan;          ///< opcodes that rescan, best first: 07h, 37h, E7h
    std::optional<bool> rescan_after_power_on; ///< knows no element before it has been rescanned
    std::optional<scsi::ElementAddress> transport_address; ///< what MOVE names instead of page 1Dh
    ByElementType<scsi::ElementRange> addresses;           ///< replace what page 1Dh says
    /// Where elements begin on a device that has no page 1Dh; how many, the elements tell.
    ByElementType<scsi::ElementAddress> first_addresses;
    Timeouts timeouts;

    /// Lets every statement of `other` replace ours.
    void overlay(const Quirk& other);

    bool operator==(const Quirk&) const = default;
};

/// Which devices a row is about. All texts are compared without padding.
struct QuirkMatch {
    std::string vendor;        ///< exactly; empty: any
    std::string product;       ///< the beginning; empty: any
    std::string revision_from; ///< the lowest revision, compared as text; empty: no bound
    std::string revision_to;   ///< the highest revision, compared as text; empty: no bound

    // NOLINTNEXTLINE(modernize-use-nullptr): the operator compares with a zero of its own
    auto operator<=>(const QuirkMatch&) const = default;
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

    /// Returns the same rows, but reads of them only those that name a device's vendor, and only
    /// when it is looked up: to read all of them takes a short-lived program longer than all it
    /// does. rows() is empty.
    static Quirks builtin_on_demand();

    /// Reads a document of schema "changer.quirks/1" (data/quirks.schema.json).
    ///
    /// Errors: malformed_document — with the JSON pointer of the field, or line and column; two
    ///         rows of one document that match the same devices are a mistake
    static Result<Quirks> parse(std::string_view json);

    /// Lists the *.json files of a directory, in the order of their names.
    ///
    /// Errors: not_found — no such directory; malformed_document — it cannot be read
    static Result<std::vector<std::filesystem::path>>
    files_of(const std::filesystem::path& directory);

    /// Appends the rows of a file.
    ///
    /// Errors: malformed_document — with the file's name, nothing is appended then
    Result<void> add_file(const std::filesystem::path& file);

    /// Appends the rows of every *.json file of a directory, in the order of their names.
    ///
    /// Errors: malformed_document — with the file's name, nothing is appended then; an absent
    ///         directory is no error
    Result<void> add_directory(const std::filesystem::path& directory);

    /// Returns what is known of a device.
    Quirk find(std::string_view vendor, std::string_view product, std::string_view revision) const;

    const std::vector<QuirkRow>& rows() const { return rows_; }

  private:
    std::vector<QuirkRow> rows_;
    std::string_view unread_; ///< a document whose rows are read when they are wanted
};

} // namespace changer
