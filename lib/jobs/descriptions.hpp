// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/effects.hpp"
#include "jobs/out_of_use.hpp"
#include "library/description.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace changer::jobs {

/// What an operator calls the drives and cartridges of one library, and what he notes about them.
/// That of a drive belongs to its place; that of a cartridge to its record, so that it stays while
/// the cartridge is offline.
///
/// State:   the documents "description/drive/<address>" and "description/media/<id>", one of each
///          that has any: a change costs the same in a library of any size
class Descriptions {
  public:
    static constexpr std::string_view prefix = "description/";

    /// Returns what is known of it; empty if nothing is.
    const library::Description& of_drive(scsi::ElementAddress drive) const;
    const library::Description& of_medium(std::string_view id) const;
    const library::Description& of(const ManagedObject& object) const;

    /// Takes a description over; an empty one is forgotten. Returns what must be written.
    Change put(const ManagedObject& object, library::Description description);

    /// Takes over a document of the last run; false: it does not read as one.
    bool restore(const std::string& key, const nlohmann::json& document);

  private:
    const library::Description& at(const std::string& key) const;

    std::map<std::string, library::Description, std::less<>> known_; ///< by the key of its document
};

} // namespace changer::jobs
