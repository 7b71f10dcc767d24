// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/ssc/read_attribute.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// What the memory chip in a cartridge says; text is fit for JSON, see printable(). None: it does
/// not say.
struct CartridgeMemory {
    enum class Kind : std::uint8_t { data, cleaning, write_once };

    bool readable = false; ///< false: the drive, or the cartridge, has no chip, or it failed
    std::string why = {};  ///< it is not readable
    /// The factory's: tells twins of one barcode apart. A second identity beside the label.
    std::optional<std::string> serial = {};
    std::optional<std::string> manufacturer = {};
    std::optional<std::string> barcode = {}; ///< as host software wrote it: may be stale
    std::optional<Kind> kind = {};
    std::optional<std::uint64_t> load_count = {};
    std::optional<std::uint64_t> cleanings_permitted =
        {}; ///< in all; of a cleaning cartridge alone
    std::optional<std::uint64_t> maximum_mib = {};
    std::optional<std::uint64_t> remaining_mib = {};
    std::optional<std::string> application = {}; ///< the program that wrote on the tape

    /// Of a cleaning cartridge: those permitted, without those that its loads were.
    std::optional<std::uint64_t> cleanings_left() const;

    bool operator==(const CartridgeMemory&) const = default;
};

/// Takes what is understood of a chip's attributes.
///
/// Source:  SPC-4, medium auxiliary memory attributes; LTO drives' manuals
/// Notes:   attribute 0409h of a cleaning cartridge is how many cleanings it is good for in all
CartridgeMemory cartridge_memory(const scsi::MediumAttributes& attributes);

} // namespace changer
