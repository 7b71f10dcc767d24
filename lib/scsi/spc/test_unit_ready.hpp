// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/result.hpp"

namespace changer::scsi {

/// Asks whether the device is ready; the answer is the status.
struct TestUnitReady {
    bool operator==(const TestUnitReady&) const = default;
};

/// Encodes TEST UNIT READY (00h).  Source:  SPC-4, TEST UNIT READY command
constexpr Cdb encode(const TestUnitReady&) {
    return Cdb(opcode::test_unit_ready, 6);
}

/// Errors:  invalid_parameter — not this command
Result<TestUnitReady> decode_test_unit_ready(const Cdb& cdb);

} // namespace changer::scsi
