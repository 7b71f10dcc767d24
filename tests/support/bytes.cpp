// SPDX-License-Identifier: Apache-2.0
#include "support/bytes.hpp"

#include "hex.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::hex;

TEST_SUITE("support/bytes") {
    TEST_CASE("numbers are read big-endian, one after the other") {
        const auto bytes = hex("01 0203 040506 0708090a");
        ByteReader in(bytes);
        CHECK(in.be(1) == 0x01);
        CHECK(in.be(2) == 0x0203);
        CHECK(in.be(3) == 0x040506);
        CHECK(in.be(4) == 0x0708090A);
        CHECK(in.remaining() == 0);
        CHECK(in.finish(true, "record"));
    }

    TEST_CASE("a read past the end yields zero, and every later one too") {
        const auto bytes = hex("01 02 03");
        ByteReader in(bytes);
        CHECK(in.be(4) == 0);
        CHECK(in.be(1) == 0);
        const auto verdict = in.finish(true, "record");
        REQUIRE_FALSE(verdict);
        CHECK(verdict.error().code == Code::malformed_response);
        CHECK(verdict.error().what == "record is truncated");
    }

    TEST_CASE("what is written is what is read") {
        auto out = ByteWriter();
        out.be(0x0102, 2).text("AB", 4).zeros(1).patch(0, 0xFF, 1);
        CHECK(std::move(out).take() == hex("ff02 41422020 00"));
    }
}
