// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/report_luns.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

TEST_SUITE("scsi/spc/report_luns") {
    const std::vector<std::uint16_t> luns{0, 1, 255, 256, 0x3FFF};

    TEST_CASE("a list has the standard's bytes and decodes to what it was") {
        const std::vector<std::uint16_t> two{1, 300};
        CHECK(encode_lun_list(two) == hex("00000010 00000000 0001000000000000 412c000000000000"));
        CHECK(*decode_lun_list(encode_lun_list(luns)) == luns);
    }

    TEST_CASE("deeper, other-bus and well-known units are left out") {
        CHECK(*decode_lun_list(hex("00000020 00000000 0001000100000000 0101000000000000"
                                   "c101000000000000 0002000000000000")) ==
              std::vector<std::uint16_t>{2});
    }

    TEST_CASE("a prefix yields whole entries") {
        test::for_each_proper_prefix(encode_lun_list(luns), [](std::span<const std::byte> prefix) {
            const auto some = decode_lun_list(prefix);
            REQUIRE(bool(some) == (prefix.size() >= 8));
            if (some)
                CHECK(some->size() == (prefix.size() - 8) / 8);
        });
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto whole = encode_lun_list(luns);
        test::for_each_hostile_length(whole, 0, 4, [](std::span<const std::byte> altered) {
            CHECK(decode_lun_list(altered)->size() <= 5);
        });
    }
}
