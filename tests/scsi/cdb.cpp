// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"
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

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

constexpr ElementAddress at(std::uint16_t address) {
    return ElementAddress{address};
}

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

    TEST_CASE("values that the standard forbids are refused") {
        const auto from = [](std::string_view text) { return Cdb::from_bytes(hex(text)); };
        CHECK_FALSE(decode_inquiry(from("12 00 80 00 24 00")));
        CHECK_FALSE(decode_prevent_allow_medium_removal(from("1e 00 00 00 02 00")));
        CHECK_FALSE(decode_prevent_allow_medium_removal(from("1e 00 00 00 03 00")));
        CHECK_FALSE(decode_read_element_status(from("b8 05 00 00 ff ff 00 00 00 08 00 00")));
        CHECK_FALSE(decode_read_element_status(from("b8 0f 00 00 ff ff 00 00 00 08 00 00")));
    }

    TEST_CASE("fields that are none of ours do not disturb a command") {
        const auto cdb = Cdb::from_bytes(hex("b8 f2 00 00 ff ff 00 00 01 00 aa 00"));
        const auto command = decode_read_element_status(cdb);
        REQUIRE(command);
        CHECK(command->type == ElementType::storage);
        CHECK(command->volume_tags);
        CHECK(command->allocation_length == 0x0100);
    }
}
