// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"
#include "hex.hpp"
#include "scsi/smc/element_status.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace changer;
using namespace changer::scsi;
using changer::test::at;
using changer::test::hex;

namespace {

const DeviceIdentifier drive{.identifier = "SIM     DRIVE           0000000001"};

/// A library of every type, as element status can report it.
std::vector<ElementStatusPage> library() {
    return {
        {.type = ElementType::storage,
         .primary_volume_tags = true,
         .elements = {{.address = at(0x1000), .full = true, .volume_tag = "T00001L8"},
                      {.address = at(0x1001), .volume_tag = ""},
                      {.address = at(0x1002),
                       .exception = true,
                       .accessible = false,
                       .disabled = true,
                       .asc = 0x3B,
                       .ascq = 0x12,
                       .volume_tag = ""}}},
        {.type = ElementType::import_export,
         .primary_volume_tags = true,
         .alternate_volume_tags = true,
         .extra_bytes = 4,
         .elements = {{.type = ElementType::import_export,
                       .address = at(0x0010),
                       .full = true,
                       .import_export = true,
                       .export_enabled = true,
                       .import_enabled = true,
                       .operator_intervention_required = true,
                       .inverted = true,
                       .medium_type = medium_type::data,
                       .volume_tag = "SIDE-A",
                       .alternate_volume_tag = "SIDE-B"}}},
        {.type = ElementType::data_transfer,
         .primary_volume_tags = true,
         .identifier_length = 34,
         .elements = {{.type = ElementType::data_transfer,
                       .address = at(0x0100),
                       .full = true,
                       .source = at(0x1001),
                       .volume_tag = "T00002L8",
                       .identifier = drive,
                       .scsi_bus_address = 4,
                       .logical_unit_number = 1}}},
        {.type = ElementType::transport,
         .elements = {{.type = ElementType::transport, .address = at(0)}}},
    };
}

std::vector<ElementStatus> all_elements(const std::vector<ElementStatusPage>& pages) {
    std::vector<ElementStatus> elements;
    for (const auto& page : pages)
        elements.insert(elements.end(), page.elements.begin(), page.elements.end());
    return elements;
}

/// Where encoded data may be cut: behind the header and behind each descriptor.
std::set<std::size_t> descriptor_ends(const std::vector<ElementStatusPage>& pages,
                                      std::span<const std::byte> encoded) {
    std::set<std::size_t> ends{8};
    std::size_t at = 8;
    for (const auto& page : pages) {
        const auto length = std::to_integer<std::size_t>(encoded[at + 3]);
        at += 8;
        for (std::size_t i = 0; i < page.elements.size(); ++i)
            ends.insert(at += length);
    }
    return ends;
}

} // namespace

TEST_SUITE("scsi/smc/element_status, encoded") {
    TEST_CASE("an element without extras has the standard's sixteen bytes before it") {
        const ElementStatusPage page{
            .type = ElementType::import_export,
            .elements = {
                {.address = at(0x0A), .full = true, .import_export = true, .source = at(0x03E8)}}};
        CHECK(encode_element_status(std::span(&page, 1)) ==
              hex("000a 0001 00 000014 03 00 000c 00 00000c"
                  "000a 0b 00 0000 00 00 00 80 03e8"));
    }

    TEST_CASE("a labelled element has its label padded with blanks") {
        const ElementStatusPage page{
            .primary_volume_tags = true,
            .elements = {{.address = at(1), .full = true, .volume_tag = "AB"}}};
        CHECK(encode_element_status(std::span(&page, 1)) ==
              hex("0001 0001 00 000038 02 80 0030 00 000030"
                  "0001 09 00 0000 00 00 00 00 0000"
                  "4142 2020202020202020202020202020 20202020202020202020202020202020 00000000"));
    }

    TEST_CASE("what is encoded decodes to what it was") {
        const auto pages = library();
        const auto report = decode_element_status(encode_element_status(pages));
        REQUIRE(report);
        CHECK_FALSE(report->cut);
        CHECK(report->first == at(0x1000));
        CHECK(report->available == 6);
        CHECK(report->elements == all_elements(pages));
    }

    TEST_CASE("a library without elements is a header") {
        CHECK(encode_element_status({}) == hex("0000 0000 00 000000"));
        const ElementStatusPage none{.type = ElementType::import_export};
        CHECK(encode_element_status(std::span(&none, 1)) == hex("0000 0000 00 000000"));
    }

    TEST_CASE("every allocation length cuts to whole descriptors, with the counts of the whole") {
        const auto pages = library();
        const auto whole = encode_element_status(pages);
        const auto truth = all_elements(pages);
        const auto ends = descriptor_ends(pages, whole);
        std::size_t last = 0;
        for (std::size_t allocation = 0; allocation <= whole.size() + 1; ++allocation) {
            CAPTURE(allocation);
            const auto cut = cut_element_status(whole, allocation);
            REQUIRE(cut.size() <= allocation);
            REQUIRE(std::equal(cut.begin(), cut.end(), whole.begin()));
            if (allocation < 8)
                continue;
            CHECK(ends.count(cut.size()) == 1);
            const auto report = decode_element_status(cut);
            REQUIRE(report);
            CHECK(report->announced_bytes == whole.size() - 8);
            CHECK(report->cut == (allocation < whole.size()));
            CHECK(report->elements.size() >= last);
            last = report->elements.size();
            CHECK(std::equal(report->elements.begin(), report->elements.end(), truth.begin()));
            const auto uncut =
                decode_element_status(std::span(whole).first(std::min(allocation, whole.size())));
            CHECK(uncut->elements == report->elements);
        }
        CHECK(last == truth.size());
    }
}
