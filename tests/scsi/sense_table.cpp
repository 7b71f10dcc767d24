// SPDX-License-Identifier: Apache-2.0
#include "scsi/sense_table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cctype>
#include <set>
#include <tuple>

using namespace changer;
using namespace changer::scsi;
using enum VendorFamily;

namespace {

constexpr std::array families{generic,
                              bdt,
                              ibm_3584,
                              ibm_ts2900,
                              ibm_ts3310,
                              ibm_ts3400,
                              quantum_scalar,
                              quantum_superloader,
                              quantum_atl,
                              exabyte,
                              stk,
                              oracle,
                              ampex,
                              sony,
                              spectra,
                              mhvtl};

ElementStatus storage(std::uint8_t asc, std::uint8_t ascq) {
    return {.exception = true, .asc = asc, .ascq = ascq};
}

} // namespace

TEST_SUITE("scsi/sense_table") {
    TEST_CASE("every row is sound: keys, a run of codes, words in lower case") {
        for (const auto rows : {standard_sense_rows(), vendor_sense_rows()}) {
            for (const auto& row : rows) {
                CAPTURE(row.meaning);
                CHECK(row.keys != 0);
                CHECK((row.keys & ~0x1FFFFu) == 0);
                CHECK(row.first_ascq <= row.last_ascq);
                REQUIRE_FALSE(row.meaning.empty());
                CHECK(row.meaning.front() == static_cast<char>(std::tolower(row.meaning.front())));
                CHECK(row.meaning.back() != '.');
                CHECK((row.family == generic) == (rows.data() == standard_sense_rows().data()));
            }
        }
    }

    TEST_CASE("no row is hidden behind an earlier one of its family") {
        for (const auto rows : {standard_sense_rows(), vendor_sense_rows()}) {
            std::set<std::tuple<VendorFamily, unsigned, unsigned, unsigned>> seen;
            for (const auto& row : rows)
                for (unsigned key = 0; key <= 16; ++key)
                    for (unsigned q = row.first_ascq; q <= row.last_ascq; ++q)
                        if ((row.keys >> key & 1) != 0) {
                            CAPTURE(row.meaning);
                            CAPTURE(key);
                            CHECK(seen.emplace(row.family, key, unsigned{row.asc} << 8 | q, 0)
                                      .second);
                        }
        }
    }

    TEST_CASE("standard codes have the standard's meaning for everybody") {
        CHECK(lookup({0x2, 0x04, 0x01})->meaning == "becoming ready");
        CHECK(reaction({0x2, 0x04, 0x01}) == Reaction::wait);
        CHECK(reaction({0x2, 0x04, 0x01}, ibm_3584) == Reaction::wait);
        CHECK(reaction({0x5, 0x3B, 0x0D}) == Reaction::reread_inventory);
        CHECK(reaction({0x5, 0x3B, 0x0E}) == Reaction::reread_inventory);
        CHECK(reaction({0x5, 0x24, 0x00}) == Reaction::drop_feature);
        CHECK(reaction({0x5, 0x21, 0x01}) == Reaction::remap);
        CHECK(reaction({0x5, 0x53, 0x02}) == Reaction::removal_prevented);
        CHECK(reaction({0x5, 0x53, 0x03}) == Reaction::unload_drive);
        CHECK(reaction({0x6, 0x28, 0x01}) == Reaction::reread_import_export);
        CHECK(reaction({0x6, 0x29, 0x07}) == Reaction::start_over);
        CHECK(reaction({0x6, 0x2A, 0x03}) == Reaction::reservation);
        CHECK(reaction({0x4, 0x40, 0x81}) == Reaction::ask_operator);
        CHECK(reaction({0xB, 0x47, 0x03}) == Reaction::retry);
        const auto* row = lookup({0x4, 0x15, 0x01});
        REQUIRE(row != nullptr);
        CHECK(row->reaction == Reaction::reread_inventory);
        CHECK(row->otherwise == Reaction::ask_operator);
    }

    TEST_CASE("a key matters: the same code under another key is another row, or none") {
        CHECK(lookup({0x6, 0x3B, 0x12})->reaction == Reaction::reread_inventory);
        CHECK(lookup({0x2, 0x3B, 0x12})->reaction == Reaction::ask_operator);
        CHECK(lookup({0x3, 0x3B, 0x12}) == nullptr);
    }

    TEST_CASE("a family's own meaning comes before the standard's and stays in the family") {
        CHECK(reaction({0x2, 0x04, 0x85}, ibm_3584) == Reaction::wait);
        CHECK(lookup({0x2, 0x04, 0x85}, ibm_3584)->meaning == "library paused by the operator");
        CHECK(lookup({0x2, 0x04, 0x85}, bdt)->meaning == "firmware upgrade in progress");
        CHECK(lookup({0x2, 0x04, 0x85}) == nullptr);
        CHECK(lookup({0x5, 0x3B, 0xA0}, bdt)->meaning == "gripper full");
        CHECK(lookup({0x5, 0x3B, 0xA0}, quantum_scalar)->reaction == Reaction::bad_medium);
        CHECK(reaction({0x4, 0x04, 0x03}, mhvtl) == Reaction::bad_medium);
        CHECK(reaction({0x4, 0x04, 0x03}) == Reaction::ask_operator);
        CHECK(reaction({0x2, 0x04, 0x12}, oracle) == Reaction::retry);
        CHECK(lookup({0x4, 0x81, 0x8F}, ibm_ts2900)->reaction == Reaction::ask_operator);
        CHECK(reaction({0x5, 0x24, 0x8A}, quantum_superloader) == Reaction::fail);
    }

    TEST_CASE("codes in no table are judged by their key") {
        CHECK(reaction({0x2, 0x80, 0x77}) == Reaction::wait);
        CHECK(reaction({0x4, 0x99, 0x01}) == Reaction::reread_inventory);
        CHECK(reaction({0x5, 0x99, 0x01}) == Reaction::fail);
        CHECK(reaction({0x6, 0x99, 0x01}) == Reaction::reread_inventory);
        CHECK(reaction({0x9, 0x99, 0x01}) == Reaction::fail);
        CHECK(reaction({0xB, 0x99, 0x01}) == Reaction::retry);
    }

    TEST_CASE("codes of elements are found among elements only") {
        CHECK(lookup_element(0x83, 0x02, exabyte)->reaction == Reaction::skip_element);
        CHECK(lookup_element(0x83, 0x04, quantum_atl)->reaction == Reaction::skip_element);
        CHECK(lookup_element(0x83, 0x00, bdt)->reaction == Reaction::initialize_elements);
        CHECK(lookup_element(0x83, 0x01, bdt)->reaction == Reaction::note);
        CHECK(lookup_element(0x30, 0x03)->reaction == Reaction::cleaning);
        CHECK(lookup_element(0x04, 0x18) == nullptr);
        CHECK(lookup_element(0, 0) == nullptr);
    }

    TEST_CASE("evidence of an open door, by family") {
        using enum DoorEvidence;
        for (const auto family : families)
            CHECK(door_evidence(Sense{0x2, 0x04, 0x18}, family) == open);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x83}, bdt) == open);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x83}, exabyte) == open);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x83}, ibm_3584) == none);
        CHECK(door_evidence(Sense{0x2, 0x80, 0x00}, quantum_atl) == open);
        CHECK(door_evidence(Sense{0x2, 0x80, 0x00}) == none);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x03}, ampex) == open);
        CHECK(door_evidence(Sense{0xB, 0x5A, 0x97}, ampex) == open);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x03}, quantum_superloader) == magazine);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x03}) == maybe);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x00}) == maybe);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x12}) == maybe);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x85}, ibm_3584) == maybe);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x85}, bdt) == none);
        CHECK(door_evidence(Sense{0x6, 0x28, 0x00}) == weak);
        CHECK(door_evidence(Sense{0x6, 0x28, 0x00}, ibm_ts3310) == weak);
        CHECK(door_evidence(Sense{0x2, 0x04, 0x01}) == none);
        CHECK(door_evidence(Sense{0x0, 0x00, 0x00}) == none);
    }

    TEST_CASE("magazines are evidence, out or back in") {
        using enum DoorEvidence;
        for (const auto family : families) {
            CHECK(door_evidence(Sense{0x2, 0x3B, 0x11}, family) == magazine);
            CHECK(door_evidence(Sense{0x2, 0x3B, 0x12}, family) == magazine);
            CHECK(door_evidence(Sense{0x6, 0x3B, 0x12}, family) == magazine);
            CHECK(door_evidence(Sense{0x6, 0x3B, 0x13}, family) == magazine);
        }
    }

    TEST_CASE("mail slots and resets are never a door, to no family") {
        using enum DoorEvidence;
        for (const auto family : families) {
            CAPTURE(name(family));
            CHECK(door_evidence(Sense{0x2, 0x3A, 0x02}, family) == import_export_only);
            CHECK(door_evidence(Sense{0x6, 0x28, 0x01}, family) == import_export_only);
            CHECK(door_evidence(Sense{0x6, 0x28, 0x03}, family) == import_export_only);
            for (unsigned ascq = 0; ascq <= 0xFF; ++ascq)
                CHECK(door_evidence(Sense{0x6, 0x29, static_cast<std::uint8_t>(ascq)}, family) ==
                      never);
        }
        CHECK(door_evidence(Sense{0x5, 0x53, 0x81}, ibm_ts3310) == import_export_only);
    }

    TEST_CASE("an element speaks of the door only if it is a slot") {
        using enum DoorEvidence;
        auto element = storage(0x3B, 0x12);
        CHECK(door_evidence(element) == magazine);
        element.type = ElementType::import_export;
        CHECK(door_evidence(element) == import_export_only);
        element.type = ElementType::data_transfer;
        CHECK(door_evidence(element) == none);
        CHECK(door_evidence(storage(0x3B, 0x11)) == magazine);
        CHECK(door_evidence(storage(0x81, 0x00), ibm_3584) == maybe);
        CHECK(door_evidence(storage(0x81, 0x00), bdt) == none);
        CHECK(door_evidence(storage(0x83, 0x01), bdt) == none);
        CHECK(door_evidence(ElementStatus{.disabled = true}) == magazine);
        CHECK(door_evidence(ElementStatus{}) == none);
    }

    TEST_CASE("families are told from what real devices say they are") {
        CHECK(vendor_family("IBM", "03584L32") == ibm_3584);
        CHECK(vendor_family("IBM     ", "3573-TL         ") == bdt);
        CHECK(vendor_family("BDT", "FlexStor II") == bdt);
        CHECK(vendor_family("HP", "MSL G3 Series") == bdt);
        CHECK(vendor_family("HP", "MSL6000 Series") == generic);
        CHECK(vendor_family("QUANTUM", "Scalar i3-i6") == quantum_scalar);
        CHECK(vendor_family("ADIC", "Scalar 24") == quantum_scalar);
        CHECK(vendor_family("QUANTUM", "UHDL") == quantum_superloader);
        CHECK(vendor_family("TANDBERG", "StorageLoader") == exabyte);
        CHECK(vendor_family("STK", "L80") == stk);
        CHECK(vendor_family("STK", "SL150") == oracle);
        CHECK(vendor_family("", "") == generic);
        CHECK(vendor_family("IBM", "33614LX") == generic);
        CHECK(vendor_family(InquiryData{.vendor = "SPECTRA", .product = "PYTHON"}) == spectra);
    }

    TEST_CASE("every code can be said in words") {
        CHECK(describe({0x5, 0x3B, 0x0E}) == "medium source element empty");
        CHECK(describe({0x2, 0x80, 0x05}) == "not ready, vendor's code 80/05");
        CHECK(describe({0x2, 0x80, 0x05}, ibm_ts3400) == "being reprogrammed");
        CHECK(describe({0x4, 0x09, 0x04}) == "hardware error, code 09/04");
        CHECK(describe({0x6, 0x00, 0x00}) == "unit attention");
        CHECK(describe({0x0, 0x00, 0x00}) == "no sense");
        CHECK(describe_key(0xB) == "aborted command");
        CHECK(describe_key(0x1B) == describe_key(0xB));
    }

    TEST_CASE("every family and every reaction has its own name") {
        std::set<std::string_view> names;
        for (const auto family : families)
            CHECK(names.insert(name(family)).second);
        names.clear();
        for (int i = 0; i <= static_cast<int>(Reaction::note); ++i)
            CHECK(names.insert(name(static_cast<Reaction>(i))).second);
    }
}
