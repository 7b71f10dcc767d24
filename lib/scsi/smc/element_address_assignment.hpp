// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/spc/mode_sense.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// A run of elements of one type.
struct ElementRange {
    ElementAddress first{};
    std::uint16_t count = 0;

    constexpr bool contains(ElementAddress address) const {
        return number(address) >= number(first) && number(address) - number(first) < count;
    }

    bool operator==(const ElementRange&) const = default;
};

/// Where a changer keeps its elements: mode page 1Dh.
struct ElementAddressAssignment {
    static constexpr std::uint8_t page = 0x1D;

    ElementRange transport;
    ElementRange storage;
    ElementRange import_export;
    ElementRange data_transfer;

    /// Returns the range of one type; an empty one for ElementType::any.
    ElementRange range(ElementType type) const;

    bool operator==(const ElementAddressAssignment&) const = default;
};

/// Decodes mode page 1Dh.
///
/// Source:  SMC-3, Element Address Assignment mode page
/// Errors:  malformed_response — another page, or shorter than its four ranges
/// Notes:   ranges are as the device says: they may be empty, overlap, or run past FFFFh
Result<ElementAddressAssignment> decode_element_address_assignment(const ModePage& page);

ModePage encode_mode_page(const ElementAddressAssignment& assignment);

} // namespace changer::scsi
