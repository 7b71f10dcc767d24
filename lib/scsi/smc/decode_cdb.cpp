// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb_mismatch.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/open_close_import_export_element.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"

#include <optional>

namespace changer::scsi {
namespace {

std::optional<ElementRange> range_of(const Cdb& cdb) {
    if ((cdb.be(1, 1) & 0x01) == 0)
        return std::nullopt;
    return ElementRange{ElementAddress(cdb.be(2, 2)), static_cast<std::uint16_t>(cdb.be(6, 2))};
}

Result<ElementType> type_of(const Cdb& cdb) {
    const auto type = cdb.be(1, 1) & 0x0F;
    if (type > static_cast<std::uint8_t>(ElementType::data_transfer))
        return Error{Code::invalid_parameter, "element type does not exist"};
    return ElementType(type);
}

} // namespace

Result<MoveMedium> decode_move_medium(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::move_medium, 12, "move medium"))
        return *std::move(error);
    return MoveMedium{.transport = ElementAddress(cdb.be(2, 2)),
                      .source = ElementAddress(cdb.be(4, 2)),
                      .destination = ElementAddress(cdb.be(6, 2)),
                      .invert = (cdb.be(10, 1) & 0x01) != 0,
                      .import_export_position = static_cast<std::uint8_t>(cdb.be(11, 1) >> 6)};
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
    const auto type = type_of(cdb);
    if (!type)
        return type.error();
    return ReadElementStatus{
        .type = *type,
        .start = ElementAddress(cdb.be(2, 2)),
        .count = static_cast<std::uint16_t>(cdb.be(4, 2)),
        .volume_tags = (cdb.be(1, 1) & 0x10) != 0,
        .current_data = (cdb.be(6, 1) & 0x02) != 0,
        .device_identifiers = (cdb.be(6, 1) & 0x01) != 0,
        .mixed = (cdb.be(6, 1) & 0x04) != 0,
        .allocation_length = cdb.be(7, 3),
    };
}

Result<ExchangeMedium> decode_exchange_medium(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::exchange_medium, 12, "exchange medium"))
        return *std::move(error);
    return ExchangeMedium{
        .transport = ElementAddress(cdb.be(2, 2)),
        .source = ElementAddress(cdb.be(4, 2)),
        .first_destination = ElementAddress(cdb.be(6, 2)),
        .second_destination = ElementAddress(cdb.be(8, 2)),
        .invert_first = (cdb.be(10, 1) & 0x02) != 0,
        .invert_second = (cdb.be(10, 1) & 0x01) != 0,
        .import_export_position = static_cast<std::uint8_t>(cdb.be(11, 1) >> 6),
    };
}

Result<PositionToElement> decode_position_to_element(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::position_to_element, 10, "position to element"))
        return *std::move(error);
    return PositionToElement{.transport = ElementAddress(cdb.be(2, 2)),
                             .destination = ElementAddress(cdb.be(4, 2)),
                             .invert = (cdb.be(8, 1) & 0x01) != 0};
}

Result<OpenCloseImportExportElement> decode_open_close_import_export_element(const Cdb& cdb) {
    constexpr auto name = "open/close import/export element";
    if (auto error = mismatch(cdb, opcode::open_close_import_export_element, 6, name))
        return *std::move(error);
    const auto action = cdb.be(4, 1) & 0x1F;
    if (action > static_cast<std::uint8_t>(OpenCloseImportExportElement::Action::close))
        return Error{Code::invalid_parameter, "action is neither open nor close"};
    return OpenCloseImportExportElement{.element = ElementAddress(cdb.be(2, 2)),
                                        .action = OpenCloseImportExportElement::Action(action)};
}

Result<RequestVolumeElementAddress> decode_request_volume_element_address(const Cdb& cdb) {
    constexpr auto name = "request volume element address";
    if (auto error = mismatch(cdb, opcode::request_volume_element_address, 12, name))
        return *std::move(error);
    const auto type = type_of(cdb);
    if (!type)
        return type.error();
    return RequestVolumeElementAddress{.type = *type,
                                       .start = ElementAddress(cdb.be(2, 2)),
                                       .count = static_cast<std::uint16_t>(cdb.be(4, 2)),
                                       .volume_tags = (cdb.be(1, 1) & 0x10) != 0,
                                       .allocation_length = cdb.be(7, 3)};
}

Result<SendVolumeTag> decode_send_volume_tag(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::send_volume_tag, 12, "send volume tag"))
        return *std::move(error);
    const auto type = type_of(cdb);
    if (!type)
        return type.error();
    const auto action = VolumeTagAction(cdb.be(5, 1) & 0x1F);
    if (!exists(action))
        return Error{Code::invalid_parameter, "send volume tag action does not exist"};
    return SendVolumeTag{.type = *type,
                         .start = ElementAddress(cdb.be(2, 2)),
                         .action = action,
                         .parameter_list_length = static_cast<std::uint16_t>(cdb.be(8, 2))};
}

} // namespace changer::scsi
