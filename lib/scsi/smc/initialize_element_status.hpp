// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "support/result.hpp"

#include <optional>

namespace changer::scsi {

/// Has the library look at every element. Minutes to hours.
struct InitializeElementStatus {
    bool no_bar_code_labels = false; ///< Quantum Scalar: NBL, do not scan

    bool operator==(const InitializeElementStatus&) const = default;
};

/// The same for some elements, where the library knows the newer command.
struct InitializeElementStatusWithRange {
    std::optional<ElementRange> range = std::nullopt; ///< none: all elements
    bool fast = false;                                ///< do not scan bar codes

    bool operator==(const InitializeElementStatusWithRange&) const = default;
};

/// The same in Exabyte's, Quantum's and IBM's older form; a count of 0 means "to the end".
struct LegacyInitializeElementStatusWithRange {
    std::optional<ElementRange> range = std::nullopt; ///< none: all elements
    bool no_bar_code_labels = false;

    bool operator==(const LegacyInitializeElementStatusWithRange&) const = default;
};

/// Encodes INITIALIZE ELEMENT STATUS (07h).  Source:  SMC-3; NBL: Quantum Scalar
constexpr Cdb encode(const InitializeElementStatus& command) {
    return Cdb(opcode::initialize_element_status, 6)
        .put(5, command.no_bar_code_labels ? 0x80 : 0, 1);
}

/// Encodes INITIALIZE ELEMENT STATUS WITH RANGE (37h).  Source:  SMC-3
constexpr Cdb encode(const InitializeElementStatusWithRange& command) {
    Cdb cdb(opcode::initialize_element_status_with_range, 10);
    cdb.put(1, (command.fast ? 0x02u : 0u) | (command.range ? 0x01u : 0u), 1);
    if (command.range)
        cdb.put(2, number(command.range->first), 2).put(6, command.range->count, 2);
    return cdb;
}

/// Encodes the vendors' form (E7h).  Source:  Quantum Scalar and Exabyte references
constexpr Cdb encode(const LegacyInitializeElementStatusWithRange& command) {
    Cdb cdb(opcode::legacy_initialize_element_status_with_range, 10);
    cdb.put(1, command.range ? 0x01 : 0, 1).put(9, command.no_bar_code_labels ? 0x80 : 0, 1);
    if (command.range)
        cdb.put(2, number(command.range->first), 2).put(6, command.range->count, 2);
    return cdb;
}

/// Errors:  invalid_parameter — not this command
Result<InitializeElementStatus> decode_initialize_element_status(const Cdb& cdb);

/// Errors:  invalid_parameter — not this command
Result<InitializeElementStatusWithRange>
decode_initialize_element_status_with_range(const Cdb& cdb);

/// Errors:  invalid_parameter — not this command
Result<LegacyInitializeElementStatusWithRange>
decode_legacy_initialize_element_status_with_range(const Cdb& cdb);

} // namespace changer::scsi
