// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb.hpp"

#include "addresses.hpp"
#include "hex.hpp"
#include "scsi/prefixes.hpp"
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

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::at;
using changer::test::hex;

namespace {

static_assert(encode(MoveMedium{.source = at(0x03E9)}).view()[5] == std::byte{0xE9});

/// The bytes of the command, its way back, and every prefix and other opcode refused.
template <class Command, class Decode>
void check(const Command& command, std::string_view golden, Decode decode) {
    CAPTURE(golden);
    const auto cdb = encode(command);
    const auto view = cdb.view();
    CHECK(Bytes(view.begin(), view.end()) == hex(golden));
    const auto back = decode(cdb);
    REQUIRE(back);
    CHECK(*back == command);
    test::for_each_proper_prefix(view, [&](std::span<const std::byte> prefix) {
        const auto refused = decode(Cdb::from_bytes(prefix));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid_parameter);
    });
    auto other = Bytes(view.begin(), view.end());
    other.front() ^= std::byte{0x80};
    CHECK_FALSE(decode(Cdb::from_bytes(other)));
}

} // namespace

TEST_SUITE("scsi/cdb") {
    TEST_CASE("commands of any device have the standard's bytes, and decode to what they were") {
        check(TestUnitReady{}, "00 00 00 00 00 00", decode_test_unit_ready);
        check(RequestSense{}, "03 00 00 00 fc 00", decode_request_sense);
        check(RequestSense{.descriptor_format = true, .allocation_length = 18},
              "03 01 00 00 12 00",
              decode_request_sense);
        check(Inquiry{.allocation_length = 36}, "12 00 00 00 24 00", decode_inquiry);
        check(Inquiry{.vpd_page = 0x00, .allocation_length = 0x1FF},
              "12 01 00 01 ff 00",
              decode_inquiry);
        check(Inquiry{.vpd_page = 0x83, .allocation_length = 252},
              "12 01 83 00 fc 00",
              decode_inquiry);
        check(PreventAllowMediumRemoval{.prevent = true},
              "1e 00 00 00 01 00",
              decode_prevent_allow_medium_removal);
        check(
            PreventAllowMediumRemoval{}, "1e 00 00 00 00 00", decode_prevent_allow_medium_removal);
        check(PreventAllowMediumRemoval{.prevent = true, .lock_shared = true},
              "1e 00 00 00 01 80",
              decode_prevent_allow_medium_removal);
        check(LogSense{.page = 0x2E, .allocation_length = 324},
              "4d 00 6e 00 00 00 00 01 44 00",
              decode_log_sense);
        check(ReportLuns{.allocation_length = 0x01020304},
              "a0 00 00 00 00 00 01 02 03 04 00 00",
              decode_report_luns);
    }

    TEST_CASE("both forms of mode sense have the standard's bytes") {
        check(ModeSense{.page = 0x1D}, "1a 08 1d 00 ff 00", decode_mode_sense);
        check(ModeSense{.disable_block_descriptors = false, .page = 0x1D, .allocation_length = 24},
              "1a 00 1d 00 18 00",
              decode_mode_sense);
        check(ModeSense{.form = ModeSenseForm::ten,
                        .page_control = 2,
                        .page = 0x1F,
                        .subpage = 0x41,
                        .allocation_length = 0x1234},
              "5a 08 9f 41 00 00 00 12 34 00",
              decode_mode_sense);
    }

    TEST_CASE("commands of a changer have the standard's bytes, and decode to what they were") {
        check(MoveMedium{.transport = at(1), .source = at(0x1001), .destination = at(0x0101)},
              "a5 00 00 01 10 01 01 01 00 00 00 00",
              decode_move_medium);
        check(MoveMedium{.source = at(0xFFFF), .invert = true},
              "a5 00 00 00 ff ff 00 00 00 00 01 00",
              decode_move_medium);
        check(MoveMedium{.source = at(1), .destination = at(2), .import_export_position = 2},
              "a5 00 00 00 00 01 00 02 00 00 00 80",
              decode_move_medium);
        check(ReadElementStatus{.type = ElementType::storage,
                                .start = at(0x1000),
                                .count = 100,
                                .volume_tags = true,
                                .current_data = true,
                                .allocation_length = 0xFFFF},
              "b8 12 10 00 00 64 02 00 ff ff 00 00",
              decode_read_element_status);
        check(ReadElementStatus{.type = ElementType::data_transfer,
                                .start = at(0x01F4),
                                .count = 4,
                                .device_identifiers = true,
                                .allocation_length = 0xFF0008},
              "b8 04 01 f4 00 04 01 ff 00 08 00 00",
              decode_read_element_status);
        check(ReadElementStatus{.mixed = true},
              "b8 00 00 00 ff ff 04 00 00 00 00 00",
              decode_read_element_status);
    }

    TEST_CASE("the three forms of initialize element status have their bytes") {
        const ElementRange range{.first = at(0x03E8), .count = 40};
        check(InitializeElementStatus{}, "07 00 00 00 00 00", decode_initialize_element_status);
        check(InitializeElementStatus{.no_bar_code_labels = true},
              "07 00 00 00 00 80",
              decode_initialize_element_status);
        check(InitializeElementStatusWithRange{},
              "37 00 00 00 00 00 00 00 00 00",
              decode_initialize_element_status_with_range);
        check(InitializeElementStatusWithRange{.range = range, .fast = true},
              "37 03 03 e8 00 00 00 28 00 00",
              decode_initialize_element_status_with_range);
        check(LegacyInitializeElementStatusWithRange{.range = range},
              "e7 01 03 e8 00 00 00 28 00 00",
              decode_legacy_initialize_element_status_with_range);
        check(LegacyInitializeElementStatusWithRange{.no_bar_code_labels = true},
              "e7 00 00 00 00 00 00 00 00 80",
              decode_legacy_initialize_element_status_with_range);
    }

    TEST_CASE("exchange, position and both meanings of 1Bh have their bytes") {
        check(ExchangeMedium{.transport = at(1),
                             .source = at(0x1001),
                             .first_destination = at(0x0101),
                             .second_destination = at(0x1002)},
              "a6 00 00 01 10 01 01 01 10 02 00 00",
              decode_exchange_medium);
        check(ExchangeMedium{.invert_first = true, .import_export_position = 3},
              "a6 00 00 00 00 00 00 00 00 00 02 c0",
              decode_exchange_medium);
        check(ExchangeMedium{.invert_second = true, .import_export_position = 1},
              "a6 00 00 00 00 00 00 00 00 00 01 40",
              decode_exchange_medium);
        check(PositionToElement{.transport = at(1), .destination = at(0x1234)},
              "2b 00 00 01 12 34 00 00 00 00",
              decode_position_to_element);
        check(PositionToElement{.invert = true},
              "2b 00 00 00 00 00 00 00 01 00",
              decode_position_to_element);
        using Action = OpenCloseImportExportElement::Action;
        check(OpenCloseImportExportElement{.element = at(0x0010)},
              "1b 00 00 10 00 00",
              decode_open_close_import_export_element);
        check(OpenCloseImportExportElement{.element = at(0xFFFF), .action = Action::close},
              "1b 00 ff ff 01 00",
              decode_open_close_import_export_element);
        check(StartStopUnit{.load_eject = true}, "1b 00 00 00 02 00", decode_start_stop_unit);
        check(StartStopUnit{.start = true, .immediate = true},
              "1b 01 00 00 01 00",
              decode_start_stop_unit);
    }

    TEST_CASE("the search for volume tags has the standard's bytes") {
        check(SendVolumeTag{.type = ElementType::storage,
                            .start = at(0x03E8),
                            .action = VolumeTagAction::translate_primary_ignoring_sequence},
              "b6 02 03 e8 00 05 00 00 00 28 00 00",
              decode_send_volume_tag);
        check(SendVolumeTag{.action = VolumeTagAction::undefine_alternate,
                            .parameter_list_length = 0},
              "b6 00 00 00 00 0d 00 00 00 00 00 00",
              decode_send_volume_tag);
        check(RequestVolumeElementAddress{.type = ElementType::storage,
                                          .start = at(0x03E8),
                                          .count = 100,
                                          .volume_tags = true,
                                          .allocation_length = 0x012345},
              "b5 12 03 e8 00 64 00 01 23 45 00 00",
              decode_request_volume_element_address);
    }

    TEST_CASE("reservations of either kind have the standard's bytes") {
        check(Reserve{}, "16 00 00 00 00 00", decode_reserve);
        check(Reserve{.elements = ElementReservation{.identification = 7, .list_length = 12}},
              "16 01 07 00 0c 00",
              decode_reserve);
        check(Reserve{.form = ReserveForm::ten}, "56 00 00 00 00 00 00 00 00 00", decode_reserve);
        check(Reserve{.form = ReserveForm::ten,
                      .elements = ElementReservation{.identification = 1, .list_length = 0x0102}},
              "56 01 01 00 00 00 00 01 02 00",
              decode_reserve);
        check(Release{}, "17 00 00 00 00 00", decode_release);
        check(Release{.identification = 7}, "17 01 07 00 00 00", decode_release);
        check(Release{.form = ReserveForm::ten, .identification = 0},
              "57 01 00 00 00 00 00 00 00 00",
              decode_release);
        using In = PersistentReserveIn;
        check(In{.action = In::Action::read_full_status, .allocation_length = 0x1234},
              "5e 03 00 00 00 00 00 12 34 00",
              decode_persistent_reserve_in);
        using Out = PersistentReserveOut;
        check(Out{}, "5f 00 00 00 00 00 00 00 18 00", decode_persistent_reserve_out);
        check(Out{.action = Out::Action::preempt_and_abort,
                  .type = ReservationType::exclusive_access_registrants_only,
                  .parameter_list_length = 0x01020304},
              "5f 05 06 00 00 01 02 03 04 00",
              decode_persistent_reserve_out);
    }

    TEST_CASE("the question for commands and their timeouts has the standard's bytes") {
        using Rsoc = ReportSupportedOperationCodes;
        check(Rsoc{.timeouts = true, .allocation_length = 0x01020304},
              "a3 0c 80 00 00 00 01 02 03 04 00 00",
              decode_report_supported_operation_codes);
        check(Rsoc{.options = Rsoc::Options::one_with_service_action,
                   .requested_opcode = 0xA3,
                   .requested_service_action = 0x010C,
                   .allocation_length = 64},
              "a3 0c 02 a3 01 0c 00 00 00 40 00 00",
              decode_report_supported_operation_codes);
    }

    TEST_CASE("values that the standard forbids are refused") {
        const auto from = [](std::string_view text) { return Cdb::from_bytes(hex(text)); };
        CHECK_FALSE(decode_inquiry(from("12 00 80 00 24 00")));
        CHECK_FALSE(decode_prevent_allow_medium_removal(from("1e 00 00 00 02 00")));
        CHECK_FALSE(decode_prevent_allow_medium_removal(from("1e 00 00 00 03 00")));
        CHECK_FALSE(decode_read_element_status(from("b8 05 00 00 ff ff 00 00 00 08 00 00")));
        CHECK_FALSE(decode_read_element_status(from("b8 0f 00 00 ff ff 00 00 00 08 00 00")));
        CHECK_FALSE(decode_request_volume_element_address(from("b5 05 0000 ffff 00 000008 0000")));
        CHECK_FALSE(decode_send_volume_tag(from("b6 05 0000 00 05 0000 0028 0000")));
        for (const auto* action : {"03", "07", "0e", "1f"}) {
            CAPTURE(action);
            CHECK_FALSE(decode_send_volume_tag(
                from(std::string("b6 00 0000 00 ") + action + " 0000 0028 0000")));
        }
        CHECK_FALSE(decode_open_close_import_export_element(from("1b 00 0000 02 00")));
        CHECK_FALSE(decode_open_close_import_export_element(from("1b 00 0000 1f 00")));
        CHECK_FALSE(decode_persistent_reserve_in(from("5e 04 0000000000 0008 00")));
        CHECK_FALSE(decode_persistent_reserve_out(from("5f 07 00 0000 00000018 00")));
        CHECK_FALSE(decode_persistent_reserve_out(from("5f 01 11 0000 00000018 00")));
        for (const auto* type : {"02", "04", "09", "0f"}) {
            CAPTURE(type);
            CHECK_FALSE(decode_persistent_reserve_out(
                from(std::string("5f 01 ") + type + " 0000 00000018 00")));
        }
        CHECK_FALSE(
            decode_report_supported_operation_codes(from("a3 0f 00 00 0000 00000100 0000")));
        CHECK_FALSE(
            decode_report_supported_operation_codes(from("a3 0c 04 00 0000 00000100 0000")));
    }

    TEST_CASE("a reservation for a third party is not taken for the sender's own") {
        for (const auto* text : {"16 10 00 0000 00", "16 13 00 0000 00"})
            CHECK_FALSE(decode_reserve(Cdb::from_bytes(hex(text))));
        for (const auto* text : {"56 10 0000000000 0000 00", "56 02 0000000000 0008 00"})
            CHECK_FALSE(decode_reserve(Cdb::from_bytes(hex(text))));
        CHECK_FALSE(decode_release(Cdb::from_bytes(hex("17 10 00 0000 00"))));
        CHECK_FALSE(decode_release(Cdb::from_bytes(hex("57 12 0000000000 0000 00"))));
        CHECK(decode_reserve(Cdb::from_bytes(hex("16 02 00 0000 00")))); // third party id, unused
    }

    TEST_CASE("fields that are none of ours do not disturb a command") {
        const auto cdb = Cdb::from_bytes(hex("b8 f2 00 00 ff ff 00 00 01 00 aa 00"));
        const auto command = decode_read_element_status(cdb);
        REQUIRE(command);
        CHECK(command->type == ElementType::storage);
        CHECK(command->volume_tags);
        CHECK(command->allocation_length == 0x0100);
        const auto registered = decode_persistent_reserve_out(
            Cdb::from_bytes(hex("5f 06 f2 0000 00000018 00"))); // REGISTER has no scope, no type
        REQUIRE(registered);
        CHECK_FALSE(registered->type);
    }
}
