// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/ssc/read.hpp"

#include <fmt/format.h>

using namespace changer;
using namespace changer::test;

namespace {

/// Reads the first block of a cartridge as `labels=KIND` makes it, or the sense instead.
struct FirstBlock {
    explicit FirstBlock(std::string_view kind)
        : FirstBlock(fmt::format("default?labels={}", kind), {}) {}

    FirstBlock(std::string_view options, const sim::Content& relabelled) {
        Site site(options);
        if (!relabelled.name.empty())
            REQUIRE(site.library->label(slot(1), relabelled));
        Host tape(site.library, site.clock, "host-t", 1);
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        site.clock.advance(1min);
        tape.attentions();
        Bytes room(0x10'0000);
        const auto done = tape.send(
            scsi::encode(scsi::Read{.suppress_incorrect_length = true, .length = 0x10'0000}), room);
        REQUIRE(done);
        for (const std::byte b : std::span(room).first(done->transferred))
            bytes += static_cast<char>(b);
        if (done->status != scsi::Status::good)
            sense = scsi::decode_sense(done->sense)->sense;
    }

    std::string_view at(std::size_t position, std::size_t length) const {
        return std::string_view(bytes).substr(position, length);
    }

    std::string bytes;
    std::optional<Sense> sense;
};

} // namespace

TEST_SUITE("sim/labels") {
    TEST_CASE("a tape begins with the label that was asked for") {
        const FirstBlock ansi("ansi");
        CHECK(ansi.bytes.size() == 80);
        CHECK(ansi.at(0, 10) == "VOL1VT0001");
        CHECK(ansi.at(79, 1) == "4");
        const FirstBlock ebcdic("ebcdic");
        CHECK(ebcdic.bytes.size() == 80);
        CHECK(ebcdic.at(0, 4) == "\xE5\xD6\xD3\xF1");
        CHECK(ebcdic.at(4, 6) == "\xE5\xE3\xF0\xF0\xF0\xF1");
        const FirstBlock ltfs("ltfs");
        CHECK(ltfs.at(10, 1) == "L");
        CHECK(ltfs.at(24, 4) == "LTFS");
        const FirstBlock bacula("bacula");
        CHECK(bacula.at(12, 4) == "BB02");
        CHECK(bacula.at(36, 21) == std::string_view("Bacula 1.0 immortal\n\0", 21));
        CHECK(bacula.bytes.find("VT0001L8") == 36 + 21 + 4 + 32);
        const FirstBlock bareos("bareos");
        CHECK(bareos.at(36, 20) == "Bareos 2.0 immortal\n");
        const FirstBlock amanda("amanda");
        CHECK(amanda.bytes.size() == 32768);
        CHECK(amanda.at(0, 23) == "AMANDA: TAPESTART DATE ");
        CHECK(amanda.bytes.find(" TAPE VT0001L8\n") != std::string::npos);
        const FirstBlock tar("tar");
        CHECK(tar.at(257, 5) == "ustar");
        const FirstBlock unknown("unknown");
        CHECK(unknown.bytes.size() == 4096);
        CHECK(unknown.at(0, 4) != "VOL1");
    }

    TEST_CASE("a blank tape ends at once; encrypted and unreadable ones say so") {
        CHECK(FirstBlock("blank").sense == Sense{0x8, 0x00, 0x05});
        CHECK(FirstBlock("encrypted").sense == Sense{0x7, 0x74, 0x01});
        CHECK(FirstBlock("unreadable").sense == Sense{0x3, 0x11, 0x00});
        CHECK_FALSE(FirstBlock("ansi").sense);
    }

    TEST_CASE("a cartridge gets another label where it lies") {
        const FirstBlock other("default", {sim::LabelKind::bareos, "Full-0001"});
        CHECK(other.bytes.find("Full-0001") != std::string::npos);
        Site site;
        CHECK(site.library->label(slot(20), {}).error().code == Code::source_empty);
        CHECK(site.library->label(scsi::ElementAddress{0x7777}, {}).error().code ==
              Code::not_found);
    }

    TEST_CASE("kinds have names, and no other names are known") {
        for (const auto* kind : {"ansi",
                                 "ebcdic",
                                 "ltfs",
                                 "bacula",
                                 "bareos",
                                 "amanda",
                                 "tar",
                                 "unknown",
                                 "blank",
                                 "encrypted",
                                 "unreadable"}) {
            CAPTURE(kind);
            CHECK(sim::parse_label_kind(kind));
            CHECK(sim::label_kinds().find(kind) != std::string::npos);
        }
        CHECK_FALSE(sim::parse_label_kind("ANSI"));
        CHECK_FALSE(sim::parse_options("default?labels=none"));
    }

    TEST_CASE("a tar header's checksum is its own") {
        const auto records = sim::records_of({sim::LabelKind::tar}, "X");
        REQUIRE(records.size() == 2);
        unsigned sum = 0;
        for (std::size_t i = 0; i < 512; ++i)
            sum += i >= 148 && i < 156 ? 0x20U : std::to_integer<unsigned>(records[0].block[i]);
        CHECK(ByteReader(std::span(records[0].block).subspan(148)).text(6) ==
              fmt::format("{:06o}", sum));
    }
}
