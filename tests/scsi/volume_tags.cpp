// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

bool found(std::string_view wanted, std::string_view volume_tag) {
    return matches({.volume_identifier = std::string(wanted)}, volume_tag);
}

std::vector<ElementStatusPage> one_page() {
    return {{.type = ElementType::storage,
             .primary_volume_tags = true,
             .elements = {
                 {.address = ElementAddress{0x03E8}, .full = true, .volume_tag = "A00001L8"},
                 {.address = ElementAddress{0x03E9}, .full = true, .volume_tag = "A00002L8"}}}};
}

} // namespace

TEST_SUITE("scsi/smc/send_volume_tag") {
    TEST_CASE("a template has the standard's bytes and decodes to what it was") {
        const VolumeTagTemplate wanted{.volume_identifier = "A0*",
                                       .minimum_sequence_number = 1,
                                       .maximum_sequence_number = 0x1234};
        const auto bytes = encode_volume_tag_template(wanted);
        CHECK(bytes == hex("41302a20 20202020 20202020 20202020 20202020 20202020 20202020 20202020"
                           "0000 0001 0000 1234"));
        CHECK(bytes.size() == SendVolumeTag::list_length);
        CHECK(*decode_volume_tag_template(bytes) == wanted);
        test::for_each_proper_prefix(bytes, [](std::span<const std::byte> prefix) {
            CHECK_FALSE(decode_volume_tag_template(prefix));
        });
    }

    TEST_CASE("a longer identifier is cut to what the list has room for") {
        const auto bytes = encode_volume_tag_template({.volume_identifier = std::string(40, 'X')});
        CHECK(decode_volume_tag_template(bytes)->volume_identifier == std::string(32, 'X'));
    }

    TEST_CASE("a star stands for any run of characters, a question mark for any one") {
        CHECK(found("A00001L8", "A00001L8"));
        CHECK_FALSE(found("A00001L8", "A00001L9"));
        CHECK_FALSE(found("A00001", "A00001L8"));
        CHECK_FALSE(found("A00001L8", "A00001"));
        CHECK(found("A00001*", "A00001L8"));
        CHECK(found("A00001*", "A00001"));
        CHECK(found("*L8", "A00001L8"));
        CHECK(found("*1*L8", "A11001L8"));
        CHECK(found("A*0*1L*8", "A00001L8"));
        CHECK(found("A0000?L8", "A00001L8"));
        CHECK_FALSE(found("A0000?L8", "A0000L8"));
        CHECK_FALSE(found("?", ""));
        CHECK(found("*", ""));
        CHECK(found("**", "A"));
        CHECK(found("", ""));
        CHECK_FALSE(found("", "A"));
        CHECK_FALSE(found("*L9", "A00001L8"));
        CHECK(found("*?", "AB"));
    }

    TEST_CASE("a template made to backtrack takes no longer than its length allows") {
        const std::string wanted = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
        CHECK_FALSE(found(wanted, std::string(5000, 'a')));
    }
}

TEST_SUITE("scsi/smc/request_volume_element_address") {
    TEST_CASE("the answer is element status data that says which search found it") {
        const auto bytes = encode_volume_element_addresses(
            VolumeTagAction::translate_primary_ignoring_sequence, one_page());
        CHECK(bytes[4] == std::byte{0x05});
        auto plain = bytes;
        plain[4] = std::byte{};
        CHECK(plain == encode_element_status(one_page()));
        const auto back = decode_volume_element_addresses(bytes);
        REQUIRE(back);
        CHECK(back->action == VolumeTagAction::translate_primary_ignoring_sequence);
        CHECK(back->report.elements == one_page().front().elements);
    }

    TEST_CASE("nothing found is a header and no element") {
        const auto bytes = encode_volume_element_addresses(VolumeTagAction::translate_all, {});
        CHECK(bytes == hex("0000 0000 00 000000"));
        CHECK(decode_volume_element_addresses(bytes)->report.elements.empty());
    }

    TEST_CASE("a prefix yields whole elements or is malformed") {
        const auto whole = encode_volume_element_addresses(VolumeTagAction{1}, one_page());
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> prefix) {
            const auto some = decode_volume_element_addresses(prefix);
            REQUIRE(bool(some) == (prefix.size() >= 8));
            if (some)
                CHECK(some->report.elements.size() <= 1);
        });
        test::for_each_altered_byte(whole, [](std::span<const std::byte> altered) {
            const auto some = decode_volume_element_addresses(altered);
            if (some)
                CHECK(some->report.elements.size() <= altered.size() / 4);
        });
    }
}
