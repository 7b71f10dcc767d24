// SPDX-License-Identifier: Apache-2.0
#include "drive/drive.hpp"

#include "device/scripted_device.hpp"
#include "drive/simulated_drive.hpp"
#include "scsi/spc/reserve_release.hpp"
#include "scsi/ssc/load_unload.hpp"

#include <algorithm>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("drive/drive");

namespace {

using Codes = std::vector<std::uint8_t>;

scsi::InquiryData some_drive() {
    scsi::InquiryData data = some_changer();
    data.type = scsi::DeviceType::tape;
    return data;
}

/// A drive that answers as it is told.
struct ScriptedDrive {
    ScriptedDrive() {
        expect_identity(transport, some_drive());
        auto opened = Drive::open(transport, clock, Quirks::builtin());
        REQUIRE(opened);
        drive.emplace(*std::move(opened));
        held.emplace(*drive, granted());
    }

    ManualClock clock;
    ScriptedTransport transport;
    std::optional<Drive> drive;
    std::optional<HeldDrive> held;
};

constexpr std::string_view rewind_cdb = "010000000000";
constexpr std::string_view unload_cdb = "1b0000000000";
constexpr std::string_view load_cdb = "1b0000000100";
constexpr std::string_view timeouts_cdb = "a30c80000000000020000000";
const Reply no_such_command = check_condition({0x5, 0x20, 0x00});

} // namespace

TEST_CASE("to know a drive takes INQUIRY and nothing else") {
    SimulatedDrive sim;
    const Codes sent = sim.watched.take_sent();
    CHECK_FALSE(sent.empty());
    CHECK(std::count(sent.begin(), sent.end(), scsi::opcode::inquiry) ==
          static_cast<std::ptrdiff_t>(sent.size()));
    CHECK(sim.drive->identity().type == scsi::DeviceType::tape);
    CHECK_FALSE(sim.drive->identity().serial.empty());
    CHECK_FALSE(sim.drive->element_address());
}

TEST_CASE("a drive that says where it is in its library is asked for it") {
    ManualClock clock;
    ScriptedTransport transport;
    expect_inquiry(transport, some_drive());
    const std::uint8_t pages[] = {0x00, 0xB4};
    transport.expect(
        "12010000ff00",
        Reply{.data = scsi::encode_supported_vpd_pages(scsi::DeviceType::tape, pages)});
    SUBCASE("it tells") {
        transport.expect(
            "1201b400ff00",
            Reply{.data = scsi::encode_drive_element_address(scsi::ElementAddress{0x101})});
        CHECK(Drive::open(transport, clock, Quirks::builtin())->element_address() ==
              scsi::ElementAddress{0x101});
    }
    SUBCASE("it tells nonsense") {
        transport.expect("1201b400ff00", "01b40004ffffffff");
        CHECK_FALSE(Drive::open(transport, clock, Quirks::builtin())->element_address());
    }
}

TEST_CASE("a changer is no drive") {
    SimulatedDrive sim;
    sim::SimTransport changer_unit(sim.library, sim.clock, {"host-e", 1}, 0);
    const auto opened = Drive::open(changer_unit, sim.clock, Quirks::builtin());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::wrong_device_type);
}

TEST_CASE("readiness: empty, loading, ready, unloaded, each in its time") {
    SimulatedDrive sim;
    CHECK(sim.held->look()->state == DriveState::empty);
    sim.bring(1);
    const auto before = sim.clock.now().steady;
    CHECK(sim.held->look()->state == DriveState::loading);
    CHECK(sim.clock.now().steady == before);
    CHECK(sim.held->wait({.budget = 5s})->state == DriveState::loading);
    CHECK(sim.held->wait({.budget = 5min})->state == DriveState::ready);
    CHECK(sim.clock.now().steady - before < 30s);
    REQUIRE(sim.held->unload());
    const auto unloaded = sim.held->look();
    CHECK(unloaded->state == DriveState::unloaded);
    CHECK(unloaded->sense == Sense{0x2, 0x04, 0x02});
    CHECK_FALSE(unloaded->text.empty());
    CHECK(sim.held->load({.budget = 5min})->state == DriveState::ready);
}

TEST_CASE("waiting for a tape ends when whoever waits says so") {
    SimulatedDrive sim;
    sim.bring(1);
    int looks = 0;
    const auto status = sim.held->wait(
        {.budget = 5min, .progress = [&](const NotReadyYet&) { return ++looks < 2; }});
    CHECK(status->state == DriveState::loading);
    CHECK(looks == 2);
}

TEST_CASE("a load that meets a unit attention is sent again, and not for ever") {
    ScriptedDrive it;
    const Reply unloaded = check_condition({0x2, 0x04, 0x02});
    it.transport.expect(test_unit_ready, unloaded);
    it.transport.expect(timeouts_cdb, no_such_command);
    it.transport.expect(load_cdb, check_condition({0x6, 0x29, 0x00}));
    it.transport.expect(test_unit_ready, unloaded);
    it.transport.expect(load_cdb);
    it.transport.expect(test_unit_ready);
    CHECK(it.held->load({})->state == DriveState::ready);
    it.transport.expect(test_unit_ready, unloaded);
    for (int i = 0; i < 4; ++i) {
        it.transport.expect(load_cdb, check_condition({0x4, 0x53, 0x00}));
        it.transport.expect(test_unit_ready, unloaded);
    }
    CHECK(it.held->load({})->state == DriveState::unloaded);
    it.transport.expect(test_unit_ready, unloaded);
    it.transport.expect(load_cdb, Error{Code::command_timeout, "no answer in time"});
    CHECK(it.held->load({}).error().code == Code::command_timeout);
}

TEST_CASE("records: blocks whole, short and long, marks, the end") {
    SimulatedDrive sim;
    sim.bring(1);
    REQUIRE(sim.held->wait({.budget = 5min}));
    REQUIRE(sim.held->rewind());
    const auto volume = sim.held->read_record(65536);
    REQUIRE(volume);
    CHECK(volume->length == 80);
    CHECK(volume->data.size() == 80);
    const auto longer = sim.held->read_record(40);
    REQUIRE(longer);
    CHECK(longer->length == 80);
    CHECK(longer->data.size() == 40);
    CHECK(sim.held->read_record(65536)->kind == TapeRecord::Kind::filemark);
    CHECK(sim.held->read_record(65536)->length == 65536);
    CHECK(sim.held->read_record(65536)->kind == TapeRecord::Kind::filemark);
    CHECK(sim.held->read_record(65536)->kind == TapeRecord::Kind::end_of_data);
    REQUIRE(sim.held->rewind());
    CHECK(*sim.held->read_record(65536) == *volume);
}

TEST_CASE("a block's length is what sense and residual agree on") {
    ScriptedDrive it;
    const auto read = [&](ScriptedTransport::Outcome outcome) {
        it.transport.expect("080000100000", std::move(outcome)); // 4096
        return it.held->read_record(4096);
    };
    const auto with = [](std::size_t data, scsi::SenseData sense) {
        return Reply{.data = Bytes(data),
                     .status = scsi::Status::check_condition,
                     .sense = scsi::encode_sense_fixed(sense)};
    };
    const auto missing = [](std::int32_t bytes) {
        return scsi::SenseData{.incorrect_length = true,
                               .information = static_cast<std::uint32_t>(bytes)};
    };
    auto record = read(with(80, missing(4016)));
    CHECK(record->length == 80);
    CHECK(record->data.size() == 80);
    record = read(with(4096, missing(4016))); // the adapter tells no residual
    CHECK(record->length == 80);
    CHECK(record->data.size() == 80);
    record = read(with(4096, missing(-60000)));
    CHECK(record->length == 64096);
    CHECK(record->data.size() == 4096);
    record = read(with(0, missing(-60000)));
    CHECK(record->length == 64096);
    CHECK(record->data.empty());
    for (const std::int32_t nonsense : {4097, 0x7FFFFFFF, -0x7FFFFFFF}) {
        record = read(with(80, missing(nonsense)));
        CHECK(record->length == 80);
        CHECK(record->data.size() == 80);
    }
    record = read(Reply{.data = Bytes(80), .sense = scsi::encode_sense_fixed(missing(4016))});
    CHECK(record->length == 80); // GOOD and sense, as some adapters have it
    CHECK(read(with(0, {.filemark = true}))->kind == TapeRecord::Kind::filemark);
    CHECK(read(check_condition({0x8, 0x00, 0x05}))->kind == TapeRecord::Kind::end_of_data);
    CHECK(read(check_condition({0x3, 0x11, 0x00})).error().sense == Sense{0x3, 0x11, 0x00});
    CHECK(read(Error{Code::transport_failed, "lost"}).error().code == Code::transport_failed);
}

TEST_CASE("a transfer that the host does not take is halved, and this is remembered") {
    ScriptedDrive it;
    const Error too_large{Code::not_enough_memory, "too large, nothing was sent"};
    it.transport.expect("080001000000", too_large); // 65536
    it.transport.expect("080000800000", too_large);
    it.transport.expect("080000400000", Reply{.data = Bytes(80)});
    CHECK(it.held->read_record(65536)->length == 80);
    it.transport.expect("080000400000", Reply{.data = Bytes(80)});
    CHECK(it.held->read_record(65536)->length == 80);
    it.transport.expect("080000040000", too_large); // 1024
    it.transport.expect("080000020000", too_large);
    CHECK(it.held->read_record(1024).error().code == Code::not_enough_memory);
}

TEST_CASE("the chip is read in groups, and a chip out of reach is an answer") {
    ScriptedDrive it;
    const auto cdb = [](unsigned first) {
        return scsi::encode(scsi::ReadAttribute{
            .first_attribute = static_cast<std::uint16_t>(first), .allocation_length = 16384});
    };
    const auto data = [](std::vector<scsi::MediumAttribute> attributes) {
        return Reply{.data = scsi::encode_medium_attributes(attributes)};
    };
    const Reply absent = check_condition({0x5, 0x24, 0x00});
    SUBCASE("the first attribute is not there") {
        it.transport.expect(cdb(0), absent);
        it.transport.expect(
            cdb(0x400),
            data({scsi::text_attribute(scsi::attribute::medium_serial_number, "S\x01", 32),
                  scsi::number_attribute(scsi::attribute::medium_type, 0x80, 1),
                  scsi::number_attribute(scsi::attribute::medium_type_information, 50, 2)}));
        const auto memory = it.held->read_memory();
        REQUIRE(memory);
        CHECK(memory->readable);
        CHECK(memory->serial == "S\\x01");
        CHECK(memory->kind == CartridgeMemory::Kind::write_once);
        CHECK_FALSE(memory->cleanings_permitted);
        CHECK_FALSE(memory->barcode);
        CHECK_FALSE(memory->load_count);
    }
    SUBCASE("the data is cut") {
        Reply cut = data({scsi::number_attribute(scsi::attribute::load_count, 7, 8),
                          scsi::text_attribute(scsi::attribute::barcode, "VT0001L8", 32)});
        cut.data.resize(cut.data.size() - 1);
        it.transport.expect(cdb(0), cut);
        it.transport.expect(cdb(4),
                            data({scsi::text_attribute(scsi::attribute::barcode, "VT0001L8", 32)}));
        const auto memory = it.held->read_memory();
        CHECK(memory->load_count == 7);
        CHECK(memory->barcode == "VT0001L8");
        CHECK_FALSE(memory->serial);
    }
    SUBCASE("it answers with an earlier attribute, and always cut") {
        Reply cut = data({scsi::number_attribute(scsi::attribute::load_count, 7, 8)});
        cut.data[3] = std::byte{0xFF};
        it.transport.expect(cdb(0), cut);
        it.transport.expect(cdb(4), cut);
        CHECK(it.held->read_memory()->load_count == 7);
    }
    SUBCASE("there is no such attribute at all") {
        for (const unsigned first : {0x000U, 0x400U, 0x800U})
            it.transport.expect(cdb(first), absent);
        CHECK_FALSE(it.held->read_memory()->readable);
    }
    SUBCASE("the chip is out of reach") {
        for (const Sense sense :
             {Sense{0x2, 0x04, 0x10}, Sense{0x3, 0x11, 0x12}, Sense{0x5, 0x20, 0x00}}) {
            it.transport.expect(cdb(0), check_condition(sense));
            const auto memory = it.held->read_memory();
            REQUIRE(memory);
            CHECK_FALSE(memory->readable);
            CHECK_FALSE(memory->why.empty());
        }
        it.transport.expect(cdb(0), Reply{.data = Bytes(3)});
        CHECK_FALSE(it.held->read_memory()->readable);
    }
    SUBCASE("an empty drive, or none, is no answer") {
        it.transport.expect(cdb(0), check_condition({0x2, 0x3A, 0x00}));
        CHECK(it.held->read_memory().error().sense == Sense{0x2, 0x3A, 0x00});
        it.transport.expect(cdb(0), Error{Code::command_timeout, "no answer in time"});
        CHECK(it.held->read_memory().error().code == Code::command_timeout);
    }
}

TEST_CASE("what a cleaning cartridge has left is told only if the chip tells both of its numbers") {
    CartridgeMemory memory{.load_count = 3, .cleanings_permitted = 50};
    CHECK(memory.cleanings_left() == 47);
    memory.load_count = 51;
    CHECK(memory.cleanings_left() == 0);
    memory.load_count = std::nullopt;
    CHECK_FALSE(memory.cleanings_left());
    memory = {.load_count = 3};
    CHECK_FALSE(memory.cleanings_left());
}

TEST_CASE("a chip tells what the simulated library knows of the cartridge") {
    SimulatedDrive sim;
    sim.bring(3);
    REQUIRE(sim.held->wait({.budget = 5min}));
    const auto memory = sim.held->read_memory();
    REQUIRE(memory);
    CHECK(memory->serial == "SIM0000003");
    CHECK(memory->barcode == "VT0003L8");
    CHECK(memory->manufacturer == "CHANGER");
    CHECK(memory->load_count == 1);
    CHECK(memory->kind == CartridgeMemory::Kind::data);
    CHECK(memory->maximum_mib == 11'444'091);
    CHECK_FALSE(memory->application);
}

TEST_CASE("the flags are the drive's, and cut flags are an error because they are gone") {
    SimulatedDrive sim;
    REQUIRE(sim.library->soil(test::drive(1)));
    CHECK(sim.held->read_alerts()->test(scsi::drive_alert::clean_now));
    CHECK(sim.held->read_alerts()->none());
    REQUIRE(sim.library->soil(test::drive(1)));
    CHECK(sim.drive->read_health_alerts()->test(scsi::drive_alert::clean_now));
    REQUIRE(sim.library->soil(test::drive(1)));
    sim.library->inject(
        {.effect = sim::Effect::short_data, .value = 100, .lun = 1, .opcode = 0x4D});
    CHECK(sim.held->read_alerts().error().code == Code::malformed_response);
}

TEST_CASE("unloading what is not there, or let go already, sends nothing to the tape") {
    SimulatedDrive sim;
    sim.watched.take_sent();
    REQUIRE(sim.held->unload());
    Codes sent = sim.watched.take_sent();
    CHECK(std::count(sent.begin(), sent.end(), scsi::opcode::load_unload) == 0);
    sim.bring(1);
    REQUIRE(sim.held->wait({.budget = 5min}));
    REQUIRE(sim.held->unload());
    sim.watched.take_sent();
    REQUIRE(sim.held->unload());
    sent = sim.watched.take_sent();
    CHECK(std::count(sent.begin(), sent.end(), scsi::opcode::load_unload) == 0);
}

TEST_CASE("after a unit attention another cartridge is not unloaded in the place of ours") {
    const auto replace = [](SimulatedDrive& sim) {
        REQUIRE(sim.library->move_silently(test::drive(1), slot(1)));
        sim.clock.advance(10min);
        REQUIRE(sim.library->move_silently(slot(2), test::drive(1)));
        sim.clock.advance(10min);
    };
    SimulatedDrive sim;
    sim.bring(1);
    REQUIRE(sim.held->wait({.budget = 5min}));
    REQUIRE(sim.held->read_alerts());
    SUBCASE("its chip says so") {
        sim.watched.before(3, [&] { replace(sim); }); // after TEST UNIT READY, before UNLOAD
        const auto unloaded = sim.held->unload("SIM0000001");
        REQUIRE_FALSE(unloaded);
        CHECK(unloaded.error().code == Code::wrong_cartridge);
        CHECK(unloaded.error().what.find("SIM0000002") != std::string::npos);
        CHECK(sim.held->look()->state == DriveState::ready);
    }
    SUBCASE("it is ours all the same") {
        sim.watched.before(3, [&] { replace(sim); });
        REQUIRE(sim.held->unload("SIM0000002"));
        CHECK(sim.held->look()->state == DriveState::unloaded);
    }
}

TEST_CASE("an unload that meets unit attentions without end is given up") {
    ScriptedDrive it;
    it.transport.expect(timeouts_cdb, no_such_command);
    for (int i = 0; i < 4; ++i) {
        it.transport.expect(test_unit_ready);
        it.transport.expect(unload_cdb, check_condition({0x6, 0x29, 0x00}));
    }
    CHECK(it.held->unload().error().sense == Sense{0x6, 0x29, 0x00});
    it.transport.expect(test_unit_ready);
    it.transport.expect(unload_cdb, check_condition({0x4, 0x53, 0x01}));
    CHECK(it.held->unload().error().sense == Sense{0x4, 0x53, 0x01});
}

TEST_CASE("once somebody is known to use the drive nothing more is sent to it") {
    SimulatedDrive sim;
    sim.bring(1);
    REQUIRE(sim.held->wait({.budget = 5min}));
    Host other(sim.library, sim.clock, "host-o", 1);
    other.attentions();
    std::string expected;
    SUBCASE("it has reserved it") {
        REQUIRE_FALSE(other.sense(scsi::encode(scsi::Reserve{})));
        expected = "reserved";
        CHECK(sim.held->rewind().error().code == Code::drive_in_use);
    }
    SUBCASE("it prevents that its tape is taken out") {
        REQUIRE_FALSE(other.prevent());
        expected = "prevented";
        CHECK(sim.held->unload().error().code == Code::drive_in_use);
    }
    sim.watched.take_sent();
    const auto in_use = [&](const auto& answer) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Code::drive_in_use);
        CHECK(answer.error().what.find(expected) != std::string::npos);
    };
    in_use(sim.held->look());
    in_use(sim.held->wait({.budget = 5min}));
    in_use(sim.held->load({}));
    in_use(sim.held->rewind());
    in_use(sim.held->read_record(80));
    in_use(sim.held->read_memory());
    in_use(sim.held->read_alerts());
    in_use(sim.held->unload());
    in_use(sim.read());
    CHECK(sim.watched.take_sent().empty());
    CHECK(other.ready() == std::nullopt); // its tape is where it was
}

TEST_CASE("a rewind is repeated by the table of all devices, a read never") {
    ScriptedDrive it;
    it.transport.expect(rewind_cdb, Reply{.status = scsi::Status::busy});
    it.transport.expect(rewind_cdb, check_condition({0xB, 0x48, 0x00}));
    it.transport.expect(rewind_cdb);
    CHECK(it.held->rewind());
    it.transport.expect("080000005000", Reply{.status = scsi::Status::busy});
    CHECK(it.held->read_record(80).error().code == Code::device_busy);
    it.transport.expect("080000005000", check_condition({0xB, 0x48, 0x00}));
    CHECK(it.held->read_record(80).error().code == Code::device_refused);
}

TEST_SUITE_END();
