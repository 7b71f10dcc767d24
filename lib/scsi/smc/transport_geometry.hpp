// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/mode_sense.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <vector>

namespace changer::scsi {

/// What the arms can do: mode page 1Eh.
struct TransportGeometry {
    static constexpr std::uint8_t page = 0x1E;

    struct Arm {
        bool rotates = false;    ///< ROTATE: turns two-sided media over
        std::uint8_t member = 0; ///< which hand of an arm with several

        bool operator==(const Arm&) const = default;
    };

    std::vector<Arm> arms; ///< in the order of their element addresses

    bool operator==(const TransportGeometry&) const = default;
};

/// Decodes mode page 1Eh: every whole descriptor.
///
/// Source:  SMC-3, Transport Geometry Parameters mode page
/// Errors:  malformed_response — another page
Result<TransportGeometry> decode_transport_geometry(const ModePage& page);

/// Encodes mode page 1Eh; it has room for 127 arms, others are left out.
ModePage encode_mode_page(const TransportGeometry& geometry);

} // namespace changer::scsi
