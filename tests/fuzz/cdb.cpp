// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/open_close_import_export_element.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/persistent_reserve_in.hpp"
#include "scsi/spc/persistent_reserve_out.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/report_luns.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "scsi/spc/request_sense.hpp"
#include "scsi/spc/reserve_release.hpp"
#include "scsi/spc/start_stop_unit.hpp"
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
    check(cdb, decode_reserve);
    check(cdb, decode_release);
    check(cdb, decode_start_stop_unit);
    check(cdb, decode_persistent_reserve_in);
    check(cdb, decode_persistent_reserve_out);
    check(cdb, decode_report_supported_operation_codes);
    check(cdb, decode_move_medium);
    check(cdb, decode_exchange_medium);
    check(cdb, decode_position_to_element);
    check(cdb, decode_open_close_import_export_element);
    check(cdb, decode_request_volume_element_address);
    check(cdb, decode_send_volume_tag);
    check(cdb, decode_read_element_status);
    check(cdb, decode_initialize_element_status);
    check(cdb, decode_initialize_element_status_with_range);
    check(cdb, decode_legacy_initialize_element_status_with_range);
    return 0;
}
