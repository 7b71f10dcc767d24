// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/inquiry.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;

namespace {

/// What an IBM 03584L32 with firmware 2C02 answers: 58 bytes, version 3, MultiP, a vendor's serial.
Bytes ibm_3584_standard() {
    ByteWriter out;
    out.be(0x08, 1).be(0x80, 1).be(0x03, 1).be(0x02, 1).be(58 - 5, 1).be(0x003002, 3);
    out.text("IBM", 8).text("03584L32", 16).text("2C02", 4);
    out.zeros(2).text("0000078B1217", 12).zeros(8);
    return std::move(out).take();
}

} // namespace

TEST_SUITE("scsi/spc/inquiry") {
    TEST_CASE("a real library's answer says what it is") {
        const auto bytes = ibm_3584_standard();
        REQUIRE(bytes.size() == 58);
        const auto data = decode_inquiry_data(bytes);
        REQUIRE(data);
        CHECK(data->type == DeviceType::changer);
        CHECK(data->connected);
        CHECK(data->removable);
        CHECK_FALSE(data->attached_changer);
        CHECK(data->version == 3);
        CHECK(data->vendor == "IBM");
        CHECK(data->product == "03584L32");
        CHECK(data->revision == "2C02");
        CHECK(data->vendor_specific.substr(2, 12) == "0000078B1217");
        CHECK(data->bar_code_reader == false);
    }

    TEST_CASE("an answer of 36 bytes is whole, and says nothing of a bar code reader") {
        const auto bytes = ibm_3584_standard();
        const auto data = decode_inquiry_data(std::span(bytes).first(36));
        REQUIRE(data);
        CHECK(data->revision == "2C02");
        CHECK(data->vendor_specific.empty());
        CHECK_FALSE(data->bar_code_reader);
    }

    TEST_CASE("nothing behind the LUN, another type, a tape with a changer attached") {
        auto bytes = ibm_3584_standard();
        bytes[0] = std::byte{0x7F};
        CHECK_FALSE(decode_inquiry_data(bytes)->connected);
        CHECK(decode_inquiry_data(bytes)->type == DeviceType::unknown);
        bytes[0] = std::byte{0x01};
        bytes[6] = std::byte{0x08};
        CHECK(decode_inquiry_data(bytes)->type == DeviceType::tape);
        CHECK(decode_inquiry_data(bytes)->attached_changer);
    }

    TEST_CASE("what is encoded decodes to what it was") {
        InquiryData data{.type = DeviceType::changer,
                         .removable = true,
                         .version = 5,
                         .vendor = "QUANTUM",
                         .product = "Scalar i3-i6",
                         .revision = "225G",
                         .vendor_specific = std::string(19, 'x') + '\x01',
                         .bar_code_reader = true};
        CHECK(*decode_inquiry_data(encode_inquiry_data(data)) == data);
        data.connected = false;
        data.bar_code_reader = false;
        data.vendor_specific.back() = '\0';
        CHECK(*decode_inquiry_data(encode_inquiry_data(data)) == data);
        CHECK(encode_inquiry_data(data)[4] == std::byte{51});
    }

    TEST_CASE("no prefix under 36 bytes is inquiry data, every longer one has the same identity") {
        const auto whole = ibm_3584_standard();
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> prefix) {
            const auto data = decode_inquiry_data(prefix);
            REQUIRE(bool(data) == (prefix.size() >= 36));
            if (data)
                CHECK(data->revision == "2C02");
            else
                CHECK(data.error().code == Code::malformed_response);
        });
    }

    TEST_CASE("whatever the additional length says, what arrived is read and nothing else") {
        const auto whole = ibm_3584_standard();
        test::for_each_hostile_length(whole, 4, 1, [](std::span<const std::byte> altered) {
            CHECK(decode_inquiry_data(altered)->product == "03584L32");
        });
    }
}
