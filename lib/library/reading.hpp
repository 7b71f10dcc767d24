// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace changer::scsi {
struct ElementStatus;
}

namespace changer::library {

/// What one element descriptor proves about the element's content.
enum class Content : std::uint8_t {
    full,
    empty,       ///< shown empty, without exception and enabled: nothing is there
    uncertain,   ///< shown empty with an exception: the device may not have looked
    not_present, ///< the element itself is gone: its magazine is out
};

struct Reading {
    Content content = Content::uncertain;
    std::optional<std::string> tag; ///< only if full and printable
};

/// Judges one descriptor.
Reading reading_of(const scsi::ElementStatus& status);

} // namespace changer::library
