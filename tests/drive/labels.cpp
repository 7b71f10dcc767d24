// SPDX-License-Identifier: Apache-2.0
#include "drive/label/label.hpp"
#include "drive/label_bytes.hpp"
#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "sim/label.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("drive/labels");

namespace {

constexpr std::string_view uuid = "30a91a08-daae-48d1-ae75-69804e61d2ea";

std::optional<Label> recognise(const std::vector<TapeRecord>& records) {
    return recognise_label(records);
}

std::optional<Label> recognise(Bytes first) {
    return recognise({block(std::move(first))});
}

std::optional<Label> recognise(std::string_view first) {
    return recognise(bytes_of(first));
}

/// The parts of a label, each "(none)" if there is no label.
Label shown(const std::optional<Label>& label) {
    return label.value_or(Label{"(none)", "(none)", "(none)"});
}

/// One whole block of each kind, and what it is.
struct Sample {
    std::string kind;
    std::vector<TapeRecord> records;
    Label label;
};

Bytes ebcdic_volume() {
    Bytes label(80, std::byte{0x40});
    const Bytes head = hex("e5d6d3f1 c1f0f0f0f0f1");
    std::copy(head.begin(), head.end(), label.begin());
    return label;
}

std::vector<Sample> samples() {
    return {
        {"ansi", {block(vol1("A00001", "", "SMITH"))}, {"ansi", "A00001", "SMITH"}},
        {"ebcdic", {block(ebcdic_volume())}, {"ebcdic", "A00001", ""}},
        {"ltfs",
         {block(vol1("LT0001", "LTFS")), filemark, block(ltfs_document(uuid))},
         {"ltfs", std::string(uuid), "LT0001"}},
        {"bacula", {block(BackupBlock{}.bytes())}, {"bacula", "Full-0001", "Default"}},
        {"bareos",
         {block(BackupBlock{.program = "Bareos 2.0 immortal\n", .version = 20}.bytes())},
         {"bareos", "Full-0001", "Default"}},
        {"amanda",
         {block(amanda_block("AMANDA: TAPESTART DATE 20260101000000 TAPE Daily-001\n\014\n"))},
         {"amanda", "Daily-001", "20260101000000"}},
        {"tar", {block(tar_block("etc/passwd"))}, {"tar", "", ""}},
    };
}

/// A claim about a damaged label may be weaker than the truth, never another name.
void check_no_other_name(const std::optional<Label>& claimed, const Label& truth) {
    if (!claimed)
        return;
    CHECK(claimed->type == truth.type);
    CHECK((claimed->id.empty() || claimed->id == truth.id));
}

} // namespace

TEST_CASE("each kind of label is known by its first records") {
    for (const Sample& sample : samples()) {
        CAPTURE(sample.kind);
        const auto label = recognise(sample.records);
        REQUIRE(label);
        CHECK(label->type == sample.label.type);
        CHECK(label->id == sample.label.id);
        CHECK(label->info == sample.label.info);
        REQUIRE(find_label_format(sample.records));
        CHECK(find_label_format(sample.records)->type == sample.kind);
    }
    CHECK(label_formats().size() == samples().size());
}

TEST_CASE("no proper prefix of a first block is taken for another tape") {
    for (const Sample& sample : samples()) {
        CAPTURE(sample.kind);
        const Bytes& whole = sample.records.front().data;
        const std::size_t telling = std::min<std::size_t>(whole.size(), 700);
        for_each_proper_prefix(
            std::span(whole).first(telling), [&](std::span<const std::byte> cut) {
                std::vector<TapeRecord> records = sample.records;
                records.front().data.assign(cut.begin(), cut.end());
                check_no_other_name(recognise(records), sample.label); // the buffer was too small
                records.front().length = cut.size();                   // the block is that short
                check_no_other_name(recognise(records), sample.label);
            });
    }
}

TEST_CASE("a label with any one byte changed is recognised as something or nothing, and no more") {
    for (const Sample& sample : samples()) {
        CAPTURE(sample.kind);
        const Bytes& whole = sample.records.front().data;
        const auto head = std::span(whole).first(std::min<std::size_t>(whole.size(), 600));
        for_each_altered_byte(head, [&](std::span<const std::byte> altered) {
            std::vector<TapeRecord> records = sample.records;
            std::copy(altered.begin(), altered.end(), records.front().data.begin());
            const auto label = recognise(records);
            CHECK((!label || label->id.size() <= 4 * 255));
        });
    }
}

TEST_CASE("garbage, blanks, marks and nothing at all are no label") {
    CHECK_FALSE(recognise(std::vector<TapeRecord>{}));
    CHECK_FALSE(recognise({filemark}));
    CHECK_FALSE(recognise({TapeRecord{.kind = TapeRecord::Kind::end_of_data}}));
    for (const std::size_t length : {0U, 1U, 4U, 79U, 80U, 81U, 512U, 4096U})
        for (const unsigned fill : {0x00U, 0x20U, 0x40U, 0x56U, 0xFFU})
            CHECK_FALSE(recognise(Bytes(length, static_cast<std::byte>(fill))));
    std::uint32_t random = 1;
    for (int round = 0; round < 200; ++round) {
        Bytes noise(1024);
        for (std::byte& each : noise)
            each = static_cast<std::byte>((random = random * 1664525 + 1013904223) >> 24);
        CHECK_FALSE(recognise(noise));
    }
}

TEST_CASE("ansi: a volume label is a block of exactly 80 characters") {
    CHECK(shown(recognise(vol1("A1"))).id == "A1");
    CHECK(shown(recognise(vol1(""))).id.empty());
    CHECK(shown(recognise(vol1(""))).type == "ansi");
    CHECK_FALSE(recognise(vol1("A1") + " "));
    CHECK_FALSE(recognise({TapeRecord{.data = bytes_of(vol1("A1")), .length = 81}}));
    CHECK_FALSE(recognise(vol1("A1").substr(0, 79)));
    CHECK_FALSE(recognise("HDR1" + vol1("A1").substr(4)));
    CHECK(shown(recognise(vol1("A\x01\xFF"))).id == "A\\x01\\xff");
    CHECK(shown(recognise(vol1("A\\"))).id == "A\\x5c");
}

TEST_CASE("ebcdic: a code that is no character of a label is shown as the code") {
    Bytes label(80, std::byte{0x40});
    const Bytes head = hex("e5d6d3f1 c1 41 5b e0 00 ff");
    std::copy(head.begin(), head.end(), label.begin());
    const Bytes owner = hex("e2d4c9e3c8");
    std::copy(owner.begin(), owner.end(), label.begin() + 41);
    const auto recognised = recognise(label);
    REQUIRE(recognised);
    CHECK(recognised->type == "ebcdic");
    CHECK(recognised->id == "A\\x41$\\xe0\\x00\\xff");
    CHECK(recognised->info == "SMITH");
}

TEST_CASE("ltfs: the identity is the volume's UUID; where it was not read there is none") {
    const TapeRecord volume = block(vol1("", "LTFS"));
    const auto id = [&](const std::vector<TapeRecord>& records) {
        const auto label = recognise(records);
        REQUIRE(label);
        CHECK(label->type == "ltfs");
        return label->id;
    };
    CHECK(id({volume, filemark, block(ltfs_document("30A91A08-DAAE-48D1-AE75-69804E61D2EA"))}) ==
          uuid);
    CHECK(id({volume}).empty());
    CHECK(id({volume, filemark}).empty());
    CHECK(id({volume, filemark, filemark}).empty());
    CHECK(id({volume, block(ltfs_document(uuid)), block(ltfs_document(uuid))}).empty());
    CHECK(id({volume, filemark, block("<volumeuuid>30a91a08</volumeuuid>")}).empty());
    CHECK(id({volume, filemark, block(ltfs_document("30a91a08-daae-48d1-ae75-69804e61d2e"))})
              .empty());
    CHECK(id({volume, filemark, block(ltfs_document("30a91a08xdaae-48d1-ae75-69804e61d2ea"))})
              .empty());
    CHECK(id({volume, filemark, block("<ltfslabel></volumeuuid><volumeuuid>")}).empty());
    CHECK(find_label_format(std::array{volume})->records == 3);
    const Bytes document = bytes_of(ltfs_document(uuid));
    for_each_proper_prefix(document, [&](std::span<const std::byte> cut) {
        const auto found = id({volume, filemark, block(Bytes(cut.begin(), cut.end()))});
        CHECK((found.empty() || found == uuid));
    });
}

TEST_CASE("bacula: every format of block there has been is read") {
    for (const auto* header : {"BB01", "BB02", "BB03"}) {
        CAPTURE(header);
        CHECK(shown(recognise(BackupBlock{.header = header}.bytes())).id == "Full-0001");
    }
    CHECK(shown(recognise(BackupBlock{.header = "BB03", .options = 1}.bytes())).id == "Full-0001");
    CHECK(shown(recognise(BackupBlock{.options = 1}.bytes())).id ==
          "Full-0001"); // BB02: a checksum
    CHECK_FALSE(recognise(BackupBlock{.header = "BB04"}.bytes()));
    CHECK(shown(recognise(BackupBlock{.file_index = 0xFFFFFFFF}.bytes())).id == "Full-0001");
    for (const std::uint32_t other : {0xFFFFFFFDU, 0xFFFFFFFCU, 0U, 1U})
        CHECK_FALSE(recognise(BackupBlock{.file_index = other}.bytes()));
    CHECK(shown(recognise(BackupBlock{.program = "Bacula 0.9 mortal\n"}.bytes())).type == "bacula");
    CHECK_FALSE(recognise(BackupBlock{.program = "Acme 1.0\n"}.bytes()));
}

TEST_CASE("bacula: the label of a volume that bcopy 9.6.7 wrote") {
    const auto label =
        recognise(hex("0a96622a 000000d1 00000000 42423032 00000001 6b085698" // block header
                      "ffffffff 00000000 000000ad"                            // record header
                      "42616375 6c612031 2e302069 6d6d6f72 74616c0a 00 0000000b"
                      "0006612f fb54a7ef 0006612f fb54a7f3 00000000 00000000 00000000 00000000"
                      "564f4c30 30303200 00 44656661 756c7400 4261636b 757000 46696c65 00"
                      "766d00 62636f70 7900" // host, program; version and date follow
                      "5665722e 20392e36 2e3700 00"));
    CHECK(label == Label{"bacula", "VOL0002", "Default"});
}

TEST_CASE("bacula: a name that is too long, or has no end, is nobody's name") {
    CHECK(shown(recognise(BackupBlock{.name = std::string(127, 'x')}.bytes())).id ==
          std::string(127, 'x'));
    const auto longer = recognise(BackupBlock{.name = std::string(128, 'x')}.bytes());
    REQUIRE(longer);
    CHECK(longer->type == "bacula");
    CHECK(longer->id.empty());
    CHECK(shown(recognise(BackupBlock{.name = "a\nb\xC3\xA9\xFF"}.bytes())).id == "a\\x0a"
                                                                                  "b\xC3\xA9\\xff");
    const Bytes whole = BackupBlock{}.bytes();
    constexpr std::size_t record_length_at = 32;
    for_each_hostile_length(whole, record_length_at, 4, [](std::span<const std::byte> altered) {
        const auto label = recognise(Bytes(altered.begin(), altered.end()));
        CHECK((!label || label->id.empty() || label->id == "Full-0001"));
    });
}

TEST_CASE("amanda: a tape of Amanda's without a label is known as one") {
    const auto of = [](std::string_view line) {
        const auto label = recognise(amanda_block(line));
        REQUIRE(label);
        CHECK(label->type == "amanda");
        return label->id;
    };
    CHECK(of("AMANDA: TAPESTART DATE X TAPE Daily-001\n\014\n") == "Daily-001");
    CHECK(of("AMANDA: TAPESTART DATE X TAPE D\x07\xFF\n\014\n") == "D\\x07\\xff");
    CHECK(of("AMANDA: TAPESTART DATE X TAPE \n").empty());
    CHECK(of("AMANDA: TAPESTART DATE X TAPE Daily-001").empty()); // the line has no end
    CHECK(of("AMANDA: TAPESTART TAPE Daily-001\n").empty());
    CHECK(of("AMANDA: FILE 20260101 host /etc lev 0\n").empty());
    CHECK(of("AMANDA: TAPEEND DATE X\n").empty());
    CHECK(of("AMANDA: TAPEEND DATE X TAPE Daily-001\n").empty());
    CHECK(of("AMANDA: TAPESTART DATE X LABEL Daily-001\n").empty());
    CHECK(of("AMANDA: TAPESTART DATE X TAPE " + std::string(2000, 'x') + "\n").empty());
    CHECK(of("AMANDA: " + std::string(2000, 'x') + "\n").empty());
    CHECK_FALSE(recognise(amanda_block("AMANDAX")));
}

TEST_CASE("tar: the sum of the header decides; a volume's name is information") {
    CHECK(shown(recognise(tar_block("a", '0', std::string_view("ustar  \0", 8)))).type ==
          "tar"); // GNU
    CHECK(shown(recognise(tar_block("Backup of May", 'V'))).info == "Backup of May");
    CHECK(shown(recognise(tar_block("Backup of May", 'V'))).id.empty());
    CHECK(shown(recognise(tar_block(std::string(100, 'n'), 'V'))).info == std::string(100, 'n'));
    CHECK(shown(recognise(tar_block("Backup of May", 'V', ""))).info == "Backup of May"); // GNU
    CHECK_FALSE(recognise(tar_block("a", '0', "pax  ")));
    Bytes wrong = tar_block("a");
    wrong[0] = std::byte{'b'};
    CHECK_FALSE(recognise(wrong));
}

TEST_CASE("what the simulated library writes is what is read back") {
    using sim::LabelKind;
    for (const auto kind : {LabelKind::ansi,
                            LabelKind::ebcdic,
                            LabelKind::ltfs,
                            LabelKind::bacula,
                            LabelKind::bareos,
                            LabelKind::amanda,
                            LabelKind::tar,
                            LabelKind::unknown}) {
        std::vector<TapeRecord> records;
        for (const sim::Record& each : sim::records_of({kind}, "VT0001L8"))
            records.push_back(each.filemark ? filemark : block(each.block));
        const auto label = recognise(records);
        CAPTURE(static_cast<int>(kind));
        REQUIRE(label.has_value() == (kind != LabelKind::unknown));
        if (!label)
            continue;
        CHECK(sim::parse_label_kind(label->type) == kind);
        const bool six = kind == LabelKind::ansi || kind == LabelKind::ebcdic;
        if (kind == LabelKind::ltfs)
            CHECK(label->id.size() == uuid.size());
        else if (kind != LabelKind::tar)
            CHECK(label->id == (six ? "VT0001" : "VT0001L8"));
    }
}

TEST_SUITE_END();
