// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/sense.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

/// A vendor manual's sample (IBM TS2900): MOVE MEDIUM ended with hardware error 81/8F.
Bytes ts2900_sample() {
    ByteWriter out;
    out.be(0x70, 1).zeros(1).be(0x04, 1).zeros(4).be(0x0A, 1).zeros(4);
    out.be(0x818F, 2).zeros(1).be(0x00BE00, 3);
    return std::move(out).take();
}

SenseData illegal_request() {
    return {.sense = {0x5, 0x24, 0x00}, .field = FieldPointer{.in_cdb = true, .byte = 6, .bit = 0}};
}

} // namespace

TEST_SUITE("scsi/spc/sense") {
    TEST_CASE("fixed sense of a real library decodes to its three numbers") {
        const auto data = decode_sense(ts2900_sample());
        REQUIRE(data);
        CHECK(data->sense == Sense{0x4, 0x81, 0x8F});
        CHECK_FALSE(data->deferred);
        CHECK_FALSE(data->information);
        CHECK_FALSE(data->field);
    }

    TEST_CASE("sense cut to 16 bytes, as old kernels did, still has its three numbers") {
        const auto whole = ts2900_sample();
        CHECK(decode_sense(std::span(whole).first(16))->sense == Sense{0x4, 0x81, 0x8F});
    }

    TEST_CASE("the key outlives a cut before ASC, half an ASC/ASCQ pair does not count") {
        const auto whole = ts2900_sample();
        CHECK(decode_sense(std::span(whole).first(3))->sense == Sense{0x4, 0, 0});
        CHECK(decode_sense(std::span(whole).first(13))->sense == Sense{0x4, 0, 0});
    }

    TEST_CASE("bytes behind the additional length are not believed") {
        CHECK(decode_sense(hex("70 00 02 00000000 00 00000000 04 18 0000000000"))->sense ==
              Sense{0x2, 0, 0});
    }

    TEST_CASE("both formats are encoded in the standard's bytes") {
        CHECK(encode_sense_fixed(illegal_request()) ==
              hex("70 00 05 00000000 0a 00000000 24 00 00 c8 0006"));
        CHECK(encode_sense_descriptor(illegal_request()) ==
              hex("72 05 24 00 000000 08 02 06 0000 c8 0006 00"));
        const SenseData tape{.sense = {0x0, 0x00, 0x01},
                             .deferred = true,
                             .filemark = true,
                             .incorrect_length = true,
                             .information = 0xFFFFFFF0};
        CHECK(encode_sense_fixed(tape) == hex("f1 00 a0 fffffff0 0a 00000000 00 01 00 000000"));
        CHECK(encode_sense_descriptor(tape) ==
              hex("73 00 00 01 000000 10 00 0a 80 00 00000000fffffff0 04 02 00 a0"));
    }

    TEST_CASE("what is encoded in either format decodes to what it was") {
        const SenseData samples[] = {
            {.sense = {0x2, 0x04, 0x18}},
            illegal_request(),
            {.sense = {0x5, 0x26, 0x00}, .field = FieldPointer{.in_cdb = false, .byte = 0xFFFF}},
            {.sense = {0x2, 0x04, 0x01}, .progress = 0x8000},
            {.sense = {0x6, 0x28, 0x00}, .deferred = true},
            {.sense = {0x8, 0x00, 0x05}, .end_of_medium = true, .information = 10},
        };
        for (const auto& data : samples) {
            CAPTURE(to_string(data.sense));
            CHECK(*decode_sense(encode_sense_fixed(data)) == data);
            CHECK(*decode_sense(encode_sense_descriptor(data)) == data);
        }
    }

    TEST_CASE("a library that explains itself in English is quoted") {
        const SenseData data{.sense = {0x4, 0x15, 0x01}, .text = "Picker lost its position"};
        const auto bytes = encode_sense_fixed(data);
        CHECK(bytes.size() == 18 + data.text.size());
        CHECK(*decode_sense(bytes) == data);
    }

    TEST_CASE("sense never takes more than the 252 bytes it may have") {
        const SenseData data{.sense = {0x4, 0x15, 0x01}, .text = std::string(1000, 'x')};
        auto bytes = encode_sense_fixed(data);
        CHECK(bytes.size() == 252);
        bytes[7] = std::byte{0xFF};
        bytes.resize(263, std::byte{'x'});
        CHECK(decode_sense(bytes)->text == std::string(252 - 18, 'x'));
    }

    TEST_CASE("vendor bytes that are no text are not quoted") {
        CHECK(decode_sense(hex("70 00 04 00000000 10 00000000 40 80 00 000000 41 42 01 02 03 04"))
                  ->text.empty());
    }

    TEST_CASE("key-specific bytes are progress or a field, as the key says, and only if valid") {
        CHECK(decode_sense(hex("70 00 02 00000000 0a 00000000 04 01 00 804000"))->progress ==
              0x4000);
        CHECK_FALSE(decode_sense(hex("70 00 02 00000000 0a 00000000 04 01 00 004000"))->progress);
        const auto request = decode_sense(hex("70 00 05 00000000 0a 00000000 24 00 00 c00007"));
        CHECK(request->field == FieldPointer{.in_cdb = true, .byte = 7});
        CHECK_FALSE(decode_sense(hex("70 00 04 00000000 0a 00000000 15 01 00 c00007"))->field);
    }

    TEST_CASE("what is neither format is malformed") {
        for (const auto* bytes : {"", "00 00 00 00", "7f 00 06 00 00 00 00 0a", "74 05 24 00"}) {
            CAPTURE(bytes);
            const auto data = decode_sense(hex(bytes));
            REQUIRE_FALSE(data);
            CHECK(data.error().code == Code::malformed_response);
        }
    }

    TEST_CASE("every prefix loses fields and never changes one") {
        const SenseData data{.sense = {0x5, 0x24, 0x00},
                             .information = 0x01020304,
                             .field = FieldPointer{.byte = 4}};
        for (const auto& whole : {encode_sense_fixed(data), encode_sense_descriptor(data)}) {
            test::for_each_proper_prefix(whole, [&](std::span<const std::byte> prefix) {
                const auto cut = decode_sense(prefix);
                if (!cut) {
                    CHECK(cut.error().code == Code::malformed_response);
                    CHECK(prefix.size() < 3);
                    return;
                }
                CHECK(cut->sense.key == 0x5);
                CHECK((cut->sense == data.sense || cut->sense == Sense{0x5, 0, 0}));
                CHECK((!cut->information || cut->information == data.information));
                CHECK((!cut->field || cut->field == data.field));
            });
        }
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const SenseData data{.sense = {0x5, 0x24, 0x00}, .information = 1, .field = FieldPointer{}};
        const auto fixed = encode_sense_fixed(data);
        const auto descriptor = encode_sense_descriptor(data);
        const auto keeps_key = [](std::span<const std::byte> altered) {
            CHECK(decode_sense(altered)->sense.key == 0x5);
        };
        test::for_each_hostile_length(fixed, 7, 1, keeps_key);
        test::for_each_hostile_length(descriptor, 7, 1, keeps_key);
        test::for_each_hostile_length(descriptor, 9, 1, keeps_key);  // information
        test::for_each_hostile_length(descriptor, 21, 1, keeps_key); // key specific
    }
}
