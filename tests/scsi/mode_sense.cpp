// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/mode_sense.hpp"

#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

constexpr ElementRange range(std::uint16_t first, std::uint16_t count) {
    return {.first = ElementAddress{first}, .count = count};
}

/// What mhvtl's StorageTek L80 answers to MODE SENSE(6) for page 1Dh with DBD.
constexpr ElementAddressAssignment l80{.transport = range(0, 1),
                                       .storage = range(0x03E8, 40),
                                       .import_export = range(10, 4),
                                       .data_transfer = range(0x01F4, 4)};

Bytes l80_bytes() {
    ByteWriter out;
    out.be(23, 1).be(0, 1).be(0x10, 1).be(0, 1); // header: data length, no block descriptors
    out.be(0x1D12, 2).be(0, 2).be(1, 2).be(0x03E8, 2).be(40, 2).be(10, 2).be(4, 2);
    out.be(0x01F4, 2).be(4, 2).zeros(2);
    return std::move(out).take();
}

Result<ElementAddressAssignment> assignment_of(std::span<const std::byte> bytes,
                                               ModeSenseForm form) {
    const auto data = decode_mode_data(bytes, form);
    if (!data)
        return data.error();
    const auto* page = data->find(ElementAddressAssignment::page);
    if (page == nullptr)
        return Error{Code::malformed_response, "no page"};
    return decode_element_address_assignment(*page);
}

} // namespace

TEST_SUITE("scsi/spc/mode_sense") {
    TEST_CASE("a changer's geometry decodes from what it sent") {
        const auto data = decode_mode_data(l80_bytes(), ModeSenseForm::six);
        REQUIRE(data);
        CHECK(data->device_specific == 0x10);
        CHECK(*assignment_of(l80_bytes(), ModeSenseForm::six) == l80);
    }

    TEST_CASE("block descriptors are passed over, in both forms, asked for or not") {
        for (const auto form : {ModeSenseForm::six, ModeSenseForm::ten}) {
            const ModeData data{.medium_type = 1,
                                .device_specific = 2,
                                .block_descriptors = hex("00 000000 00 000200"),
                                .pages = {encode_mode_page(l80)}};
            const auto bytes = encode_mode_data(data, form);
            CHECK(*decode_mode_data(bytes, form) == data);
            CHECK(*assignment_of(bytes, form) == l80);
        }
    }

    TEST_CASE("both headers have the standard's bytes") {
        const ModeData data{.pages = {{.page = 0x1E, .saveable = true, .content = hex("01 00")}}};
        CHECK(encode_mode_data(data, ModeSenseForm::six) == hex("07 00 00 00 9e 02 01 00"));
        CHECK(encode_mode_data(data, ModeSenseForm::ten) ==
              hex("000a 00 00 0000 0000 9e 02 01 00"));
        const ModeData sub{.pages = {{.page = 0x1F, .subpage = 0x41, .content = hex("aa")}}};
        CHECK(encode_mode_data(sub, ModeSenseForm::six) == hex("08 00 00 00 5f 41 0001 aa"));
        CHECK(*decode_mode_data(hex("08 00 00 00 5f 41 0001 aa"), ModeSenseForm::six) == sub);
    }

    TEST_CASE("every page is found, zeros behind the last are none") {
        const ModeData data{.pages = {encode_mode_page(l80),
                                      encode_mode_page(DeviceCapabilities{}),
                                      encode_mode_page(ExtendedDeviceCapabilities{})}};
        auto bytes = encode_mode_data(data, ModeSenseForm::ten);
        bytes.resize(bytes.size() + 20);
        bytes[1] = static_cast<std::byte>(bytes.size() - 2);
        const auto back = decode_mode_data(bytes, ModeSenseForm::ten);
        REQUIRE(back);
        CHECK(*back == data);
        CHECK(back->find(0x1F, 0x41) == &back->pages[2]);
        CHECK(back->find(0x1E) == nullptr);
    }

    TEST_CASE("a prefix that lacks the header is malformed, one that lacks the page has no page") {
        for (const auto form : {ModeSenseForm::six, ModeSenseForm::ten}) {
            const ModeData data{.block_descriptors = hex("00 000000 00 000200"),
                                .pages = {encode_mode_page(l80)}};
            const std::size_t header = (form == ModeSenseForm::six ? 4 : 8) + 8;
            test::for_each_proper_prefix(
                encode_mode_data(data, form), [&](std::span<const std::byte> prefix) {
                    const auto cut = decode_mode_data(prefix, form);
                    REQUIRE(bool(cut) == (prefix.size() >= header));
                    if (cut)
                        CHECK(cut->pages.empty());
                    else
                        CHECK(cut.error().code == Code::malformed_response);
                });
        }
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        for (const auto form : {ModeSenseForm::six, ModeSenseForm::ten}) {
            const std::size_t width = form == ModeSenseForm::six ? 1 : 2;
            const auto whole = encode_mode_data({.pages = {encode_mode_page(l80)}}, form);
            const auto no_other_geometry = [&](std::span<const std::byte> altered) {
                const auto data = decode_mode_data(altered, form);
                const auto* page = data ? data->find(ElementAddressAssignment::page) : nullptr;
                CHECK((page == nullptr || page->content.size() <= 18));
            };
            test::for_each_hostile_length(whole, 0, width, no_other_geometry);
            test::for_each_hostile_length(whole, width * 4 - width, width, no_other_geometry);
            test::for_each_hostile_length(whole, width * 4 + 1, 1, no_other_geometry);
            test::for_each_altered_byte(whole, no_other_geometry);
        }
    }
}

TEST_SUITE("scsi/smc/element_address_assignment") {
    TEST_CASE("the page has the standard's bytes and decodes to what it was") {
        const auto page = encode_mode_page(l80);
        CHECK(page.page == 0x1D);
        CHECK(page.content == hex("0000 0001 03e8 0028 000a 0004 01f4 0004 0000"));
        CHECK(*decode_element_address_assignment(page) == l80);
    }

    TEST_CASE("without its reserved bytes the page is whole, with less it is none") {
        const auto whole = encode_mode_page(l80);
        for (std::size_t n = 0; n < whole.content.size(); ++n) {
            CAPTURE(n);
            auto page = whole;
            page.content.resize(n);
            CHECK(bool(decode_element_address_assignment(page)) == (n >= 16));
        }
        CHECK_FALSE(decode_element_address_assignment({.page = 0x1E, .content = whole.content}));
        CHECK_FALSE(decode_element_address_assignment(
            {.page = 0x1D, .subpage = 1, .content = whole.content}));
    }

    TEST_CASE("a range contains its addresses and no other, even at the end of all addresses") {
        CHECK(range(10, 4).contains(ElementAddress{10}));
        CHECK(range(10, 4).contains(ElementAddress{13}));
        CHECK_FALSE(range(10, 4).contains(ElementAddress{14}));
        CHECK_FALSE(range(10, 4).contains(ElementAddress{9}));
        CHECK_FALSE(range(10, 0).contains(ElementAddress{10}));
        CHECK(range(0xFFFF, 0xFFFF).contains(ElementAddress{0xFFFF}));
        CHECK_FALSE(range(0xFFFF, 0xFFFF).contains(ElementAddress{0}));
    }

    TEST_CASE("each type has its range") {
        CHECK(l80.range(ElementType::transport) == l80.transport);
        CHECK(l80.range(ElementType::storage) == l80.storage);
        CHECK(l80.range(ElementType::import_export) == l80.import_export);
        CHECK(l80.range(ElementType::data_transfer) == l80.data_transfer);
        CHECK(l80.range(ElementType::any) == ElementRange{});
    }
}
