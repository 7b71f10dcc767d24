// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using namespace std::chrono_literals;
using changer::test::hex;

namespace {

std::vector<SupportedCommand> three_commands() {
    return {{.opcode = opcode::test_unit_ready, .cdb_length = 6},
            {.opcode = opcode::maintenance_in, .service_action = 0x0C, .cdb_length = 12},
            {.opcode = opcode::move_medium,
             .cdb_length = 12,
             .timeouts = CommandTimeouts{.nominal = 90s, .recommended = 1500s}}};
}

CommandSupport move_support() {
    return {.support = CommandSupport::Support::as_in_standard,
            .usage = hex("a5 00 ffff ffff ffff 0000 00 00"),
            .timeouts = CommandTimeouts{.recommended = 1500s}};
}

/// As a TS3100 sends it, without the records nobody knows the meaning of but one.
Bytes ibm_3573_page() {
    return hex("08 d0 001a 04 53434444 0004 04 c0000000 0014 08 0001 070b a519 b800 0026 02 0005");
}

} // namespace

TEST_SUITE("scsi/spc/report_supported_operation_codes") {
    TEST_CASE("a list of commands has the standard's bytes and decodes to what it was") {
        const auto bytes = encode_supported_commands(three_commands());
        CHECK(bytes == hex("00000024"
                           "00 00 0000 00 00 0006"
                           "a3 00 000c 00 01 000c"
                           "a5 00 0000 00 02 000c 000a 00 00 0000005a 000005dc"));
        const auto back = decode_supported_commands(bytes);
        REQUIRE(back);
        CHECK(back->commands == three_commands());
        CHECK_FALSE(back->cut);
        CHECK(back->find(0xA5) == &back->commands[2]);
        CHECK(back->find(0xA3, std::uint16_t{0x0C}) == &back->commands[1]);
        CHECK(back->find(0xA3) == nullptr);
        CHECK(back->find(0xA6) == nullptr);
    }

    TEST_CASE("one command has the standard's bytes; a time of zero is a time not told") {
        const auto bytes = encode_command_support(move_support());
        CHECK(bytes == hex("00 83 000c a500ffffffffffff00000000 000a 00 00 00000000 000005dc"));
        CHECK(*decode_command_support(bytes) == move_support());
        CHECK(*decode_command_support(hex("00 01 0000")) == CommandSupport{});
    }

    TEST_CASE("what stands behind the answer that a command is not there means nothing") {
        CHECK(*decode_command_support(hex("00 81 000c")) == CommandSupport{});
        CHECK(decode_command_support(hex("00 00 ffff"))->support ==
              CommandSupport::Support::not_known_now);
    }

    TEST_CASE("a longer timeouts descriptor is read as far as it is known, a shorter one refused") {
        const auto longer = decode_supported_commands(
            hex("00000018 a5 00 0000 00 02 000c 000e 00 00 0000005a 000005dc 99999999"));
        REQUIRE(longer);
        CHECK(longer->commands == std::vector{three_commands().back()});
        const auto shorter =
            decode_supported_commands(hex("00000012 a5 00 0000 00 02 000c 0006 00 00 0000005a"));
        REQUIRE_FALSE(shorter);
        CHECK(shorter.error().code == Code::malformed_response);
        CHECK_FALSE(decode_command_support(hex("00 83 0000 0000")));
    }

    TEST_CASE("a prefix yields whole commands, and says that there are more") {
        test::for_each_proper_prefix(
            encode_supported_commands(three_commands()), [](std::span<const std::byte> prefix) {
                const auto some = decode_supported_commands(prefix);
                REQUIRE(bool(some) == (prefix.size() >= 4));
                if (!some)
                    return;
                CHECK(some->cut);
                CHECK(some->commands.size() == std::min<std::size_t>((prefix.size() - 4) / 8, 2));
            });
        test::for_each_proper_prefix(
            encode_command_support(move_support()),
            [](std::span<const std::byte> prefix) { CHECK_FALSE(decode_command_support(prefix)); });
    }

    TEST_CASE("a list that announces to end inside a command has lost it") {
        const auto some = decode_supported_commands(hex("0000000a 0000000000000006 0300"));
        REQUIRE(some);
        CHECK(some->commands.size() == 1);
        CHECK(some->cut);
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto list = encode_supported_commands(three_commands());
        const auto at_most_five = [](std::span<const std::byte> altered) {
            const auto some = decode_supported_commands(altered);
            if (some)
                CHECK(some->commands.size() <= 5);
        };
        test::for_each_hostile_length(list, 0, 4, at_most_five);
        test::for_each_hostile_length(list, 4 + 24, 2, at_most_five);
        test::for_each_altered_byte(list, at_most_five);
        const auto one = encode_command_support(move_support());
        const auto no_longer = [](std::span<const std::byte> altered) {
            const auto some = decode_command_support(altered);
            if (some)
                CHECK(some->usage.size() <= altered.size());
        };
        test::for_each_hostile_length(one, 2, 2, no_longer);
        test::for_each_hostile_length(one, 16, 2, no_longer);
        test::for_each_altered_byte(one, no_longer);
    }
}

TEST_SUITE("scsi/smc/vendor_timeouts") {
    TEST_CASE("IBM's page of timeouts decodes, records of unknown meaning passed over") {
        CHECK(*decode_vendor_timeouts(ibm_3573_page()) ==
              std::vector<VendorTimeout>{{.opcode = 0x00, .timeout = 1min},
                                         {.opcode = 0x07, .timeout = 11min},
                                         {.opcode = 0xA5, .timeout = 25min}});
    }

    TEST_CASE("a page without the table has no timeouts; another page is refused") {
        CHECK(decode_vendor_timeouts(hex("08 d0 0005 04 53434444"))->empty());
        CHECK_FALSE(decode_vendor_timeouts(hex("08 c0 0005 04 53434444")));
        CHECK_FALSE(decode_vendor_timeouts(hex("08 d0 0005 05 53434444")));
        CHECK_FALSE(decode_vendor_timeouts(hex("08 d0 0004 53434444")));
    }

    TEST_CASE("what is encoded decodes to what it was") {
        const std::vector<VendorTimeout> timeouts{{.opcode = 0xA5, .timeout = 255min},
                                                  {.opcode = 0x07, .timeout = 1min}};
        CHECK(encode_vendor_timeouts(DeviceType::changer, timeouts) ==
              hex("08 d0 000c 04 53434444 0014 04 a5ff 0701"));
        CHECK(*decode_vendor_timeouts(encode_vendor_timeouts(DeviceType::changer, timeouts)) ==
              timeouts);
    }

    TEST_CASE("a prefix has the whole table or is refused, or ends before it") {
        const auto all = *decode_vendor_timeouts(ibm_3573_page());
        test::for_each_proper_prefix(ibm_3573_page(), [&](std::span<const std::byte> prefix) {
            const auto some = decode_vendor_timeouts(prefix);
            if (some)
                CHECK((some->empty() || *some == all));
        });
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto no_more = [](std::span<const std::byte> altered) {
            const auto some = decode_vendor_timeouts(altered);
            if (some)
                CHECK(some->size() <= altered.size() / 2);
        };
        test::for_each_hostile_length(ibm_3573_page(), 2, 2, no_more);
        test::for_each_hostile_length(ibm_3573_page(), 11, 1, no_more);
        test::for_each_hostile_length(ibm_3573_page(), 18, 1, no_more);
        test::for_each_altered_byte(ibm_3573_page(), no_more);
    }
}
