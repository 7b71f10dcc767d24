// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/label/label.hpp"

namespace changer {

/// One function for each kind, each in its own file; label.cpp has the table.
std::optional<Label> recognise_ltfs(TapeStart start);
std::optional<Label> recognise_ansi(TapeStart start);
std::optional<Label> recognise_ebcdic(TapeStart start);
std::optional<Label> recognise_bacula(TapeStart start);
std::optional<Label> recognise_bareos(TapeStart start);
std::optional<Label> recognise_amanda(TapeStart start);
std::optional<Label> recognise_tar(TapeStart start);

/// The first volume label of ANSI and of all who took it over.
///
/// Source:  ANSI X3.27 and ISO 1001: 80 characters in a block of their own
namespace vol1 {
inline constexpr std::size_t length = 80;
inline constexpr std::size_t name_at = 4;
inline constexpr std::size_t name_length = 6;
inline constexpr std::size_t implementation_at = 24;
inline constexpr std::size_t owner_at = 37;
inline constexpr std::size_t owner_length = 14;
} // namespace vol1

/// What the files have in common: the bytes of the first record, as text; none if it is no block.
std::optional<std::string> first_block_text(TapeStart start);

/// The same, if the first record is a whole block of `length` bytes.
std::optional<std::string> first_block_text(TapeStart start, std::size_t length);

/// Takes blanks and NULs off both ends, and makes the rest fit to be shown.
std::string label_name(std::string_view field);

} // namespace changer
