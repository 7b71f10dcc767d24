// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/log_sense.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/smc/tape_alert.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

const LogPage sample{.page = 0x0D,
                     .parameters = {{.code = 0, .control = 0x03, .value = hex("00 1a")},
                                    {.code = 1, .control = 0x03, .value = hex("00 41")}}};

} // namespace

TEST_SUITE("scsi/spc/log_sense") {
    TEST_CASE("pages have the standard's bytes and decode to what they were") {
        CHECK(encode_log_page(sample) == hex("0d 00 000c 0000 03 02 001a 0001 03 02 0041"));
        CHECK(*decode_log_page(encode_log_page(sample)) == sample);
        const std::vector<std::uint8_t> pages{0x00, 0x0D, 0x2E};
        CHECK(encode_supported_log_pages(pages) == hex("00 00 0003 00 0d 2e"));
        CHECK(*decode_supported_log_pages(encode_supported_log_pages(pages)) == pages);
        LogPage sub = sample;
        sub.subpage = 0x01;
        CHECK(*decode_log_page(encode_log_page(sub)) == sub);
    }

    TEST_CASE("a prefix yields whole parameters, and says that it was cut") {
        test::for_each_proper_prefix(encode_log_page(sample),
                                     [](std::span<const std::byte> prefix) {
                                         const auto page = decode_log_page(prefix);
                                         REQUIRE(bool(page) == (prefix.size() >= 4));
                                         if (!page) {
                                             CHECK(page.error().code == Code::malformed_response);
                                             return;
                                         }
                                         CHECK(page->cut);
                                         CHECK(page->parameters.size() == (prefix.size() - 4) / 6);
                                     });
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto whole = encode_log_page(sample);
        const auto decodes = [](std::span<const std::byte> altered) {
            CHECK(decode_log_page(altered)->parameters.size() <= altered.size() / 4);
        };
        test::for_each_hostile_length(whole, 2, 2, decodes);
        test::for_each_hostile_length(whole, 7, 1, decodes);
        test::for_each_hostile_length(whole, 13, 1, decodes);
    }

    TEST_CASE("another page is not the list of pages") {
        CHECK_FALSE(decode_supported_log_pages(encode_log_page(sample)));
        CHECK_FALSE(decode_supported_log_pages(hex("40 01 0002 00 00")));
        CHECK_FALSE(decode_supported_log_pages(hex("00 00 00")));
    }
}

TEST_SUITE("scsi/smc/tape_alert") {
    TEST_CASE("all flags take 324 bytes, each under its own number") {
        TapeAlertFlags flags;
        flags.set(tape_alert::door_open).set(64);
        const auto bytes = encode_tape_alert(flags);
        REQUIRE(bytes.size() == 324);
        CHECK(Bytes(bytes.begin(), bytes.begin() + 4) == hex("2e 00 0140"));
        CHECK(Bytes(bytes.begin() + 79, bytes.begin() + 84) == hex("0010 00 01 01"));
        CHECK(bytes.back() == std::byte{0x01});
        CHECK(*decode_tape_alert(bytes) == flags);
    }

    TEST_CASE("only bit 0 of a flag counts, and parameters that are no flags do not") {
        const auto flags = decode_tape_alert(
            hex("2e 00 0014 0000 00 01 01 0001 00 01 fe 0041 00 01 01 0002 00 01 ff"));
        REQUIRE(flags);
        CHECK(*flags == TapeAlertFlags{}.set(2));
    }

    TEST_CASE("a flag without a value is not set") {
        CHECK(decode_tape_alert(hex("2e 00 0004 0010 00 00"))->none());
    }

    TEST_CASE("reading clears flags, so no proper prefix of the page passes for the page") {
        test::for_each_proper_prefix(encode_tape_alert(TapeAlertFlags{}.set(16)),
                                     [](std::span<const std::byte> prefix) {
                                         const auto flags = decode_tape_alert(prefix);
                                         REQUIRE_FALSE(flags);
                                         CHECK(flags.error().code == Code::malformed_response);
                                     });
    }

    TEST_CASE("another page has no alerts") {
        CHECK_FALSE(decode_tape_alert(encode_log_page(sample)));
    }

    TEST_CASE("a library's flags have a library's meanings") {
        CHECK(describe_library_alert(16).severity == AlertSeverity::critical);
        CHECK(describe_library_alert(16).text == "door is open, the library cannot move");
        CHECK(describe_library_alert(32).text == "bar code labels cannot be read");
        CHECK(describe_library_alert(0).text.empty());
        CHECK(describe_library_alert(33).text.empty());
    }
}
