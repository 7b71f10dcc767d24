// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb_mismatch.hpp"
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

namespace changer::scsi {
namespace {

/// 3RDPTY, and LONGID of the long form: taken for the sender's own, it would shut out the one it
/// was meant for.  Source:  SPC-2, RESERVE(6) and (10)
bool for_third_party(const Cdb& cdb) {
    const auto flags = cdb.be(1, 1);
    return (flags & 0x10) != 0 || (cdb.view().size() == 10 && (flags & 0x02) != 0);
}

using Out = PersistentReserveOut::Action;

bool has_type(Out action) {
    return action == Out::reserve || action == Out::release || action == Out::preempt ||
           action == Out::preempt_and_abort;
}

} // namespace

Result<TestUnitReady> decode_test_unit_ready(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::test_unit_ready, 6, "test unit ready"))
        return *std::move(error);
    return TestUnitReady{};
}

Result<RequestSense> decode_request_sense(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::request_sense, 6, "request sense"))
        return *std::move(error);
    return RequestSense{.descriptor_format = (cdb.be(1, 1) & 0x01) != 0,
                        .allocation_length = static_cast<std::uint8_t>(cdb.be(4, 1))};
}

Result<Inquiry> decode_inquiry(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::inquiry, 6, "inquiry"))
        return *std::move(error);
    const bool vital_product_data = (cdb.be(1, 1) & 0x01) != 0;
    const auto page = static_cast<std::uint8_t>(cdb.be(2, 1));
    if (!vital_product_data && page != 0) // SPC-4: PAGE CODE without EVPD is refused
        return Error{Code::invalid_parameter, "inquiry page code without EVPD"};
    Inquiry command{.allocation_length = static_cast<std::uint16_t>(cdb.be(3, 2))};
    if (vital_product_data)
        command.vpd_page = page;
    return command;
}

Result<ModeSense> decode_mode_sense(const Cdb& cdb) {
    const bool ten = cdb.opcode() == opcode::mode_sense_10;
    const auto expected = ten ? opcode::mode_sense_10 : opcode::mode_sense_6;
    if (auto error = mismatch(cdb, expected, ten ? 10 : 6, "mode sense"))
        return *std::move(error);
    return ModeSense{
        .form = ten ? ModeSenseForm::ten : ModeSenseForm::six,
        .disable_block_descriptors = (cdb.be(1, 1) & 0x08) != 0,
        .page_control = static_cast<std::uint8_t>(cdb.be(2, 1) >> 6),
        .page = static_cast<std::uint8_t>(cdb.be(2, 1) & 0x3F),
        .subpage = static_cast<std::uint8_t>(cdb.be(3, 1)),
        .allocation_length = static_cast<std::uint16_t>(cdb.be(ten ? 7 : 4, ten ? 2 : 1)),
    };
}

Result<LogSense> decode_log_sense(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::log_sense, 10, "log sense"))
        return *std::move(error);
    return LogSense{
        .page_control = static_cast<std::uint8_t>(cdb.be(2, 1) >> 6),
        .page = static_cast<std::uint8_t>(cdb.be(2, 1) & 0x3F),
        .subpage = static_cast<std::uint8_t>(cdb.be(3, 1)),
        .parameter_pointer = static_cast<std::uint16_t>(cdb.be(5, 2)),
        .allocation_length = static_cast<std::uint16_t>(cdb.be(7, 2)),
    };
}

Result<PreventAllowMediumRemoval> decode_prevent_allow_medium_removal(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::prevent_allow_medium_removal, 6, "prevent allow"))
        return *std::move(error);
    const auto prevent = cdb.be(4, 1) & 0x03;
    if (prevent > 1) // SMC-3 knows two states; IBM, Exabyte and Tandberg refuse the others
        return Error{Code::invalid_parameter, "prevent is neither 0 nor 1"};
    return PreventAllowMediumRemoval{.prevent = prevent == 1,
                                     .lock_shared = (cdb.be(5, 1) & 0x80) != 0};
}

Result<ReportLuns> decode_report_luns(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::report_luns, 12, "report luns"))
        return *std::move(error);
    return ReportLuns{.select_report = static_cast<std::uint8_t>(cdb.be(2, 1)),
                      .allocation_length = cdb.be(6, 4)};
}

Result<Reserve> decode_reserve(const Cdb& cdb) {
    const bool ten = cdb.opcode() == opcode::reserve_10;
    if (auto error =
            mismatch(cdb, ten ? opcode::reserve_10 : opcode::reserve_6, ten ? 10 : 6, "reserve"))
        return *std::move(error);
    if (for_third_party(cdb))
        return Error{Code::invalid_parameter, "reservation for a third party"};
    Reserve command{.form = ten ? ReserveForm::ten : ReserveForm::six};
    if ((cdb.be(1, 1) & 0x01) != 0)
        command.elements =
            ElementReservation{.identification = static_cast<std::uint8_t>(cdb.be(2, 1)),
                               .list_length = static_cast<std::uint16_t>(cdb.be(ten ? 7 : 3, 2))};
    return command;
}

Result<Release> decode_release(const Cdb& cdb) {
    const bool ten = cdb.opcode() == opcode::release_10;
    if (auto error =
            mismatch(cdb, ten ? opcode::release_10 : opcode::release_6, ten ? 10 : 6, "release"))
        return *std::move(error);
    if (for_third_party(cdb))
        return Error{Code::invalid_parameter, "reservation for a third party"};
    Release command{.form = ten ? ReserveForm::ten : ReserveForm::six};
    if ((cdb.be(1, 1) & 0x01) != 0)
        command.identification = static_cast<std::uint8_t>(cdb.be(2, 1));
    return command;
}

Result<StartStopUnit> decode_start_stop_unit(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::start_stop_unit, 6, "start stop unit"))
        return *std::move(error);
    return StartStopUnit{.start = (cdb.be(4, 1) & 0x01) != 0,
                         .load_eject = (cdb.be(4, 1) & 0x02) != 0,
                         .immediate = (cdb.be(1, 1) & 0x01) != 0};
}

Result<PersistentReserveIn> decode_persistent_reserve_in(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::persistent_reserve_in, 10, "persistent reserve in"))
        return *std::move(error);
    const auto action = cdb.be(1, 1) & 0x1F;
    if (action > static_cast<std::uint8_t>(PersistentReserveIn::Action::read_full_status))
        return Error{Code::invalid_parameter, "persistent reserve in action does not exist"};
    return PersistentReserveIn{.action = PersistentReserveIn::Action(action),
                               .allocation_length = static_cast<std::uint16_t>(cdb.be(7, 2))};
}

Result<PersistentReserveOut> decode_persistent_reserve_out(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::persistent_reserve_out, 10, "persistent reserve out"))
        return *std::move(error);
    const auto code = cdb.be(1, 1) & 0x1F;
    if (code > static_cast<std::uint8_t>(Out::register_and_ignore_existing_key))
        return Error{Code::invalid_parameter, "persistent reserve out action does not exist"};
    PersistentReserveOut command{.action = Out(code), .parameter_list_length = cdb.be(5, 4)};
    if (!has_type(command.action)) // SPC-4: the others ignore scope and type
        return command;
    const auto type = ReservationType(cdb.be(2, 1) & 0x0F);
    if (cdb.be(2, 1) >> 4 != 0)
        return Error{Code::invalid_parameter, "reservation scope is not the logical unit"};
    if (type != ReservationType{} && !exists(type))
        return Error{Code::invalid_parameter, "reservation type does not exist"};
    if (type != ReservationType{})
        command.type = type;
    return command;
}

Result<ReportSupportedOperationCodes> decode_report_supported_operation_codes(const Cdb& cdb) {
    constexpr auto name = "report supported operation codes";
    if (auto error = mismatch(cdb, opcode::maintenance_in, 12, name))
        return *std::move(error);
    if ((cdb.be(1, 1) & 0x1F) != ReportSupportedOperationCodes::service_action)
        return Error{Code::invalid_parameter, "another service action of maintenance in"};
    const auto options = cdb.be(2, 1) & 0x07;
    if (options > 3)
        return Error{Code::invalid_parameter, "reporting options do not exist"};
    return ReportSupportedOperationCodes{
        .options = ReportSupportedOperationCodes::Options(options),
        .timeouts = (cdb.be(2, 1) & 0x80) != 0,
        .requested_opcode = static_cast<std::uint8_t>(cdb.be(3, 1)),
        .requested_service_action = static_cast<std::uint16_t>(cdb.be(4, 2)),
        .allocation_length = cdb.be(6, 4),
    };
}

} // namespace changer::scsi
