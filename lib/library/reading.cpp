// SPDX-License-Identifier: Apache-2.0
#include "library/reading.hpp"

#include "scsi/smc/element_status.hpp"

#include <algorithm>

namespace changer::library {

namespace {

/// A tag that is not printable ASCII is noise of the reader, not the name of a cartridge.
bool readable(const std::optional<std::string>& tag) {
    return tag && !tag->empty() &&
           std::all_of(tag->begin(), tag->end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

} // namespace

Reading reading_of(const scsi::ElementStatus& status) {
    // SPC-4, ASC 3Bh/12h: medium magazine removed
    const bool magazine_removed = status.asc == 0x3B && status.ascq == 0x12;
    if (status.disabled || magazine_removed)
        return {Content::not_present, std::nullopt};
    if (status.full)
        return {Content::full, readable(status.volume_tag) ? status.volume_tag : std::nullopt};
    return {status.exception ? Content::uncertain : Content::empty, std::nullopt};
}

} // namespace changer::library
