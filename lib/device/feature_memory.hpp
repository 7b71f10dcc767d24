// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/identity.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace changer {

/// What is known of an optional feature: not asked yet, refused once, or seen to work.
enum class Support : std::uint8_t { unknown, no, yes };

/// What one device has taught about itself. Kept from one run to the next, for the same firmware
/// of the same device: see LearnedFeatures.
struct FeatureMemory {
    Support mode_sense_6 = Support::unknown;
    Support disable_block_descriptors = Support::unknown; ///< DBD in MODE SENSE
    /// Answers when asked for elements of one type; those that do not, answer to type 0 only.
    Support element_types = Support::unknown;
    Support volume_tags = Support::unknown;           ///< VOLTAG in READ ELEMENT STATUS
    Support current_data = Support::unknown;          ///< CURDATA in READ ELEMENT STATUS
    Support device_identifiers = Support::unknown;    ///< DVCID in READ ELEMENT STATUS
    Support identifiers_with_tags = Support::unknown; ///< DVCID wants VOLTAG beside it
    Support alerts = Support::unknown;                ///< log page 2Eh
    Support prevent = Support::unknown;               ///< PREVENT ALLOW MEDIUM REMOVAL
    Support access_flag = Support::unknown;      ///< Access in element descriptors means something
    Support rescan = Support::unknown;           ///< INITIALIZE ELEMENT STATUS, 07h
    Support rescan_range = Support::unknown;     ///< the same with range, 37h
    Support legacy_rescan = Support::unknown;    ///< the same as vendors had it before, E7h
    Support exchange = Support::unknown;         ///< EXCHANGE MEDIUM, A6h
    Support tag_search = Support::unknown;       ///< SEND VOLUME TAG B6h and its answer, B5h
    Support position = Support::unknown;         ///< POSITION TO ELEMENT, 2Bh
    Support open_close = Support::unknown;       ///< OPEN/CLOSE IMPORT/EXPORT ELEMENT, 1Bh
    Support command_timeouts = Support::unknown; ///< REPORT SUPPORTED OPERATION CODES with RCTD
    std::optional<std::size_t> transfer_limit_bytes; ///< larger transfers were refused

    bool operator==(const FeatureMemory&) const = default;
};

/// One thing learned, as it is written down: "exchange" is "no".
struct Fact {
    std::string name;
    std::string value;

    bool operator==(const Fact&) const = default;
};

/// Writes down what is known; what is not is left out.
std::vector<Fact> facts_of(const FeatureMemory& memory);

/// Reads what was written down.
///
/// Notes:  names and values of another version of this program are left out: to ask the device
///         again costs a command, to believe nonsense costs more
FeatureMemory memory_of(std::span<const Fact> facts);

/// What a device has taught, and which device it was: firmware is part of it, so that an update
/// ends what was known.
struct LearnedFeatures {
    std::string vendor;
    std::string product;
    std::string revision;
    std::string serial;
    std::vector<Fact> facts;

    bool operator==(const LearnedFeatures&) const = default;
};

/// Takes along what a device has taught.
LearnedFeatures learned_features(const Identity& identity, const FeatureMemory& memory);

/// Returns what was learned of this very device with this very firmware; else nothing is known.
FeatureMemory memory_for(const Identity& identity, const LearnedFeatures& learned);

} // namespace changer
