// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"

#include "addresses.hpp"
#include "hex.hpp"
#include "scsi/element_bytes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::at;
using changer::test::ElementBytes;
using changer::test::hex;

namespace {

/// Storage of a Dell TL2000: data, empty, unlabelled, cleaning, magazine removed.
constexpr auto tl2000_storage = R"(
10 00 00 05 00 00 01 0c 02 80 00 34 00 00 01 04
10 00 09 00 00 00 00 00 00 81 10 00 41 30 30 30
30 31 4c 35 20 20 20 20 20 20 20 20 20 20 20 20
20 20 20 20 20 20 20 20 20 20 20 20 00 00 00 00
00 00 00 00 10 01 08 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 10 02 0d 00 83 01 00 00
00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 10 03 09 00
00 00 00 00 00 02 00 00 43 4c 4e 55 30 31 4c 31
20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20
20 20 20 20 20 20 20 20 00 00 00 00 00 00 00 00
10 04 04 00 3b 12 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00)";

/// Drives of an IBM TS4500 with DVCID: Access 0 and Except 1 always, the middle bay empty.
constexpr auto ts4500_drives = R"(
01 01 00 03 00 00 00 9e 04 00 00 32 00 00 00 96
01 01 04 00 00 00 00 00 00 00 00 00 02 01 00 22
49 42 4d 20 20 20 20 20 55 4c 54 33 35 38 30 2d
54 44 41 20 20 20 20 20 36 30 37 42 38 31 31 45
30 30 01 02 04 00 83 04 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00 00 00 01 03 04 00 00 00 00 00 00 00 00 00
02 01 00 22 49 42 4d 20 20 20 20 20 55 4c 54 33
35 38 30 2d 54 44 41 20 20 20 20 20 36 30 37 42
38 31 31 45 30 32)";

/// A drive with its label, source and a serial number alone.
constexpr auto serial_only_drive = R"(
01 00 00 01 00 00 00 5c 04 80 00 54 00 00 00 54
01 00 09 00 00 00 00 00 00 80 10 05 4e 44 44 33
31 31 4c 33 20 20 20 20 20 20 20 20 20 20 20 20
20 20 20 20 20 20 20 20 20 20 20 20 00 00 00 00
02 00 00 20 48 55 31 30 31 32 33 41 42 43 20 20
20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20
20 20 20 20)";

std::string without_breaks(std::string_view text) {
    std::string joined;
    for (const char c : text)
        joined += c == '\n' ? ' ' : c;
    return joined;
}

ElementStatusReport decode(std::span<const std::byte> bytes) {
    auto report = decode_element_status(bytes);
    REQUIRE(report);
    return *std::move(report);
}

} // namespace

TEST_SUITE("scsi/smc/element_status") {
    TEST_CASE("storage: data, empty, unlabelled, cleaning, and a magazine that is out") {
        const auto report = decode(hex(without_breaks(tl2000_storage)));
        CHECK(report.first == at(0x1000));
        CHECK(report.available == 5);
        CHECK_FALSE(report.cut);
        REQUIRE(report.elements.size() == 5);
        const auto& e = report.elements;
        CHECK(e[0] == ElementStatus{.type = ElementType::storage,
                                    .address = at(0x1000),
                                    .full = true,
                                    .medium_type = medium_type::data,
                                    .source = at(0x1000),
                                    .volume_tag = "A00001L5"});
        CHECK(e[1] == ElementStatus{.address = at(0x1001), .volume_tag = ""});
        CHECK(e[2].full);
        CHECK(e[2].exception);
        CHECK(e[2].asc == 0x83);
        CHECK(e[2].ascq == 0x01);
        CHECK(e[2].volume_tag == "");
        CHECK(e[3].medium_type == medium_type::cleaning);
        CHECK(e[3].volume_tag == "CLNU01L1");
        CHECK_FALSE(e[4].accessible);
        CHECK(e[4].asc == 0x3B);
        CHECK(e[4].ascq == 0x12);
        CHECK_FALSE(e[4].full);
    }

    TEST_CASE("drives with vendor, product and serial number; an empty bay has no identifier") {
        const auto report = decode(hex(without_breaks(ts4500_drives)));
        REQUIRE(report.elements.size() == 3);
        const auto& e = report.elements;
        REQUIRE(e[0].identifier);
        CHECK(e[0].identifier->vendor() == "IBM");
        CHECK(e[0].identifier->product() == "ULT3580-TDA");
        CHECK(e[0].identifier->serial_number() == "607B811E00");
        CHECK_FALSE(e[0].accessible);
        CHECK(e[0].exception);
        CHECK_FALSE(e[0].volume_tag);
        CHECK_FALSE(e[1].identifier);
        CHECK(e[1].asc == 0x83);
        CHECK(e[1].ascq == 0x04);
        CHECK(e[2].identifier->serial_number() == "607B811E02");
    }

    TEST_CASE("a drive with a serial number alone") {
        const auto report = decode(hex(without_breaks(serial_only_drive)));
        REQUIRE(report.elements.size() == 1);
        const auto& drive = report.elements.front();
        CHECK(drive.full);
        CHECK(drive.accessible);
        CHECK(drive.source == at(0x1005));
        CHECK(drive.volume_tag == "NDD311L3");
        REQUIRE(drive.identifier);
        CHECK(drive.identifier->serial_number() == "HU10123ABC");
        CHECK(drive.identifier->vendor().empty());
        CHECK(drive.identifier->product().empty());
    }

    TEST_CASE("mhvtl's L80: a capture cut in its third drive yields two drives") {
        ElementBytes bytes(0x01F4, 4);
        bytes.page(4, 0, 50, 200);
        for (unsigned i = 0; i < 2; ++i)
            bytes.descriptor(0x01F4 + i, 0x08)
                .identifier(
                    2, 1, 34, "STK     T10000B         XYZZY_B" + std::to_string(i + 1), 34);
        bytes.descriptor(0x01F6, 0x08).identifier(2, 1, 34, "STK    ", 7);
        const auto missing = 216 - bytes.size();
        const auto report = decode(std::move(bytes).take(missing));
        CHECK(report.announced_bytes == 0xD0);
        CHECK(report.cut);
        REQUIRE(report.elements.size() == 2);
        CHECK(report.elements[1].identifier->product() == "T10000B");
        CHECK(report.elements[1].identifier->serial_number() == "XYZZY_B2");
    }

    TEST_CASE("all types in one answer, in any order of pages") {
        ElementBytes bytes(0, 4);
        bytes.page(4, 0, 16, 16).descriptor(0x0100, 0x08).zeros(4);
        bytes.page(1, 0x80, 52, 52)
            .descriptor(0x0000, 0x01, 0, 0x80, 0x1000)
            .tag("IN-ARM")
            .zeros(4);
        bytes.page(3, 0x80, 52, 52).descriptor(0x0010, 0x3B).tag("MAIL01L6").zeros(4);
        bytes.page(2, 0, 12, 12).descriptor(0x1000, 0x08);
        const auto report = decode(std::move(bytes).take());
        CHECK_FALSE(report.cut);
        REQUIRE(report.elements.size() == 4);
        const auto& e = report.elements;
        CHECK(e[0].type == ElementType::data_transfer);
        CHECK(e[1].type == ElementType::transport);
        CHECK(e[1].address == at(0));
        CHECK(e[1].accessible); // the arm has no such bit
        CHECK(e[1].volume_tag == "IN-ARM");
        CHECK(e[2].type == ElementType::import_export);
        CHECK(e[2].import_export);
        CHECK(e[2].export_enabled);
        CHECK(e[2].import_enabled);
        CHECK(e[3] == ElementStatus{.address = at(0x1000)});
    }

    TEST_CASE("bits of mail slots mean nothing elsewhere") {
        ElementBytes bytes(1, 1);
        bytes.page(2, 0, 12, 12).descriptor(1, 0xF2);
        const auto element = decode(std::move(bytes).take()).elements.at(0);
        CHECK(element == ElementStatus{.address = at(1), .accessible = false});
    }

    TEST_CASE("byte 9: source valid, inverted, disabled, medium type") {
        ElementBytes bytes(1, 3);
        bytes.page(2, 0, 12, 36);
        bytes.descriptor(1, 0x09, 0, 0xC4, 0).descriptor(2, 0x00, 0, 0x08, 0x1234).descriptor(3, 8);
        const auto e = decode(std::move(bytes).take()).elements;
        REQUIRE(e.size() == 3);
        CHECK(e[0].source == at(0)); // 0 is an address
        CHECK(e[0].inverted);
        CHECK(e[0].medium_type == medium_type::write_once);
        CHECK(e[1].disabled);
        CHECK_FALSE(e[1].source);
        CHECK_FALSE(e[2].disabled);
    }

    TEST_CASE("drives on parallel SCSI tell their bus address and LUN, if valid") {
        ElementBytes bytes(1, 2);
        bytes.page(4, 0, 12, 24);
        bytes.descriptor(1, 8).descriptor(2, 8);
        auto raw = std::move(bytes).take();
        raw[16 + 6] = std::byte{0x31};
        raw[16 + 7] = std::byte{0x05};
        const auto e = decode(raw).elements;
        CHECK(e[0].scsi_bus_address == 5);
        CHECK(e[0].logical_unit_number == 1);
        CHECK_FALSE(e[1].scsi_bus_address);
        CHECK_FALSE(e[1].logical_unit_number);
    }

    TEST_CASE("padding of labels: blanks, NULs, both, or 32 characters without any") {
        const auto label_of = [](std::string_view raw) {
            ByteWriter out;
            out.be(1, 2).be(1, 2).zeros(1).be(8 + 48, 3).be(0x0280, 2).be(48, 2).zeros(1).be(48, 3);
            out.be(1, 2).be(0x09, 1).zeros(9).text(raw, 32, '\0').zeros(4);
            return decode(std::move(out).take()).elements.at(0).volume_tag;
        };
        CHECK(label_of("A1") == "A1");
        CHECK(label_of("A1          ") == "A1");
        CHECK(label_of(std::string(32, ' ')) == "");
        CHECK(label_of(std::string(32, 'X')) == std::string(32, 'X'));
        CHECK(label_of(std::string_view("A1  \0leftover", 13)) == "A1");
        CHECK(label_of("\xFF\x80") == "\xFF\x80"); // bytes, not characters: kept as they are
    }

    TEST_CASE("an alternate tag is the second tag") {
        ElementBytes bytes(1, 1);
        bytes.page(2, 0xC0, 84, 84).descriptor(1, 9).tag("SIDE-A").tag("SIDE-B");
        const auto element = decode(std::move(bytes).take()).elements.at(0);
        CHECK(element.volume_tag == "SIDE-A");
        CHECK(element.alternate_volume_tag == "SIDE-B");
        CHECK_FALSE(element.identifier);
    }

    TEST_CASE("the largest address and count are read as they are") {
        ElementBytes bytes(0xFFFF, 0xFFFF);
        bytes.page(2, 0, 12, 12).descriptor(0xFFFF, 0x09, 0xFFFF, 0xFF, 0xFFFF);
        const auto report = decode(std::move(bytes).take());
        CHECK(report.first == at(0xFFFF));
        CHECK(report.available == 0xFFFF);
        CHECK(report.elements.at(0).source == at(0xFFFF));
        CHECK(report.elements.at(0).medium_type == 7);
    }
}
