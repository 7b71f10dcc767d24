// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/model.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace changer::jobs {

enum class ObjectKind : std::uint8_t { library, drive, medium };

/// What an operator can put into use and take out of it.
struct ManagedObject {
    ObjectKind kind = ObjectKind::library;
    scsi::ElementAddress drive{}; ///< of a drive
    std::string medium;           ///< id of a cartridge
    std::string name;             ///< for people: "library", "drive:1", "media:VT0001L8"

    bool operator==(const ManagedObject&) const = default;
};

/// Finds what "library", "drive:1", "@256" or "media:VT0001L8" names. A cartridge that is not in
/// the library can be named too.
///
/// Errors:  invalid_parameter — not one of these forms, or no such drive.  not_found — no such
///          cartridge.  busy — several have that barcode
Result<ManagedObject> find_object(const library::Model& model, std::string_view text);

/// One way of a cartridge: from where to where.
struct Way {
    scsi::ElementAddress from{};
    scsi::ElementAddress to{};
};

/// The drives and cartridges of one library that an operator took out of use. Whether the library
/// itself is in use is its setting `enabled`.
///
/// State:   the document "disabled"
class OutOfUse {
  public:
    bool holds(const ManagedObject& object) const;

    bool holds_drive(scsi::ElementAddress drive) const { return drives_.contains(drive); }

    bool holds_medium(std::string_view id) const { return media_.contains(id); }

    /// Takes a drive or cartridge out of use; false: it was out already.
    bool take_out(const ManagedObject& object);
    /// Puts it into use again; false: it was.
    bool put_back(const ManagedObject& object);

    /// Says why a cartridge must not go that way: only ways into a drive are refused, so that
    /// whatever is out of use can still be put away.
    ///
    /// Errors:  resource_disabled
    Result<void> check(const library::Model& model, const Way& way) const;

    /// Drives that were taken out of use with a cartridge in them, to be emptied once.
    const std::set<scsi::ElementAddress>& to_empty() const { return to_empty_; }

    void want_empty(scsi::ElementAddress drive) { to_empty_.insert(drive); }

    void stop_wanting_empty(scsi::ElementAddress drive) { to_empty_.erase(drive); }

    nlohmann::json document() const;

    /// Errors:  malformed_document — nothing is taken over
    Result<void> restore(const nlohmann::json& document);

    bool operator==(const OutOfUse&) const = default;

  private:
    std::set<scsi::ElementAddress> drives_;
    std::set<std::string, std::less<>> media_;
    std::set<scsi::ElementAddress> to_empty_;
};

} // namespace changer::jobs
