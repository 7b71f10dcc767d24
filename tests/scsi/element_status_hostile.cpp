// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"
#include "hex.hpp"
#include "scsi/element_bytes.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/smc/element_status.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::at;
using changer::test::ElementBytes;
using changer::test::hex;

namespace {

constexpr std::string_view drive_id = "IBM     ULT3580-TDA     607B811E00"; // 8 + 16 + 10

ElementStatusReport decoded(std::span<const std::byte> bytes) {
    auto report = decode_element_status(bytes);
    REQUIRE(report);
    return *std::move(report);
}

/// Two pages, labels in the first, identifiers in the second.
Bytes two_pages() {
    ElementBytes bytes(0x0100, 5);
    bytes.page(2, 0x80, 52, 3 * 52);
    for (unsigned i = 0; i < 3; ++i)
        bytes.descriptor(0x1000 + i, 9).tag("T0000" + std::to_string(i)).zeros(4);
    bytes.page(4, 0, 50, 2 * 50);
    for (unsigned i = 0; i < 2; ++i)
        bytes.descriptor(0x0100 + i, 8).identifier(2, 1, 34, drive_id, 34);
    return std::move(bytes).take();
}

constexpr std::size_t first_page = 8;
constexpr std::size_t second_page = 8 + 8 + 3 * 52;

/// Each element decoded is one of the true ones, whole and in order.
void check_only_true_elements(const std::vector<ElementStatus>& some,
                              const std::vector<ElementStatus>& truth) {
    REQUIRE(some.size() <= truth.size());
    CHECK(std::equal(some.begin(), some.end(), truth.begin()));
}

/// One storage element in a descriptor of `length` bytes, zeros behind the first twelve.
Bytes of_length(unsigned length, unsigned flags = 0) {
    ElementBytes bytes(1, 2);
    bytes.page(2, flags, length, 2 * length);
    for (const unsigned address : {1u, 2u}) {
        ByteWriter whole;
        whole.be(address, 2).be(0x09, 1).zeros(length);
        const auto content = std::move(whole).take();
        bytes.raw(std::span(content).first(length));
    }
    return std::move(bytes).take();
}

} // namespace

TEST_SUITE("scsi/smc/element_status, hostile") {
    TEST_CASE("every proper prefix yields whole elements only, and says that it is cut") {
        const auto whole = two_pages();
        const auto truth = decoded(whole).elements;
        REQUIRE(truth.size() == 5);
        test::for_each_proper_prefix(whole, [&](std::span<const std::byte> prefix) {
            const auto report = decode_element_status(prefix);
            REQUIRE(bool(report) == (prefix.size() >= 8));
            if (!report) {
                CHECK(report.error().code == Code::malformed_response);
                return;
            }
            CHECK(report->cut);
            check_only_true_elements(report->elements, truth);
            const auto in_first =
                std::min<std::size_t>(prefix.size() < 16 ? 0 : (prefix.size() - 16) / 52, 3);
            const auto in_second =
                prefix.size() < second_page + 8 ? 0 : (prefix.size() - second_page - 8) / 50;
            CHECK(report->elements.size() == in_first + in_second);
        });
    }

    TEST_CASE("no length field leads past the end, whatever it says") {
        const auto whole = two_pages();
        const auto survives = [&](std::span<const std::byte> altered) {
            const auto report = decode_element_status(altered);
            if (report)
                CHECK(report->elements.size() <= altered.size() / 4);
            else
                CHECK(report.error().code == Code::malformed_response);
        };
        test::for_each_hostile_length(whole, 2, 2, survives);
        test::for_each_hostile_length(whole, 5, 3, survives);
        for (const auto page : {first_page, second_page}) {
            CAPTURE(page);
            test::for_each_hostile_length(whole, page + 2, 2, survives);
            test::for_each_hostile_length(whole, page + 5, 3, survives);
        }
        test::for_each_hostile_length(whole, second_page + 8 + 15, 1, survives);
        test::for_each_altered_byte(whole, survives);
    }

    TEST_CASE("announced lengths only ever shorten what has arrived") {
        const auto whole = two_pages();
        const auto truth = decoded(whole).elements;
        const auto only_true = [&](std::span<const std::byte> altered) {
            const auto report = decode_element_status(altered);
            if (report)
                check_only_true_elements(report->elements, truth);
        };
        test::for_each_hostile_length(whole, 5, 3, only_true);
        test::for_each_hostile_length(whole, second_page + 5, 3, only_true);
    }

    TEST_CASE("a page longer than what arrived swallows no other page") {
        ElementBytes bytes(1, 1);
        bytes.page(2, 0, 12, 0xFFFFFF).descriptor(1, 9);
        const auto report = decoded(std::move(bytes).take());
        CHECK(report.cut);
        CHECK(report.elements.size() == 1);
    }

    TEST_CASE("descriptors of every length that was ever seen are stepped by the page's word") {
        for (const unsigned length : {4u,  12u, 16u, 20u, 24u, 34u, 48u, 50u, 52u, 56u,
                                      58u, 60u, 68u, 70u, 76u, 84u, 86u, 94u, 96u, 104u}) {
            CAPTURE(length);
            for (const unsigned flags : {0x00u, 0x80u, 0x40u, 0xC0u}) {
                CAPTURE(flags);
                const auto report = decoded(of_length(length, flags));
                CHECK_FALSE(report.cut);
                REQUIRE(report.elements.size() == 2);
                for (const unsigned i : {0u, 1u}) {
                    CHECK(report.elements[i].address == ElementAddress(i + 1));
                    CHECK(report.elements[i].full);
                    CHECK(report.elements[i].accessible);
                    CHECK_FALSE(report.elements[i].identifier);
                }
            }
        }
    }

    TEST_CASE("every descriptor length up to 260 is survived, under every flag") {
        for (unsigned length = 0; length <= 260; ++length) {
            CAPTURE(length);
            for (const unsigned flags : {0x00u, 0x80u, 0x40u, 0xC0u}) {
                test::with_exact_copy(of_length(length, flags), [&](auto bytes) {
                    const auto report = decode_element_status(bytes);
                    REQUIRE(bool(report) == (length == 0 || length >= 4));
                    if (report)
                        CHECK(report->elements.size() == (length == 0 ? 0 : 2));
                });
            }
        }
    }

    TEST_CASE("a descriptor length of zero ends the reading, and what was read before stands") {
        ElementBytes bytes(1, 2);
        bytes.page(2, 0, 12, 12).descriptor(1, 9).page(3, 0, 0, 12).descriptor(2, 9);
        const auto report = decoded(std::move(bytes).take());
        CHECK(report.cut);
        CHECK(report.elements.size() == 1);
    }

    TEST_CASE("a type of which there are none may have an empty page") {
        ElementBytes bytes(1, 1);
        bytes.page(3, 0, 52, 0).page(2, 0, 12, 12).descriptor(1, 9);
        const auto report = decoded(std::move(bytes).take());
        CHECK_FALSE(report.cut);
        CHECK(report.elements.size() == 1);
    }

    TEST_CASE("nothing matches: a header alone") {
        const auto report = decoded(hex("0000 0000 00 000000"));
        CHECK(report.elements.empty());
        CHECK_FALSE(report.cut);
    }

    TEST_CASE("an allocation of eight bytes learns the size") {
        const auto whole = two_pages();
        const auto report = decoded(std::span(whole).first(8));
        CHECK(report.announced_bytes == whole.size() - 8);
        CHECK(report.available == 5);
        CHECK(report.cut);
        CHECK(report.elements.empty());
    }

    TEST_CASE("a byte count that includes the header's own eight bytes is tolerated") {
        auto whole = two_pages();
        const auto truth = decoded(whole);
        ByteWriter counted;
        counted.bytes(whole).patch(5, whole.size(), 3);
        auto bytes = std::move(counted).take();
        auto report = decoded(bytes);
        CHECK_FALSE(report.cut);
        CHECK(report.elements == truth.elements);
        bytes.resize(bytes.size() + 8); // and the buffer behind it is zero
        report = decoded(bytes);
        CHECK_FALSE(report.cut);
        CHECK(report.elements == truth.elements);
    }

    TEST_CASE("tgt sends 8 bytes less than it announces: the last label is whole all the same") {
        const auto whole = hex("03e8 0002 00 000070 0280 0034 00 000068"
                               "03e801000000000000000000"
                               "5654303030314c35202020202020202020202020202020202020202020202020"
                               "0000000000000000"
                               "03e901000000000000000000"
                               "5654303030324c35202020202020202020202020202020202020202020202020"
                               "0000000000000000");
        const auto truth = decoded(whole);
        REQUIRE(truth.elements.size() == 2);
        const auto sent = decoded(std::span(whole).first(whole.size() - 8));
        CHECK_FALSE(sent.cut);
        CHECK(sent.elements == truth.elements);
        for (const std::size_t less : {7U, 9U, 16U}) {
            CAPTURE(less);
            const auto cut = decoded(std::span(whole).first(whole.size() - less));
            CHECK(cut.cut);
            CHECK(cut.elements.size() == 1);
        }
    }

    TEST_CASE("a page's byte count that includes the page header's is tolerated") {
        ElementBytes bytes(1, 3);
        bytes.page(2, 0, 16, 2 * 16 + 8).descriptor(1, 9).zeros(4).descriptor(2, 8).zeros(4);
        bytes.page(4, 0, 16, 16 + 8).descriptor(3, 8).zeros(4);
        const auto report = decoded(std::move(bytes).take());
        CHECK_FALSE(report.cut);
        REQUIRE(report.elements.size() == 3);
        CHECK(report.elements[2].address == at(3));
        CHECK(report.elements[2].type == ElementType::data_transfer);
    }

    TEST_CASE("bytes behind what is announced are not elements") {
        auto whole = two_pages();
        const auto truth = decoded(whole);
        const auto more = two_pages();
        whole.insert(whole.end(), more.begin() + 8, more.end());
        const auto report = decoded(whole);
        CHECK_FALSE(report.cut);
        CHECK(report.elements == truth.elements);
    }

    TEST_CASE("a wrong first element or count changes nothing") {
        ElementBytes bytes(0xBEEF, 0);
        bytes.page(2, 0, 12, 12).descriptor(1, 9);
        const auto report = decoded(std::move(bytes).take());
        CHECK(report.first == at(0xBEEF));
        CHECK(report.available == 0);
        CHECK_FALSE(report.cut);
        CHECK(report.elements.size() == 1);
    }

    TEST_CASE("AVOLTAG without the tag's bytes leaves the identifier readable") {
        ElementBytes plain(1, 1);
        plain.page(4, 0x40, 50, 50).descriptor(1, 8).identifier(2, 1, 34, drive_id, 34);
        auto element = decoded(std::move(plain).take()).elements.at(0);
        CHECK_FALSE(element.alternate_volume_tag);
        CHECK(element.identifier->serial_number() == "607B811E00");

        ElementBytes labelled(1, 1);
        labelled.page(4, 0xC0, 86, 86)
            .descriptor(1, 9)
            .tag("T1")
            .identifier(2, 1, 34, drive_id, 34);
        element = decoded(std::move(labelled).take()).elements.at(0);
        CHECK(element.volume_tag == "T1");
        CHECK_FALSE(element.alternate_volume_tag);
        CHECK(element.identifier->serial_number() == "607B811E00");

        ElementBytes serial(1, 1);
        serial.page(4, 0x40, 26, 26).descriptor(1, 8).identifier(2, 0, 10, "HU10123ABC", 10);
        element = decoded(std::move(serial).take()).elements.at(0);
        CHECK_FALSE(element.alternate_volume_tag);
        CHECK(element.identifier->serial_number() == "HU10123ABC");
    }

    TEST_CASE("a tag of 32 bytes at the end of a descriptor is a tag; of 31, none") {
        const auto tag_in = [](unsigned length) {
            ElementBytes bytes(1, 1);
            bytes.page(2, 0x80, length, length).descriptor(1, 9);
            ByteWriter label;
            label.text("T00001L8", length - 12);
            const auto content = std::move(label).take();
            bytes.raw(content);
            return decoded(std::move(bytes).take()).elements.at(0).volume_tag;
        };
        CHECK(tag_in(12 + 36) == "T00001L8");
        CHECK(tag_in(12 + 32) == "T00001L8");
        CHECK(tag_in(12 + 31) == std::nullopt);
    }

    TEST_CASE("an identifier longer than its descriptor is none: half a serial names another") {
        ElementBytes bytes(1, 1);
        bytes.page(4, 0, 50, 50).descriptor(1, 8).identifier(2, 1, 35, drive_id, 34);
        CHECK_FALSE(decoded(std::move(bytes).take()).elements.at(0).identifier);
    }

    TEST_CASE("an identifier of blanks, or of another type, has no serial number") {
        ElementBytes bytes(1, 2);
        bytes.page(4, 0, 50, 100);
        bytes.descriptor(1, 8).identifier(2, 1, 34, "", 34);
        bytes.descriptor(2, 8).identifier(1, 3, 8, drive_id, 34);
        const auto e = decoded(std::move(bytes).take()).elements;
        CHECK_FALSE(e[0].identifier);
        REQUIRE(e[1].identifier);
        CHECK(e[1].identifier->serial_number().empty());
        CHECK(e[1].identifier->vendor().empty());
    }

    TEST_CASE("an identifier too short for all its parts has those it has") {
        for (std::size_t length = 1; length <= drive_id.size(); ++length) {
            CAPTURE(length);
            const DeviceIdentifier id{.identifier = std::string(drive_id.substr(0, length))};
            CHECK(id.vendor() == drive_id.substr(0, std::min<std::size_t>(length, 3)));
            CHECK(id.serial_number() == (length > 24 ? drive_id.substr(24, length - 24) : ""));
        }
    }

    TEST_CASE("garbage is malformed, not an empty library") {
        for (const auto* garbage :
             {"ffff ffff ff ffffff ffffffff ffffffff ffffffff",
              "0001 0001 00 000014 05 00 000c 00 00000c 0001 09 00 0000 000000 "
              "00 0000",
              "0001 0001 00 000014 00 00 000c 00 00000c 0001 09 00 0000 000000 "
              "00 0000",
              "0001 0001 00 00000b 02 00 0003 00 000003 0001 09"}) {
            CAPTURE(garbage);
            const auto report = decode_element_status(hex(garbage));
            REQUIRE_FALSE(report);
            CHECK(report.error().code == Code::malformed_response);
        }
    }
}
