// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/device_capabilities.hpp"

#include "hex.hpp"
#include "scsi/smc/transport_geometry.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

TEST_SUITE("scsi/smc/device_capabilities") {
    const ElementTypeSet all_but_arm{.storage = true, .import_export = true, .data_transfer = true};

    TEST_CASE("page 1Fh as IBM libraries send it: everything but the arm") {
        DeviceCapabilities capabilities{.can_store = all_but_arm};
        for (const std::size_t source : {1u, 2u, 3u}) {
            capabilities.move.at(source) = all_but_arm;
            capabilities.exchange.at(source) = all_but_arm;
        }
        const auto page = encode_mode_page(capabilities);
        CHECK(page.content == hex("0e 00 000e0e0e 00000000 000e0e0e 00000000"));
        CHECK(*decode_device_capabilities(page) == capabilities);
    }

    TEST_CASE("an old, short page 1Fh has no exchanges; a shorter one is malformed") {
        const ModePage page{.page = 0x1F, .content = hex("0e 02 0f0f0f0f 00000000 0000 0000")};
        CHECK(decode_device_capabilities(page)->volume_tag_reader);
        for (std::size_t n = 0; n < page.content.size(); ++n) {
            CAPTURE(n);
            auto cut = page;
            cut.content.resize(n);
            CHECK(bool(decode_device_capabilities(cut)) == (n >= 6));
        }
    }

    TEST_CASE("page 1Fh/41h tells what PREVENT locks") {
        const ModePage page{.page = 0x1F,
                            .subpage = 0x41,
                            .content = hex("21 03 01 00 00 00000000000000000000 00")};
        const auto extended = decode_extended_device_capabilities(page);
        REQUIRE(extended);
        CHECK(extended->prevent_locks_door);
        CHECK_FALSE(extended->prevent_locks_import_export);
        CHECK(extended->move_refused_while_prevented);
        CHECK(extended->import_export_stores);
        CHECK(extended->storage_in_magazines);
        CHECK(extended->import_export_in_magazines);
        CHECK(encode_mode_page(*extended) == page);
        for (std::size_t n = 0; n < 3; ++n) {
            auto cut = page;
            cut.content.resize(n);
            CHECK_FALSE(decode_extended_device_capabilities(cut));
        }
        CHECK_FALSE(decode_extended_device_capabilities({.page = 0x1F, .content = page.content}));
    }

    TEST_CASE("each flag of page 1Fh/41h is its own bit, and comes back") {
        constexpr std::uint64_t known = 0x3F'1F'07'07'01;
        for (unsigned bit = 0; bit < 40; ++bit) {
            CAPTURE(bit);
            ByteWriter content;
            content.be(std::uint64_t{1} << bit, 5).zeros(11);
            const ModePage page{
                .page = 0x1F, .subpage = 0x41, .content = std::move(content).take()};
            const auto extended = decode_extended_device_capabilities(page);
            REQUIRE(extended);
            const bool is_known = (known >> bit & 1) != 0;
            CHECK((*extended == ExtendedDeviceCapabilities{}) == !is_known);
            CHECK((encode_mode_page(*extended) == page) == is_known);
        }
    }

    TEST_CASE("what a shorter page 1Fh/41h leaves out is false") {
        const ModePage page{.page = 0x1F, .subpage = 0x41, .content = hex("00 00 07 07")};
        const auto extended = decode_extended_device_capabilities(page);
        REQUIRE(extended);
        CHECK(extended->true_exchange);
        CHECK(extended->eject_before_move_from);
        CHECK(extended->eject_before_move_to);
        CHECK(extended->pre_eject_position);
        CHECK_FALSE(extended->unassigned_cleaning_storage);
    }

    TEST_CASE("a Dell TL2000 cleans by itself if it says so, and says whether it reads bar codes") {
        DeviceCapabilities capabilities{.can_store = all_but_arm,
                                        .volume_tag_reader = true,
                                        .auto_clean_enabled = true,
                                        .smc2_fields = true};
        capabilities.move = {all_but_arm, all_but_arm, {}, all_but_arm};
        capabilities.move.at(2) = {.storage = true, .data_transfer = true}; // not mail to mail
        const auto page = encode_mode_page(capabilities);
        CHECK(page.content == hex("0e 07 0e0e0a0e 00000000 00000000 00000000"));
        CHECK(*decode_device_capabilities(page) == capabilities);
        for (const auto* flag : {"01", "02", "04"}) {
            CAPTURE(flag);
            auto one = page;
            one.content[1] = hex(flag).front();
            CHECK(encode_mode_page(*decode_device_capabilities(one)) == one);
        }
    }
}

TEST_SUITE("scsi/smc/transport_geometry") {
    const TransportGeometry two{.arms = {{.rotates = true, .member = 0}, {.member = 1}}};

    TEST_CASE("the page has the standard's bytes and decodes to what it was") {
        const auto page = encode_mode_page(two);
        CHECK(page == ModePage{.page = 0x1E, .content = hex("01 00 00 01")});
        CHECK(*decode_transport_geometry(page) == two);
        const ModeData data{.pages = {page}};
        CHECK(encode_mode_data(data, ModeSenseForm::six) == hex("09 00 00 00 1e 04 01 00 00 01"));
    }

    TEST_CASE("a prefix yields whole arms, another page is refused") {
        const auto whole = encode_mode_page(two);
        for (std::size_t n = 0; n < whole.content.size(); ++n) {
            CAPTURE(n);
            auto cut = whole;
            cut.content.resize(n);
            CHECK(decode_transport_geometry(cut)->arms.size() == n / 2);
        }
        CHECK_FALSE(decode_transport_geometry({.page = 0x1F, .content = whole.content}));
        CHECK_FALSE(
            decode_transport_geometry({.page = 0x1E, .subpage = 1, .content = whole.content}));
    }

    TEST_CASE("more arms than the page's length can say are left out") {
        const TransportGeometry many{.arms = std::vector<TransportGeometry::Arm>(200)};
        CHECK(encode_mode_page(many).content.size() == 254);
    }
}
