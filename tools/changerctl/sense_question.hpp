// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "scsi/spc/sense.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::ctl {

/// What `explain` was asked about.
struct SenseQuestion {
    Sense code;           ///< its key means nothing for an element
    bool element = false; ///< the code stood in an element descriptor, which has no key
    std::optional<scsi::SenseData> data = std::nullopt; ///< if whole sense data was given
};

/// Reads a code, or sense data, as operators find them in logs and manuals.
///
/// Shape:   "2/04/8E" (key/ASC/ASCQ); "83/02" or "element 83/02" (ASC/ASCQ of an element);
///          fixed or descriptor sense data in hexadecimal, bytes apart or not, "0x" or not
/// Errors:  invalid_parameter — anything else, with a sentence that says what is expected
Result<SenseQuestion> read_sense_question(const std::vector<std::string>& words);

/// Returns whose codes a model uses, as the daemon would tell it; none for a model nobody knows.
///
/// Shape:   "IBM 3573-TL": vendor, then product, as `changerctl discover` prints them
std::optional<scsi::VendorFamily> family_of_model(std::string_view model);

/// Writes the code as it is looked up in manuals: "2/04/8E", "element 83/02".
std::string to_string(const SenseQuestion& question);

} // namespace changer::ctl
