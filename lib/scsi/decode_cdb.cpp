// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
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

#include <optional>
#include <string>
#include <string_view>

namespace changer::scsi {
namespace {

std::optional<Error>
mismatch(const Cdb& cdb, std::uint8_t opcode, std::size_t length, std::string_view command) {
    if (cdb.opcode() == opcode && cdb.view().size() == length)
        return std::nullopt;
    return Error{Code::invalid_parameter, "not a command block of " + std::string(command)};
}

std::optional<ElementRange> range_of(const Cdb& cdb) {
    if ((cdb.be(1, 1) & 0x01) == 0)
        return std::nullopt;
    return ElementRange{ElementAddress(cdb.be(2, 2)), static_cast<std::uint16_t>(cdb.be(6, 2))};
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

Result<MoveMedium> decode_move_medium(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::move_medium, 12, "move medium"))
        return *std::move(error);
    return MoveMedium{.transport = ElementAddress(cdb.be(2, 2)),
                      .source = ElementAddress(cdb.be(4, 2)),
                      .destination = ElementAddress(cdb.be(6, 2)),
                      .invert = (cdb.be(10, 1) & 0x01) != 0};
}

Result<InitializeElementStatus> decode_initialize_element_status(const Cdb& cdb) {
    constexpr auto name = "initialize element status";
    if (auto error = mismatch(cdb, opcode::initialize_element_status, 6, name))
        return *std::move(error);
    return InitializeElementStatus{.no_bar_code_labels = (cdb.be(5, 1) & 0x80) != 0};
}

Result<InitializeElementStatusWithRange>
decode_initialize_element_status_with_range(const Cdb& cdb) {
    constexpr auto name = "initialize element status with range";
    if (auto error = mismatch(cdb, opcode::initialize_element_status_with_range, 10, name))
        return *std::move(error);
    return InitializeElementStatusWithRange{.range = range_of(cdb),
                                            .fast = (cdb.be(1, 1) & 0x02) != 0};
}

Result<LegacyInitializeElementStatusWithRange>
decode_legacy_initialize_element_status_with_range(const Cdb& cdb) {
    constexpr auto name = "initialize element status with range (E7h)";
    if (auto error = mismatch(cdb, opcode::legacy_initialize_element_status_with_range, 10, name))
        return *std::move(error);
    return LegacyInitializeElementStatusWithRange{.range = range_of(cdb),
                                                  .no_bar_code_labels = (cdb.be(9, 1) & 0x80) != 0};
}

Result<ReadElementStatus> decode_read_element_status(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::read_element_status, 12, "read element status"))
        return *std::move(error);
    const auto type = cdb.be(1, 1) & 0x0F;
    if (type > static_cast<std::uint8_t>(ElementType::data_transfer))
        return Error{Code::invalid_parameter, "element type does not exist"};
    return ReadElementStatus{
        .type = ElementType(type),
        .start = ElementAddress(cdb.be(2, 2)),
        .count = static_cast<std::uint16_t>(cdb.be(4, 2)),
        .volume_tags = (cdb.be(1, 1) & 0x10) != 0,
        .current_data = (cdb.be(6, 1) & 0x02) != 0,
        .device_identifiers = (cdb.be(6, 1) & 0x01) != 0,
        .mixed = (cdb.be(6, 1) & 0x04) != 0,
        .allocation_length = cdb.be(7, 3),
    };
}

} // namespace changer::scsi
