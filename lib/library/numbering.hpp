// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace changer::library {

struct ElementReference;
class Model;

/// The only place where operators' numbers and element addresses meet.
///
/// Each type counts from 1 in the order of its addresses, whatever the gaps between them. (mtx has
/// numbers of its own: drives from 0, mail slots behind the slots.)
inline constexpr unsigned first_number = 1;

/// Writes a place as operators do: "slot:7", "mail:1", "drive:1", "arm:1".
std::string place_name(const ElementReference& reference);

/// Writes the place of `address`; "@ADDRESS" when the model has no such element.
std::string place_name(const Model& model, scsi::ElementAddress address);

/// A place or a cartridge that an operator named.
struct Place {
    scsi::ElementAddress address{};
    std::optional<std::string> barcode; ///< set when the cartridge was named, not the place
};

/// Finds what "slot:7", "7", "drive:1", "mail:1", "@1003" or a barcode names; a bare number is a
/// number of `bare`, unless no such element exists and a barcode reads like it.
///
/// Errors:  invalid_parameter — not one of these forms, or no such element
///          not_found — no such barcode.  resource_not_present — the cartridge is offline
///          failed — two cartridges carry that barcode; name the place
Result<Place> find_place(const Model& model, std::string_view text, scsi::ElementType bare);

} // namespace changer::library
