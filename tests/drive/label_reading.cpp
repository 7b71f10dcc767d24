// SPDX-License-Identifier: Apache-2.0
#include "drive/label_reading.hpp"

#include "device/scripted_device.hpp"
#include "drive/label_bytes.hpp"
#include "drive/simulated_drive.hpp"

#include <algorithm>
#include <set>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("drive/label_reading");

namespace {

using Outcome = LabelReading::Outcome;
using sim::LabelKind;

/// What a cartridge of this kind turns out to be.
LabelReading reading(LabelKind kind, std::string_view options = "default") {
    SimulatedDrive sim(options);
    sim.bring(1, {kind, kind == LabelKind::bacula ? "Full-0001" : ""});
    const auto read = sim.read();
    REQUIRE(read);
    CHECK(read->memory.serial == "SIM0000001");
    return *read;
}

std::ptrdiff_t count(const std::vector<std::uint8_t>& sent, std::uint8_t opcode) {
    return std::count(sent.begin(), sent.end(), opcode);
}

} // namespace

TEST_CASE("each kind of tape is read for what it is") {
    CHECK(reading(LabelKind::ansi).label == Label{"ansi", "VT0001", ""});
    CHECK(reading(LabelKind::ebcdic).label == Label{"ebcdic", "VT0001", ""});
    CHECK(reading(LabelKind::bacula).label == Label{"bacula", "Full-0001", "Default"});
    CHECK(reading(LabelKind::bareos).label == Label{"bareos", "VT0001L8", "Default"});
    CHECK(reading(LabelKind::amanda).label == Label{"amanda", "VT0001L8", "20260101000000"});
    CHECK(reading(LabelKind::tar).label == Label{"tar", "", ""});
    const auto ltfs = reading(LabelKind::ltfs).label;
    REQUIRE(ltfs);
    CHECK(ltfs->type == "ltfs");
    CHECK(ltfs->id.size() == 36);
    CHECK(ltfs->info == "VT0001");
}

TEST_CASE("of what no format knows the beginning is kept, and how long it was") {
    const auto unknown = reading(LabelKind::unknown);
    CHECK(unknown.outcome == Outcome::unrecognised);
    CHECK_FALSE(unknown.label);
    CHECK(unknown.first_block.size() == LabelReading::most_kept);
    CHECK(unknown.first_block_length == 4096);
    const auto records = sim::records_of({LabelKind::unknown}, "VT0001L8");
    CHECK(std::equal(
        unknown.first_block.begin(), unknown.first_block.end(), records.front().block.begin()));
}

TEST_CASE("blank, encrypted and unreadable tapes are told apart, each with its sense") {
    const auto blank = reading(LabelKind::blank);
    CHECK(blank.outcome == Outcome::blank);
    const auto encrypted = reading(LabelKind::encrypted);
    CHECK(encrypted.outcome == Outcome::encrypted);
    CHECK(encrypted.sense == Sense{0x7, 0x74, 0x01});
    CHECK_FALSE(encrypted.text.empty());
    const auto unreadable = reading(LabelKind::unreadable);
    CHECK(unreadable.outcome == Outcome::unreadable);
    CHECK(unreadable.sense == Sense{0x3, 0x11, 0x00});
}

TEST_CASE("an empty drive has no cartridge, and an unthreaded tape is threaded") {
    SimulatedDrive sim;
    auto read = sim.read();
    REQUIRE(read);
    CHECK(read->outcome == Outcome::no_cartridge);
    sim.bring(1);
    REQUIRE(sim.held->wait({.budget = 5min}));
    REQUIRE(sim.held->unload());
    read = sim.read();
    REQUIRE(read);
    CHECK(read->outcome == Outcome::labelled);
}

TEST_CASE("a tape that takes longer than its budget is no verdict on the tape") {
    SimulatedDrive sim;
    sim.bring(1);
    const auto read = sim.read({.ready = {.budget = 2s}});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::device_busy);
    CHECK(read.error().sense == Sense{0x2, 0x04, 0x01});
}

TEST_CASE("a cleaning cartridge is known, and neither wound nor read") {
    SimulatedDrive sim("default?tapes=1");
    sim.insert("CLN001L1", 2);
    sim.bring(2);
    sim.clock.advance(5min);
    const auto read = sim.read();
    REQUIRE(read);
    CHECK(read->outcome == Outcome::cleaning_cartridge);
    CHECK(read->memory.kind == CartridgeMemory::Kind::cleaning);
    CHECK(read->memory.cleanings_permitted == 50);
    CHECK(read->memory.cleanings_left() == 49);
    const auto sent = sim.watched.take_sent();
    CHECK(count(sent, scsi::opcode::rewind) == 0);
    CHECK(count(sent, scsi::opcode::read_6) == 0);
    CHECK(count(sent, scsi::opcode::load_unload) == 0);
}

TEST_CASE("a chip out of reach does not keep the label from being read") {
    SimulatedDrive sim("default?unkind=no-chip");
    sim.bring(1);
    const auto read = sim.read();
    REQUIRE(read);
    CHECK(read->label == Label{"ansi", "VT0001", ""});
    CHECK_FALSE(read->memory.readable);
    CHECK_FALSE(read->memory.why.empty());
}

TEST_CASE("no more is read of a tape than its kind of label takes") {
    const auto reads = [](LabelKind kind) {
        SimulatedDrive sim;
        sim.bring(1, {kind});
        REQUIRE(sim.read());
        return count(sim.watched.take_sent(), scsi::opcode::read_6);
    };
    CHECK(reads(LabelKind::ansi) == 1);
    CHECK(reads(LabelKind::unknown) == 1);
    CHECK(reads(LabelKind::blank) == 1);
    CHECK(reads(LabelKind::ltfs) == 3);
}

TEST_CASE("the beginning of a long block is enough") {
    SimulatedDrive sim;
    sim.bring(1, {LabelKind::bacula, "Full-0001"});
    const auto read = sim.read({.ready = {.budget = 10min}, .first_transfer = 1024});
    REQUIRE(read);
    CHECK(read->label == Label{"bacula", "Full-0001", "Default"});
    CHECK(count(sim.watched.take_sent(), scsi::opcode::read_6) == 1);
}

TEST_CASE("a drive that sends nothing of a long block is asked again with room for it") {
    ManualClock clock;
    ScriptedTransport transport;
    scsi::InquiryData who = some_changer();
    who.type = scsi::DeviceType::tape;
    expect_identity(transport, who);
    auto drive = Drive::open(transport, clock, Quirks::builtin());
    REQUIRE(drive);
    HeldDrive held(*drive, granted());
    const auto too_long = [](std::int32_t by) {
        return Reply{
            .status = scsi::Status::check_condition,
            .sense = scsi::encode_sense_fixed(
                {.incorrect_length = true, .information = static_cast<std::uint32_t>(-by)})};
    };
    const auto expect_start = [&] {
        transport.expect(test_unit_ready);
        transport.expect(scsi::encode(scsi::ReadAttribute{.allocation_length = 16384}),
                         check_condition({0x5, 0x20, 0x00}));
        transport.expect("010000000000");
    };
    SUBCASE("once") {
        const Bytes block = BackupBlock{}.bytes();
        expect_start();
        transport.expect("080000040000", too_long(64512 - 1024));
        expect_start();
        transport.expect("080000fc0000", Reply{.data = block});
        const auto read = read_label(held, {.first_transfer = 1024});
        REQUIRE(read);
        CHECK(read->label == Label{"bacula", "Full-0001", "Default"});
    }
    SUBCASE("not beyond the limit") {
        expect_start();
        transport.expect("080000040000", too_long(1 << 20));
        const auto read = read_label(held, {.first_transfer = 1024});
        REQUIRE(read);
        CHECK(read->outcome == Outcome::unrecognised);
        CHECK(read->first_block.empty());
        CHECK(read->first_block_length == (1 << 20) + 1024);
    }
}

TEST_CASE("whichever command fails, the label is right or there is none") {
    using sim::Effect;
    std::set<unsigned> recovered;
    for (const auto effect : {Effect::sense,
                              Effect::status,
                              Effect::timeout,
                              Effect::timeout_after,
                              Effect::drop_before,
                              Effect::drop,
                              Effect::drop_after,
                              Effect::garbage,
                              Effect::short_data})
        for (const Sense sense : {Sense{0x6, 0x28, 0x00},
                                  Sense{0x6, 0x29, 0x03},
                                  Sense{0xB, 0x47, 0x00},
                                  Sense{0x4, 0x44, 0x00},
                                  Sense{0x3, 0x11, 0x00},
                                  Sense{0x2, 0x04, 0x01}})
            for (unsigned nth = 1; nth <= 12; ++nth) {
                if (effect != Effect::sense && sense != Sense{0x6, 0x28, 0x00})
                    continue;
                CAPTURE(static_cast<int>(effect));
                CAPTURE(to_string(sense));
                CAPTURE(nth);
                SimulatedDrive sim;
                sim.bring(1, {LabelKind::ltfs});
                sim.library->inject({.effect = effect,
                                     .sense = sense,
                                     .value = effect == Effect::status ? 0x08U : 5U,
                                     .lun = 1,
                                     .nth = nth});
                const auto read = sim.read();
                if (!read)
                    continue;
                CHECK(read->outcome != Outcome::blank);
                CHECK(read->outcome != Outcome::no_cartridge);
                if (read->label && !read->label->id.empty()) {
                    CHECK(read->label->info == "VT0001");
                    recovered.insert(nth);
                }
                if (read->memory.serial && effect != Effect::garbage)
                    CHECK(read->memory.serial == "SIM0000001");
            }
    CHECK(recovered.size() == 12);
}

TEST_CASE(
    "a cartridge exchanged behind our back is read anew: label and chip are of one cartridge") {
    unsigned second = 0;
    for (unsigned nth = 1; nth <= 12; ++nth) {
        CAPTURE(nth);
        SimulatedDrive sim;
        sim.bring(1);
        REQUIRE(sim.held->wait({.budget = 5min}));
        sim.watched.before(nth, [&] {
            REQUIRE(sim.library->move_silently(test::drive(1), slot(1)));
            sim.clock.advance(10min);
            REQUIRE(sim.library->move_silently(slot(2), test::drive(1)));
            sim.clock.advance(10min);
        });
        const auto read = sim.read();
        REQUIRE(read);
        REQUIRE(read->label);
        REQUIRE(read->memory.barcode);
        CHECK(read->label->id == read->memory.barcode->substr(0, 6));
        second += read->label->id == "VT0002" ? 1 : 0;
    }
    CHECK(second >= 4);
}

TEST_CASE("unit attentions without end, and a drive that stays busy, are given up") {
    SimulatedDrive sim;
    sim.bring(1);
    SUBCASE("at every read") {
        sim.library->inject({.sense = {0x6, 0x28, 0x00}, .lun = 1, .opcode = 0x08, .times = 1000});
        CHECK(sim.read().error().code == Code::device_busy);
        CHECK(count(sim.watched.take_sent(), scsi::opcode::read_6) == 8);
    }
    SUBCASE("busy at every read") {
        sim.library->inject({.effect = sim::Effect::status,
                             .value = 0x08,
                             .lun = 1,
                             .opcode = 0x08,
                             .times = 1000});
        CHECK(sim.read().error().code == Code::device_busy);
    }
}

TEST_CASE("the outcomes have names") {
    CHECK(name(Outcome::labelled) == "labelled");
    CHECK(name(Outcome::cleaning_cartridge) == "cleaning_cartridge");
    CHECK(name(Outcome::no_cartridge) == "no_cartridge");
}

TEST_SUITE_END();
