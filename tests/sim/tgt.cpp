// SPDX-License-Identifier: Apache-2.0
// The simulated library beside a target that nobody here wrote: one script of commands for both,
// their answers compared where both do what the standards say; tgt.sh starts the target. What tgtd
// does wrong, and is not compared: counts that include their own header, 5/24/00 for an address
// that does not exist, no descriptor bit but Full, no PREVENT, no EXCHANGE.
#include "open/open.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/smc/initialize_element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/smc/transport_geometry.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "scsi/spc/request_sense.hpp"
#include "scsi/spc/sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"
#include "scsi/spc/vpd.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "sim/sim_transport.hpp"
#include "support/text.hpp"
#include "transport/iscsi_url.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <memory>

using namespace changer;
using namespace std::chrono_literals;
using scsi::ElementAddress;
using scsi::ElementType;

namespace {

constexpr ElementAddress arm{1};

ElementAddress slot(unsigned n) {
    return ElementAddress(static_cast<std::uint16_t>(999 + n));
}

ElementAddress mail(unsigned n) {
    return ElementAddress(static_cast<std::uint16_t>(9 + n));
}

ElementAddress drive(unsigned n) {
    return ElementAddress(static_cast<std::uint16_t>(255 + n));
}

/// One of the two: its changer and its first drive.
class Device {
  public:
    Device(std::unique_ptr<Transport> changer, std::unique_ptr<Transport> tape)
        : changer_(std::move(changer))
        , tape_(std::move(tape)) {}

    /// "good", or the sense as "5/3B/0E"; any other status by its number.
    std::string outcome(const scsi::Cdb& cdb) { return outcome(*changer_, cdb); }

    std::string drive_outcome(const scsi::Cdb& cdb) { return outcome(*tape_, cdb); }

    Bytes data(const scsi::Cdb& cdb, std::size_t room = 65535) {
        return data(*changer_, cdb, room);
    }

    Bytes drive_data(const scsi::Cdb& cdb, std::size_t room) { return data(*tape_, cdb, room); }

    std::string move(ElementAddress from, ElementAddress to) {
        return outcome(
            scsi::encode(scsi::MoveMedium{.transport = arm, .source = from, .destination = to}));
    }

    /// What is full, with its tag, type by type.
    std::map<std::uint16_t, std::string> inventory() {
        std::map<std::uint16_t, std::string> all;
        for (const auto type : {ElementType::transport,
                                ElementType::storage,
                                ElementType::import_export,
                                ElementType::data_transfer})
            for (const auto& element : elements(type))
                all[scsi::number(element.address)] =
                    element.full ? element.volume_tag.value_or("no tag") : "-";
        return all;
    }

    std::vector<scsi::ElementStatus> elements(ElementType type) {
        auto report = scsi::decode_element_status(data(scsi::encode(scsi::ReadElementStatus{
            .type = type, .volume_tags = true, .allocation_length = 65535})));
        REQUIRE(report);
        return std::move(report->elements);
    }

    /// Drains unit attentions, and waits for a tape to be threaded.
    std::string drive_ready() {
        std::string last;
        for (int i = 0; i < 1000; ++i) {
            last = drive_outcome(scsi::encode(scsi::TestUnitReady{}));
            if (!last.starts_with("6/") && last != "2/04/01")
                break;
        }
        return last;
    }

    std::optional<scsi::ModePage> mode_page(std::uint8_t page, scsi::ModeSenseForm form) {
        const auto modes = scsi::decode_mode_data(
            data(scsi::encode(scsi::ModeSense{.form = form, .page = page})), form);
        REQUIRE(modes);
        const auto* const found = modes->find(page);
        return found ? std::optional(*found) : std::nullopt;
    }

  private:
    static std::string outcome(Transport& transport, const scsi::Cdb& cdb) {
        Bytes room(65535);
        const auto done = transport.execute({.cdb = cdb, .data_in = room, .timeout = 30s});
        CAPTURE(to_hex(cdb.view()));
        REQUIRE_MESSAGE(done, (done ? "" : to_string(done.error())));
        if (done->status == scsi::Status::good)
            return "good";
        if (done->status != scsi::Status::check_condition)
            return fmt::format("status {:02X}", static_cast<unsigned>(done->status));
        const auto sense = scsi::decode_sense(done->sense);
        REQUIRE(sense);
        return fmt::format(
            "{:X}/{:02X}/{:02X}", sense->sense.key, sense->sense.asc, sense->sense.ascq);
    }

    static Bytes data(Transport& transport, const scsi::Cdb& cdb, std::size_t room) {
        Bytes bytes(room);
        const auto done = transport.execute({.cdb = cdb, .data_in = bytes, .timeout = 30s});
        REQUIRE(done);
        REQUIRE(done->status == scsi::Status::good);
        bytes.resize(done->transferred);
        return bytes;
    }

    std::unique_ptr<Transport> changer_;
    std::unique_ptr<Transport> tape_;
};

/// Both, in the same state.
struct Pair {
    Pair()
        : sim(simulated(clock))
        , tgt(target()) {}

    static Device simulated(Clock& clock) {
        const auto options =
            sim::parse_options("default?slots=24&drives=4&mail=4&tapes=16&media=L5&labels=blank&"
                               "first-slot=1000&first-mail=10&first-drive=256");
        REQUIRE(options);
        auto library = std::make_shared<sim::Library>(*options, clock);
        const auto transport = [&](std::uint64_t lun) {
            return std::make_unique<sim::SimTransport>(
                library, clock, sim::Initiator{fmt::format("host-{}", lun), 1}, lun);
        };
        return {transport(0), transport(1)};
    }

    static Device target() {
        const char* const url = std::getenv("TGT_URL");
        REQUIRE_MESSAGE(url != nullptr, "TGT_URL is not set: run this through tgt.sh");
        auto changer = parse_iscsi_url(url);
        REQUIRE(changer);
        auto tape = *changer;
        tape.lun = 1;
        const auto open = [](const IscsiUrl& unit, std::string_view owner) {
            auto transport =
                open_transport(to_string(unit),
                               {.iscsi = {.initiator_name = "iqn.2026-01.local.changer:compare",
                                          .session_owner = std::string(owner)}});
            REQUIRE_MESSAGE(transport, (transport ? "" : to_string(transport.error())));
            return *std::move(transport);
        };
        return {open(*changer, "changer"), open(tape, "tape")};
    }

    /// Both answer alike; returns what they answer.
    std::string same(const std::string& one, const std::string& other) {
        CHECK(one == other);
        return one;
    }

    std::string outcome(const scsi::Cdb& cdb) { return same(sim.outcome(cdb), tgt.outcome(cdb)); }

    std::string move(ElementAddress from, ElementAddress to) {
        return same(sim.move(from, to), tgt.move(from, to));
    }

    void same_inventory() {
        const auto one = sim.inventory();
        const auto other = tgt.inventory();
        CHECK(one == other);
    }

    ManualClock clock;
    Device sim;
    Device tgt;
};

} // namespace

TEST_SUITE("sim/tgt") {
    TEST_CASE("the same commands are answered alike by the simulated library and by tgtd") {
        Pair pair;

        // who it is, and whether it is ready
        const auto inquiry = scsi::encode(scsi::Inquiry{});
        const auto one = scsi::decode_inquiry_data(pair.sim.data(inquiry, 96));
        const auto other = scsi::decode_inquiry_data(pair.tgt.data(inquiry, 96));
        REQUIRE(one);
        REQUIRE(other);
        CHECK(one->type == other->type);
        CHECK(one->connected == other->connected);
        CHECK(one->removable == other->removable);
        const auto test_ready = scsi::encode(scsi::TestUnitReady{});
        CHECK(pair.outcome(test_ready) == "6/29/00");
        CHECK(pair.outcome(test_ready) == "good");
        const auto request_sense = scsi::encode(scsi::RequestSense{});
        CHECK(scsi::decode_sense(pair.sim.data(request_sense, 252))->sense ==
              scsi::decode_sense(pair.tgt.data(request_sense, 252))->sense);
        const auto serial = scsi::encode(scsi::Inquiry{.vpd_page = 0x80});
        CHECK(scsi::decode_unit_serial_number(pair.sim.data(serial, 96)));
        CHECK(scsi::decode_unit_serial_number(pair.tgt.data(serial, 96)));

        // where everything is
        for (const auto form : {scsi::ModeSenseForm::six, scsi::ModeSenseForm::ten}) {
            CHECK(*scsi::decode_element_address_assignment(*pair.sim.mode_page(0x1D, form)) ==
                  *scsi::decode_element_address_assignment(*pair.tgt.mode_page(0x1D, form)));
            CHECK(*scsi::decode_transport_geometry(*pair.sim.mode_page(0x1E, form)) ==
                  *scsi::decode_transport_geometry(*pair.tgt.mode_page(0x1E, form)));
            CHECK(scsi::decode_device_capabilities(*pair.sim.mode_page(0x1F, form))
                      ->can_store.storage ==
                  scsi::decode_device_capabilities(*pair.tgt.mode_page(0x1F, form))
                      ->can_store.storage);
        }
        pair.same_inventory();
        CHECK(pair.outcome(scsi::encode(scsi::InitializeElementStatus{})) == "good");
        pair.same_inventory();

        // moves, and what stands in their way
        CHECK(pair.move(slot(1), slot(20)) == "good");
        pair.same_inventory();
        CHECK(pair.move(slot(1), slot(21)) == "5/3B/0E");
        CHECK(pair.move(slot(2), slot(3)) == "5/3B/0D");
        CHECK(pair.move(slot(22), slot(23)) == "5/3B/0E");
        CHECK(pair.sim.move(slot(500), slot(23)).substr(0, 1) ==
              pair.tgt.move(slot(500), slot(23)).substr(0, 1));
        CHECK(pair.move(slot(3), mail(2)) == "good");
        CHECK(pair.move(mail(2), slot(3)) == "good");
        CHECK(pair.move(slot(20), slot(1)) == "good");
        pair.same_inventory();

        // what is not there
        CHECK(pair.outcome(scsi::Cdb(0xC1, 12)) == "5/20/00");
        CHECK(pair.outcome(scsi::encode(scsi::ModeSense{.page = 0x02})).substr(0, 2) == "5/");
        CHECK(pair.outcome(scsi::encode(scsi::Inquiry{.vpd_page = 0xFE})) == "5/24/00");
    }

    TEST_CASE("element status is cut to whole descriptors, or the header alone, by both") {
        Pair pair;
        for (Device* const device : {&pair.sim, &pair.tgt}) {
            device->outcome(scsi::encode(scsi::TestUnitReady{}));
            const auto ask = [&](std::uint32_t room) {
                return scsi::decode_element_status(
                    device->data(scsi::encode(scsi::ReadElementStatus{.type = ElementType::storage,
                                                                      .start = slot(1),
                                                                      .count = 24,
                                                                      .volume_tags = true,
                                                                      .allocation_length = room}),
                                 room));
            };
            CHECK(ask(8)->available == 24);
            CHECK(ask(8)->elements.empty());
            const auto some = ask(300);
            REQUIRE(some);
            CHECK(some->cut);
            CHECK(some->elements.size() == 5); // 8 + 8 + 5 x 52
            CHECK(some->elements[4].volume_tag == "VT0005L5");
        }
    }

    TEST_CASE("a drive takes, threads and gives back a tape alike in both") {
        Pair pair;
        for (Device* const device : {&pair.sim, &pair.tgt})
            device->outcome(scsi::encode(scsi::TestUnitReady{}));
        CHECK(pair.same(pair.sim.drive_ready(), pair.tgt.drive_ready()) == "2/3A/00");
        CHECK(pair.move(slot(2), drive(1)) == "good");
        pair.same_inventory();
        pair.clock.advance(1min);
        CHECK(pair.same(pair.sim.drive_ready(), pair.tgt.drive_ready()) == "good");
        const auto drive_outcome = [&](const scsi::Cdb& cdb) {
            return pair.same(pair.sim.drive_outcome(cdb), pair.tgt.drive_outcome(cdb));
        };
        CHECK(drive_outcome(scsi::encode(scsi::Rewind{})) == "good");
        const auto where = scsi::encode(scsi::ReadPosition{});
        const auto form = scsi::ReadPosition::Form::short_form;
        for (Device* const device : {&pair.sim, &pair.tgt}) {
            const auto position = scsi::decode_tape_position(device->drive_data(where, 20), form);
            REQUIRE(position);
            CHECK(position->partition == 0);
            CHECK(position->block.value_or(0) == 0);
        }
        const auto limits = scsi::encode(scsi::ReadBlockLimits{});
        CHECK(scsi::decode_block_limits(pair.sim.drive_data(limits, 6)));
        CHECK(scsi::decode_block_limits(pair.tgt.drive_data(limits, 6)));
        const auto read = scsi::encode(scsi::Read{.length = 1024}); // blank check
        CHECK(pair.sim.drive_outcome(read).substr(0, 4) == "8/00");
        CHECK(pair.tgt.drive_outcome(read).substr(0, 4) == "8/00");
        CHECK(drive_outcome(scsi::encode(scsi::LoadUnload{})) == "good");
        CHECK(pair.move(drive(1), slot(2)) == "good");
        CHECK(pair.same(pair.sim.drive_ready(), pair.tgt.drive_ready()) == "2/3A/00");
        pair.same_inventory();
    }
}
