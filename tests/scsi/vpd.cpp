// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/vpd.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

Bytes text_bytes(std::string_view text) {
    ByteWriter out;
    out.text(text, text.size());
    return std::move(out).take();
}

/// Page 83h of a drive in an IBM library (ULT3580-TDA): two designators of the unit, two of the
/// port.
std::vector<Designator> drive_designators() {
    using enum Designator::Association;
    return {
        {.value = text_bytes("IBM     ULT3580-TDA     607B811E08")},
        {.code_set = Designator::CodeSet::binary,
         .type = Designator::Type::naa,
         .value = hex("500507607b811e08")},
        {.code_set = Designator::CodeSet::binary,
         .association = target_port,
         .type = Designator::Type::relative_target_port,
         .value = hex("00000001")},
        {.code_set = Designator::CodeSet::binary,
         .association = target_port,
         .type = Designator::Type::naa,
         .value = hex("500507607b411e08")},
    };
}

} // namespace

TEST_SUITE("scsi/spc/vpd") {
    TEST_CASE("the pages have the standard's bytes") {
        const std::uint8_t pages[] = {0x00, 0x80, 0x83};
        CHECK(encode_supported_vpd_pages(DeviceType::changer, pages) == hex("08 00 0003 00 80 83"));
        CHECK(encode_unit_serial_number(DeviceType::changer, "AB12") ==
              hex("08 80 0004 41 42 31 32"));
        const Designator naa{.code_set = Designator::CodeSet::binary,
                             .association = Designator::Association::target_device,
                             .type = Designator::Type::naa,
                             .value = hex("500507607b811e08")};
        CHECK(encode_device_identification(DeviceType::tape, std::span(&naa, 1)) ==
              hex("01 83 000c 01 23 00 08 500507607b811e08"));
    }

    TEST_CASE("what is encoded decodes to what it was") {
        const std::vector<std::uint8_t> pages{0x00, 0x80, 0x83, 0xC0};
        CHECK(*decode_supported_vpd_pages(encode_supported_vpd_pages(DeviceType::changer, pages)) ==
              pages);
        CHECK(*decode_unit_serial_number(encode_unit_serial_number(
                  DeviceType::changer, "0000078B12170401")) == "0000078B12170401");
        const auto designators = drive_designators();
        CHECK(*decode_device_identification(
                  encode_device_identification(DeviceType::tape, designators)) == designators);
    }

    TEST_CASE("blanks and NULs around a serial number are padding") {
        CHECK(*decode_unit_serial_number(hex("08 80 0008 20 20 41 42 31 20 00 20")) == "AB1");
        CHECK(decode_unit_serial_number(hex("08 80 0004 20 20 00 20"))->empty());
        CHECK(decode_unit_serial_number(hex("08 80 0000"))->empty());
    }

    TEST_CASE("bytes behind the page's length are not part of a serial number") {
        CHECK(*decode_unit_serial_number(hex("08 80 0002 41 42 58 58")) == "AB");
    }

    TEST_CASE("standard data from a device that ignores EVPD is no serial number") {
        ByteWriter standard;
        standard.be(0x0880'0302, 4).be(31, 1).zeros(3).text("VENDOR", 8).text("PRODUCT", 20);
        const auto serial = decode_unit_serial_number(std::move(standard).take());
        REQUIRE_FALSE(serial);
        CHECK(serial.error().code == Code::malformed_response);
    }

    TEST_CASE("another page than the one asked for is malformed") {
        const auto page = encode_unit_serial_number(DeviceType::changer, "X");
        CHECK_FALSE(decode_supported_vpd_pages(page));
        CHECK_FALSE(decode_device_identification(page));
        CHECK_FALSE(decode_unit_serial_number(encode_supported_vpd_pages(DeviceType::changer, {})));
    }

    TEST_CASE("no proper prefix of a serial number is one") {
        const auto whole = encode_unit_serial_number(DeviceType::changer, "0000078B12170401");
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> prefix) {
            const auto serial = decode_unit_serial_number(prefix);
            REQUIRE_FALSE(serial);
            CHECK(serial.error().code == Code::malformed_response);
        });
    }

    TEST_CASE("a prefix of the page list or of the designators yields whole items only") {
        const std::vector<std::uint8_t> pages{0x00, 0x80, 0x83};
        test::for_each_proper_prefix(encode_supported_vpd_pages(DeviceType::changer, pages),
                                     [&](std::span<const std::byte> prefix) {
                                         const auto codes = decode_supported_vpd_pages(prefix);
                                         REQUIRE(bool(codes) == (prefix.size() >= 4));
                                         if (codes)
                                             CHECK(codes->size() == prefix.size() - 4);
                                     });
        const auto designators = drive_designators();
        test::for_each_proper_prefix(
            encode_device_identification(DeviceType::tape, designators),
            [&](std::span<const std::byte> prefix) {
                const auto some = decode_device_identification(prefix);
                REQUIRE(bool(some) == (prefix.size() >= 4));
                if (!some)
                    return;
                REQUIRE(some->size() < designators.size());
                CHECK(std::equal(some->begin(), some->end(), designators.begin()));
            });
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto designators = drive_designators();
        const auto whole = encode_device_identification(DeviceType::tape, designators);
        const auto decodes = [](std::span<const std::byte> altered) {
            CHECK(decode_device_identification(altered)->size() <= altered.size() / 4);
        };
        test::for_each_hostile_length(whole, 2, 2, decodes);
        test::for_each_hostile_length(whole, 7, 1, decodes);
        const auto serial = encode_unit_serial_number(DeviceType::changer, "12345678");
        test::for_each_hostile_length(serial, 2, 2, [](std::span<const std::byte> altered) {
            const auto text = decode_unit_serial_number(altered);
            CHECK((!text || std::string_view("12345678").substr(0, text->size()) == *text));
        });
    }

    TEST_CASE("a drive says where it is in its library") {
        CHECK(encode_drive_element_address(ElementAddress{0x0101}) == hex("01 b4 0002 0101"));
        CHECK(*decode_drive_element_address(hex("01 b4 0002 0101")) == ElementAddress{0x0101});
        CHECK(*decode_drive_element_address(hex("01 b4 0004 00000101")) == ElementAddress{0x0101});
        CHECK(*decode_drive_element_address(hex("01 b4 0002 0000")) == ElementAddress{0});
        for (const auto* none : {"01 b4 0000", "01 b4 0004 00010000", "01 b3 0002 0101"}) {
            CAPTURE(none);
            CHECK_FALSE(decode_drive_element_address(hex(none)));
        }
        const auto whole = encode_drive_element_address(ElementAddress{0x1234});
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> cut) {
            CHECK_FALSE(decode_drive_element_address(cut));
        });
        test::for_each_hostile_length(whole, 2, 2, [](std::span<const std::byte> altered) {
            const auto address = decode_drive_element_address(altered);
            CHECK((!address || number(*address) == 0x1234 || number(*address) == 0x12));
        });
    }
}
