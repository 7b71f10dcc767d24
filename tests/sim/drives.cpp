// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_attribute.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "scsi/ssc/space.hpp"

using namespace changer;
using namespace changer::test;

namespace {

constexpr Sense medium_may_have_changed{0x6, 0x28, 0x00};
constexpr Sense empty{0x2, 0x3A, 0x00};

/// A library, and a host on its first drive.
struct Bench : Site {
    explicit Bench(std::string_view options = "default")
        : Site(options)
        , tape(library, clock, "host-t", 1) {
        tape.attentions();
    }

    /// Moves a slot's cartridge into the drive and waits until it is threaded, or clean.
    void load(unsigned number = 1) {
        CHECK_FALSE(host.move(slot(number), drive(1)));
        clock.advance(10min);
        tape.attentions();
    }

    Host tape;
};

/// A command answered with sense, and what came with it.
struct Stopped {
    scsi::SenseData sense;
    Bytes data;
};

std::optional<Stopped> stopped(Host& host, const scsi::Cdb& cdb, std::size_t room = 0x10'0000) {
    Bytes bytes(room);
    const auto done = host.send(cdb, bytes);
    REQUIRE(done);
    if (done->status == scsi::Status::good)
        return std::nullopt;
    bytes.resize(done->transferred);
    const auto sense = scsi::decode_sense(done->sense);
    REQUIRE(sense);
    return Stopped{*sense, std::move(bytes)};
}

std::optional<Stopped> read(Host& host, std::uint32_t length) {
    return stopped(host, scsi::encode(scsi::Read{.length = length}));
}

std::optional<Stopped> space(Host& host, scsi::Space::Over over, std::int32_t count = 0) {
    return stopped(host, scsi::encode(scsi::Space{.over = over, .count = count}));
}

/// The information field: requested minus done, signed.
std::int32_t residual(const Stopped& at) {
    REQUIRE(at.sense.information);
    return static_cast<std::int32_t>(*at.sense.information);
}

scsi::TapePosition position(Host& host,
                            scsi::ReadPosition::Form form = scsi::ReadPosition::Form::short_form) {
    const auto data = host.data(scsi::encode(scsi::ReadPosition{.form = form}));
    const auto decoded = scsi::decode_tape_position(data, form);
    REQUIRE(decoded);
    return *decoded;
}

scsi::TapeAlertFlags alerts(Host& host) {
    const auto flags = scsi::decode_tape_alert(
        host.data(scsi::encode(scsi::LogSense{.page = scsi::tape_alert::log_page})));
    REQUIRE(flags);
    return *flags;
}

scsi::MediumAttributes memory(Host& host, std::uint16_t first = 0) {
    const auto data = scsi::decode_medium_attributes(
        host.data(scsi::encode(scsi::ReadAttribute{.first_attribute = first})));
    REQUIRE(data);
    return *data;
}

std::string serial(Host& host) {
    return memory(host).find(scsi::attribute::medium_serial_number)->as_text();
}

} // namespace

TEST_SUITE("sim/drives") {
    TEST_CASE("an empty drive is not ready for anything that wants a tape") {
        Bench bench;
        CHECK(bench.tape.ready() == empty);
        for (const auto& cdb : {scsi::encode(scsi::Rewind{}),
                                scsi::encode(scsi::Read{.length = 80}),
                                scsi::encode(scsi::Space{.count = 1}),
                                scsi::encode(scsi::ReadPosition{}),
                                scsi::encode(scsi::ReadAttribute{}),
                                scsi::encode(scsi::LoadUnload{.load = true})})
            CHECK(bench.tape.sense(cdb) == empty);
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::LoadUnload{})));
    }

    TEST_CASE("blocks are read one after the other, whole, short or long") {
        Bench bench;
        bench.load();
        CHECK_FALSE(read(bench.tape, 80)); // VOL1
        const auto shorter = read(bench.tape, 1000);
        REQUIRE(shorter);
        CHECK(shorter->sense.incorrect_length);
        CHECK(shorter->sense.sense == Sense{0, 0, 0});
        CHECK(residual(*shorter) == 1000 - 80);
        CHECK(ByteReader(shorter->data).text(4) == "HDR1");
        CHECK(shorter->data.size() == 80);

        const auto mark = read(bench.tape, 1000);
        REQUIRE(mark);
        CHECK(mark->sense.filemark);
        CHECK(mark->sense.sense == Sense{0x0, 0x00, 0x01});
        CHECK(residual(*mark) == 1000);
        CHECK(mark->data.empty());

        const auto longer = read(bench.tape, 1000);
        REQUIRE(longer);
        CHECK(longer->sense.incorrect_length);
        CHECK(residual(*longer) == 1000 - 65536);
        CHECK(longer->data.size() == 1000);

        CHECK(read(bench.tape, 80)->sense.filemark);
        const auto end = read(bench.tape, 80);
        REQUIRE(end);
        CHECK(end->sense.sense == Sense{0x8, 0x00, 0x05});
        CHECK(residual(*end) == 80);
    }

    TEST_CASE("SILI makes a block of any length right; nothing asked for is nothing done") {
        Bench bench;
        bench.load();
        CHECK_FALSE(read(bench.tape, 0));
        CHECK(position(bench.tape).at_beginning);
        const auto data = bench.tape.data(
            scsi::encode(scsi::Read{.suppress_incorrect_length = true, .length = 65536}), 65536);
        CHECK(data.size() == 80);
        CHECK(bench.tape.sense(scsi::encode(scsi::Read{.fixed = true, .length = 1})) ==
              Sense{0x5, 0x24, 0x00});
    }

    TEST_CASE("the position counts blocks and filemarks, in both forms") {
        Bench bench;
        bench.load();
        auto at = position(bench.tape);
        CHECK(at.at_beginning);
        CHECK(at.block == 0);
        CHECK_FALSE(space(bench.tape, scsi::Space::Over::filemarks, 1));
        at = position(bench.tape);
        CHECK_FALSE(at.at_beginning);
        CHECK(at.block == 3);
        at = position(bench.tape, scsi::ReadPosition::Form::long_form);
        CHECK(at.block == 3);
        CHECK(at.filemark == 1);
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::Rewind{})));
        CHECK(position(bench.tape).at_beginning);
    }

    TEST_CASE(
        "spacing goes over blocks up to a filemark, over filemarks, and no further than ends") {
        using Over = scsi::Space::Over;
        Bench bench;
        bench.load();
        CHECK_FALSE(space(bench.tape, Over::blocks, 2));
        const auto mark = space(bench.tape, Over::blocks, 5);
        REQUIRE(mark);
        CHECK(mark->sense.filemark);
        CHECK(residual(*mark) == 5);
        CHECK(position(bench.tape).block == 3);
        CHECK_FALSE(space(bench.tape, Over::blocks, 1));
        CHECK_FALSE(space(bench.tape, Over::blocks, -1));
        const auto back = space(bench.tape, Over::blocks, -2);
        REQUIRE(back);
        CHECK(back->sense.filemark);
        CHECK(position(bench.tape).block == 2);
        const auto beginning = space(bench.tape, Over::filemarks, -1);
        REQUIRE(beginning);
        CHECK(beginning->sense.end_of_medium);
        CHECK(beginning->sense.sense == Sense{0x0, 0x00, 0x04});
        CHECK(residual(*beginning) == 1);
        const auto end = space(bench.tape, Over::filemarks, 3);
        REQUIRE(end);
        CHECK(end->sense.sense == Sense{0x8, 0x00, 0x05});
        CHECK(residual(*end) == 1);
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::Rewind{})));
        CHECK_FALSE(space(bench.tape, Over::end_of_data));
        CHECK(position(bench.tape).block == 5);
        CHECK_FALSE(space(bench.tape, Over::blocks, 0));
    }

    TEST_CASE("loading and unloading take their time, or are answered before that") {
        Bench bench;
        CHECK_FALSE(bench.host.move(slot(1), drive(1)));
        CHECK(bench.tape.ready() == Sense{0x2, 0x04, 0x01});
        bench.clock.advance(15s);
        CHECK(bench.tape.attentions() == std::vector{medium_may_have_changed});
        CHECK_FALSE(read(bench.tape, 80));
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::LoadUnload{.load = true}))); // rewinds
        CHECK(position(bench.tape).at_beginning);

        auto before = bench.clock.now().steady;
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::LoadUnload{})));
        CHECK(bench.clock.now().steady - before == 20s);
        CHECK(bench.tape.ready() == Sense{0x2, 0x04, 0x02});
        before = bench.clock.now().steady;
        CHECK_FALSE(
            bench.tape.sense(scsi::encode(scsi::LoadUnload{.load = true, .immediate = true})));
        CHECK(bench.clock.now().steady == before);
        CHECK(bench.tape.ready() == Sense{0x2, 0x04, 0x01});
        CHECK(bench.tape.sense(scsi::encode(scsi::LoadUnload{})) == Sense{0x2, 0x04, 0x01});
        bench.clock.advance(15s);
        bench.tape.attentions();
        CHECK_FALSE(bench.tape.ready());
    }

    TEST_CASE("a cartridge taken out while the drive is busy ends what waited for the drive") {
        Bench bench;
        bench.load();
        const auto nexus = bench.library->login({"host-u", 1});
        CHECK(bench.library->poll(bench.library->submit(nexus, 1, scsi::Cdb(0x00, 6))));
        const auto unloading = bench.library->submit(nexus, 1, scsi::encode(scsi::LoadUnload{}));
        CHECK_FALSE(bench.library->poll(unloading));
        CHECK_FALSE(bench.host.move(drive(1), slot(1)));
        const auto outcome = bench.library->poll(unloading);
        REQUIRE(outcome);
        CHECK(bench.tape.ready() == empty);
    }

    TEST_CASE("the cartridge's memory tells twins apart, and counts loads") {
        Bench bench;
        bench.load(1);
        const auto first = memory(bench.tape);
        CHECK(first.find(scsi::attribute::barcode)->as_text() == "VT0001L8");
        CHECK_FALSE(first.find(scsi::attribute::barcode)->read_only);
        CHECK(first.find(scsi::attribute::medium_serial_number)->as_text() == "SIM0000001");
        CHECK(first.find(scsi::attribute::medium_serial_number)->read_only);
        CHECK(first.find(scsi::attribute::load_count)->as_number() == 1);
        CHECK(first.find(scsi::attribute::medium_type)->as_number() == 0);
        CHECK_FALSE(bench.host.move(drive(1), slot(1)));
        bench.load(1);
        CHECK(memory(bench.tape).find(scsi::attribute::load_count)->as_number() == 2);

        CHECK(memory(bench.tape, scsi::attribute::medium_type).attributes.front().id ==
              scsi::attribute::medium_type);
        const auto ids = scsi::decode_attribute_list(bench.tape.data(
            scsi::encode(scsi::ReadAttribute{.action = scsi::ReadAttribute::Action::list})));
        REQUIRE(ids);
        CHECK(ids->size() == first.attributes.size());
        CHECK(bench.tape.sense(scsi::encode(scsi::ReadAttribute{.first_attribute = 0x0900})) ==
              Sense{0x5, 0x24, 0x00});
        CHECK(bench.tape.sense(scsi::encode(scsi::ReadAttribute{.partition = 1})) ==
              Sense{0x5, 0x24, 0x00});
    }

    TEST_CASE("a cartridge put back is the same one, a new one of its barcode is not") {
        Bench bench;
        bench.load(1);
        const auto before = serial(bench.tape);
        const auto again = [&](sim::Origin origin) {
            CHECK_FALSE(bench.host.move(drive(1), slot(1)));
            REQUIRE(bench.library->open_door());
            REQUIRE(bench.library->remove(slot(1)));
            REQUIRE(bench.library->insert("VT0001L8", slot(1), origin));
            REQUIRE(bench.library->close_door());
            bench.clock.advance(1min);
            bench.host.attentions();
            bench.load(1);
            return serial(bench.tape);
        };
        CHECK(again(sim::Origin::shelf) == before);
        CHECK(memory(bench.tape).find(scsi::attribute::load_count)->as_number() == 2);
        CHECK(again(sim::Origin::factory) != before);
        CHECK(memory(bench.tape).find(scsi::attribute::load_count)->as_number() == 1);
    }

    TEST_CASE("a drive that cannot reach the memory says so") {
        Bench bench("default?unkind=no-chip");
        bench.load();
        CHECK(bench.tape.sense(scsi::encode(scsi::ReadAttribute{})) == Sense{0x2, 0x04, 0x10});
        CHECK_FALSE(bench.tape.ready());
    }

    TEST_CASE("a worn cartridge sets TapeAlert 7 each time it is loaded") {
        Bench bench("default?tape-life=1");
        bench.load();
        CHECK(alerts(bench.tape).none());
        CHECK_FALSE(bench.host.move(drive(1), slot(1)));
        bench.load();
        CHECK(alerts(bench.tape).test(7));
        CHECK(alerts(bench.tape).none());
        CHECK(alerts(bench.host).none()); // the changer's own
    }

    TEST_CASE("a cleaning cartridge cleans, is no tape, and is used up at last") {
        Bench bench("default?tapes=1");
        REQUIRE(bench.library->open_door());
        REQUIRE(bench.library->insert("CLN001L1", slot(2)));
        REQUIRE(bench.library->close_door());
        bench.clock.advance(1min);
        bench.host.attentions();
        CHECK(bench.host.element(slot(2)).medium_type == scsi::medium_type::cleaning);
        REQUIRE(bench.library->soil(drive(1)));
        CHECK(alerts(bench.tape).test(20));

        CHECK_FALSE(bench.host.move(slot(2), drive(1)));
        CHECK(bench.tape.ready() == Sense{0x2, 0x30, 0x03});
        CHECK(bench.host.element(drive(1)).asc == 0x30);
        CHECK(bench.library->snapshot().drives[0].needs_cleaning);
        bench.clock.advance(2min);
        CHECK_FALSE(bench.library->snapshot().drives[0].needs_cleaning);
        CHECK(bench.tape.ready() == Sense{0x2, 0x30, 0x03});
        CHECK(memory(bench.tape).find(scsi::attribute::medium_type)->as_number() == 1);
        CHECK(memory(bench.tape).find(scsi::attribute::medium_type_information)->as_number() == 50);
        CHECK(memory(bench.tape).find(scsi::attribute::load_count)->as_number() == 1);
        for (unsigned left = 49; left > 0; --left) {
            CHECK_FALSE(bench.host.move(drive(1), slot(2)));
            CHECK_FALSE(bench.host.move(slot(2), drive(1)));
            bench.clock.advance(2min);
        }
        REQUIRE(bench.library->soil(drive(1)));
        CHECK(alerts(bench.tape).test(20));
        CHECK_FALSE(bench.host.move(drive(1), slot(2)));
        CHECK_FALSE(bench.host.move(slot(2), drive(1)));
        CHECK(bench.tape.ready() == Sense{0x2, 0x30, 0x07});
        CHECK(alerts(bench.tape).test(22));
        bench.clock.advance(10min);
        CHECK(bench.library->snapshot().drives[0].needs_cleaning);
        CHECK_FALSE(bench.host.move(drive(1), slot(2)));
        CHECK(bench.tape.ready() == empty);
        CHECK(bench.library->soil(slot(1)).error().code == Code::not_found);
    }

    TEST_CASE("an exchange between slots leaves the drives alone") {
        Bench bench;
        bench.load(5);
        CHECK_FALSE(bench.host.sense(scsi::encode(scsi::ExchangeMedium{
            .source = slot(1), .first_destination = slot(2), .second_destination = slot(1)})));
        CHECK_FALSE(bench.tape.ready());
    }

    TEST_CASE("modes and block limits are what a driver asks for when it opens the drive") {
        Bench bench;
        const auto limits =
            scsi::decode_block_limits(bench.tape.data(scsi::encode(scsi::ReadBlockLimits{}), 6));
        REQUIRE(limits);
        CHECK(limits->maximum == 0x80'0000);
        CHECK(limits->minimum == 1);
        bench.load();
        for (const auto form : {scsi::ModeSenseForm::six, scsi::ModeSenseForm::ten}) {
            const scsi::ModeSense ask{.form = form, .disable_block_descriptors = false};
            const auto modes = scsi::decode_mode_data(bench.tape.data(scsi::encode(ask)), form);
            REQUIRE(modes);
            CHECK(modes->device_specific == 0x10);
            CHECK(to_hex(modes->block_descriptors) == "5e00000000000000");
        }
        CHECK(bench.tape.sense(scsi::encode(scsi::ModeSense{.page = 0x1D})) ==
              Sense{0x5, 0x24, 0x00});
    }

    TEST_CASE("two sides have two tapes, the one that is up is read") {
        Bench bench("two-sided");
        const auto volume = [&] {
            const auto vol1 = bench.tape.data(scsi::encode(scsi::Read{.length = 80}), 80);
            return ByteReader(std::span(vol1).subspan(4)).text(6);
        };
        CHECK_FALSE(bench.host.move(slot(1), drive(1)));
        bench.clock.advance(1min);
        bench.tape.attentions();
        CHECK(volume() == "VT0001");
        REQUIRE(bench.library->label(drive(1), {sim::LabelKind::ansi, "SIDE-A"}));
        CHECK_FALSE(bench.host.move(drive(1), slot(1)));
        CHECK_FALSE(bench.host.sense(scsi::encode(
            scsi::MoveMedium{.source = slot(1), .destination = drive(1), .invert = true})));
        bench.clock.advance(1min);
        bench.tape.attentions();
        CHECK(volume() == "VT0001"); // the label of side B, cut to six characters
        REQUIRE(bench.library->label(drive(1), {sim::LabelKind::ansi, "SIDE-B"}));
        CHECK_FALSE(bench.tape.sense(scsi::encode(scsi::Rewind{})));
        CHECK(volume() == "SIDE-B");
    }
}
