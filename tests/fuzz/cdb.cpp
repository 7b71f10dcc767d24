// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/report_luns.hpp"
#include "scsi/spc/request_sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"

using namespace changer;
using namespace changer::scsi;

namespace {

/// A block that decodes, encodes to one that decodes to the same.
template <class Command>
void check(const Cdb& cdb, Result<Command> (*decode)(const Cdb&)) {
    const auto command = decode(cdb);
    if (!command)
        return;
    const auto again = decode(encode(*command));
    fuzz::require(again && *again == *command);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto cdb = Cdb::from_bytes(fuzz::input(data, size));
    check(cdb, decode_test_unit_ready);
    check(cdb, decode_request_sense);
    check(cdb, decode_inquiry);
    check(cdb, decode_mode_sense);
    check(cdb, decode_log_sense);
    check(cdb, decode_prevent_allow_medium_removal);
    check(cdb, decode_report_luns);
    check(cdb, decode_move_medium);
    check(cdb, decode_read_element_status);
    check(cdb, decode_initialize_element_status);
    check(cdb, decode_initialize_element_status_with_range);
    check(cdb, decode_legacy_initialize_element_status_with_range);
    return 0;
}
