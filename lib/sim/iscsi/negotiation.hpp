// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/iscsi/text.hpp"

#include <cstdint>

namespace changer::sim::iscsi {

/// What initiator and target agreed on; the defaults of RFC 7143 section 13.
struct Parameters {
    std::uint32_t initiator_max_receive = 8192; ///< the initiator's MaxRecvDataSegmentLength
    std::uint32_t max_burst_length = 262'144;
    std::uint32_t first_burst_length = 65'536;
    bool initial_r2t = true;
    bool immediate_data = true;
};

/// Answers the operational keys of one login or text request, and takes them over.
///
/// Source:  RFC 7143 section 13; digests, markers and error recovery are not offered
/// Notes:   keys that declare who the initiator is are not answered; unknown ones NotUnderstood
Text negotiate(Parameters& parameters, const Text& offered);

} // namespace changer::sim::iscsi
