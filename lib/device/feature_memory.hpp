// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace changer {

/// What is known of an optional feature: not asked yet, refused once, or seen to work.
enum class Support : std::uint8_t { unknown, no, yes };

/// What one device has taught about itself since it was opened; never written to disk, because
/// firmware changes.
struct FeatureMemory {
    Support mode_sense_6 = Support::unknown;
    Support disable_block_descriptors = Support::unknown; ///< DBD in MODE SENSE
    /// Answers when asked for elements of one type; those that do not, answer to type 0 only.
    Support element_types = Support::unknown;
    Support volume_tags = Support::unknown;        ///< VOLTAG in READ ELEMENT STATUS
    Support current_data = Support::unknown;       ///< CURDATA in READ ELEMENT STATUS
    Support device_identifiers = Support::unknown; ///< DVCID in READ ELEMENT STATUS
    Support alerts = Support::unknown;             ///< log page 2Eh
    Support prevent = Support::unknown;            ///< PREVENT ALLOW MEDIUM REMOVAL
    Support access_flag = Support::unknown; ///< Access in element descriptors means something
};

} // namespace changer
