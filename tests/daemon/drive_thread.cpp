// SPDX-License-Identifier: Apache-2.0
#include "daemon/drive_thread.hpp"

#include "daemon/drive_identification.hpp"
#include "sim/host.hpp"
#include "sim/sim_transport.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace changer;
using namespace changer::daemon;
using namespace changer::test;
using jobs::DriveAnswer;
using jobs::DriveDone;
using Holds = jobs::TakeDrive::Holds;
using library::Identification;

TEST_SUITE_BEGIN("daemon/drive_thread");

namespace {

/// What was opened and sent: written by the drive's thread, read while that waits.
struct Seen {
    std::atomic<int> opened = 0; ///< ways to the drive that are open now
    std::vector<std::uint8_t> sent;
    std::function<void()> before_rewind; ///< happens before a REWIND is sent
};

/// A way to a simulated drive that counts what is sent on it.
class Counted final : public Transport {
  public:
    Counted(std::unique_ptr<Transport> inner, Seen& seen)
        : inner_(std::move(inner))
        , seen_(seen) {
        ++seen_.opened;
    }

    ~Counted() override { --seen_.opened; }

    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    Result<Completion> execute(const Request& request) override {
        seen_.sent.push_back(request.cdb.opcode());
        if (request.cdb.opcode() == scsi::opcode::rewind && seen_.before_rewind)
            seen_.before_rewind();
        return inner_->execute(request);
    }

  private:
    std::unique_ptr<Transport> inner_;
    Seen& seen_;
};

/// A simulated library and the thread of its first drive.
struct DriveBench : Site {
    explicit DriveBench(std::string_view options = "default", HoldNode hold = {})
        : Site(options)
        , thread({.open = [this](const std::string& device) -> Result<std::unique_ptr<Transport>> {
                      if (device != "the drive")
                          return Error{Code::device_not_available, "no such device: " + device};
                      auto way = std::make_unique<sim::SimTransport>(
                          library, clock, sim::Initiator{"host-d", 1}, 1);
                      return std::unique_ptr<Transport>(
                          std::make_unique<Counted>(std::move(way), seen));
                  },
                  .hold = std::move(hold)},
                 Quirks::builtin(),
                 clock) {
        thread.aim({.device = "the drive", .exclusive = true});
    }

    DriveAnswer ask(jobs::DriveCommand command) {
        std::promise<DriveAnswer> promise;
        thread.execute(std::move(command),
                       [&](DriveAnswer answer) { promise.set_value(std::move(answer)); });
        return promise.get_future().get();
    }

    bool done(jobs::DriveCommand command) {
        return std::holds_alternative<DriveDone>(ask(std::move(command)));
    }

    Error refused(jobs::DriveCommand command) {
        const auto answer = ask(std::move(command));
        const auto* failed = std::get_if<jobs::DriveFailed>(&answer);
        return failed != nullptr ? failed->error : Error{Code::ok, "it was done"};
    }

    Identification identify() {
        const auto answer = ask(jobs::IdentifyTape{});
        const auto* identified = std::get_if<jobs::Identified>(&answer);
        REQUIRE(identified != nullptr);
        return identified->identification;
    }

    Seen seen;
    DriveThread thread;
};

const std::string in_use_text = "no move of ours put the cartridge there that is in it";

} // namespace

TEST_CASE("a drive is taken empty, reads what is brought, lets it go, and is given back") {
    DriveBench bench;
    REQUIRE(bench.library->label(slot(1), {sim::LabelKind::bacula, "Full-0001"}));
    CHECK(bench.done(jobs::TakeDrive{Holds::nothing}));
    CHECK(bench.seen.opened == 1);
    REQUIRE_FALSE(bench.host.move(slot(1), drive(1)));
    const auto told = bench.identify();
    CHECK(told.outcome == Identification::Outcome::labelled);
    CHECK(told.label == library::MediumLabel{"bacula", "Full-0001", "Default"});
    CHECK(told.medium_serial == "SIM0000001");
    CHECK(told.load_count == 1);
    CHECK(told.at == bench.clock.now().wall);
    CHECK(told.by.empty());
    CHECK(bench.done(jobs::UnloadTape{told.medium_serial}));
    REQUIRE_FALSE(bench.host.move(drive(1), slot(1)));
    CHECK(bench.done(jobs::UnloadTape{})); // nothing to unload
    CHECK(bench.done(jobs::ReleaseDrive{}));
    CHECK(bench.seen.opened == 0);
}

TEST_CASE("a cartridge of ours that a drive holds from before is taken, a foreign one is not") {
    DriveBench bench;
    REQUIRE_FALSE(bench.host.move(slot(1), drive(1)));
    bench.clock.advance(10min);
    const auto refused = bench.refused(jobs::TakeDrive{Holds::foreign});
    CHECK(refused.code == Code::drive_in_use);
    CHECK(refused.what.find(in_use_text) != std::string::npos);
    CHECK(std::count_if(bench.seen.sent.begin(), bench.seen.sent.end(), [](std::uint8_t sent) {
              return sent != scsi::opcode::inquiry;
          }) == 0);
    CHECK(bench.seen.opened == 0);
    CHECK(bench.refused(jobs::IdentifyTape{}).code == Code::failed);
    CHECK(bench.done(jobs::TakeDrive{Holds::ours}));
    CHECK(bench.identify().outcome == Identification::Outcome::labelled);
    CHECK(bench.done(jobs::ReleaseDrive{}));
}

TEST_CASE("nothing is sent to a drive that was not taken, and releasing it is no mistake") {
    DriveBench bench;
    CHECK(bench.refused(jobs::IdentifyTape{}).code == Code::failed);
    CHECK(bench.refused(jobs::UnloadTape{}).code == Code::failed);
    CHECK(bench.done(jobs::ReleaseDrive{}));
    CHECK(bench.seen.sent.empty());
}

TEST_CASE("a barred drive is not even opened, and an absent one is not there") {
    DriveBench bench;
    bench.thread.aim({.device = "the drive", .exclusive = true, .barred = "it is elsewhere"});
    const auto barred = bench.refused(jobs::TakeDrive{Holds::nothing});
    CHECK(barred.code == Code::drive_in_use);
    CHECK(barred.what == "the drive is not touched: it is elsewhere");
    CHECK(bench.seen.sent.empty());
    bench.thread.aim({.device = "another", .exclusive = true});
    CHECK(bench.refused(jobs::TakeDrive{Holds::nothing}).code == Code::device_not_available);
}

TEST_CASE("a name that leads to another drive than it did is not followed") {
    DriveBench bench;
    bench.thread.aim({.device = "the drive", .exclusive = true, .serial = "ANOTHER"});
    const auto refused = bench.refused(jobs::TakeDrive{Holds::nothing});
    CHECK(refused.code == Code::device_not_available);
    CHECK(refused.what.find("ANOTHER was found there before") != std::string::npos);
    CHECK(bench.seen.opened == 0);
}

TEST_CASE("a node that another program has keeps the drive from being taken") {
    DriveBench bench("default", [](const std::string& node, const std::string&) {
        return Result<TapeNode>(Error{Code::drive_in_use, node + " is open"});
    });
    bench.thread.aim({.device = "the drive", .tape_node = "/dev/nst0", .exclusive = true});
    const auto refused = bench.refused(jobs::TakeDrive{Holds::nothing});
    CHECK(refused.code == Code::drive_in_use);
    CHECK(refused.what == "/dev/nst0 is open");
    CHECK(bench.seen.opened == 0);
    bench.thread.aim({.device = "the drive"});
    CHECK(bench.refused(jobs::TakeDrive{Holds::nothing}).code == Code::drive_in_use);
}

TEST_CASE("a drive that says it is used is let go, and nothing more is sent to it") {
    DriveBench bench;
    REQUIRE(bench.done(jobs::TakeDrive{Holds::nothing}));
    Host other(bench.library, bench.clock, "host-b", 1);
    other.attentions();
    REQUIRE_FALSE(other.sense(scsi::Cdb(0x16, 6))); // RESERVE
    const auto refused = bench.refused(jobs::IdentifyTape{});
    CHECK(refused.code == Code::drive_in_use);
    CHECK(bench.seen.opened == 0);
    const auto sent = bench.seen.sent.size();
    CHECK(bench.refused(jobs::UnloadTape{}).code == Code::failed);
    CHECK(bench.seen.sent.size() == sent);
}

TEST_CASE("a daemon that ends sends nothing more, and does not wait for the label") {
    DriveBench bench;
    REQUIRE(bench.done(jobs::TakeDrive{Holds::nothing}));
    REQUIRE_FALSE(bench.host.move(slot(1), drive(1)));
    std::promise<void> ended;
    bench.seen.before_rewind = [&] { bench.thread.stop([&] { ended.set_value(); }); };
    const auto unanswered = [](const DriveAnswer&) { CHECK(false); };
    bench.thread.execute(jobs::IdentifyTape{}, unanswered);
    ended.get_future().get();
    CHECK(bench.seen.sent.back() == scsi::opcode::rewind);
    CHECK(bench.seen.opened == 0);
    bench.thread.execute(jobs::ReleaseDrive{}, unanswered);
}

TEST_CASE("a thread that never began has ended at once") {
    DriveBench bench;
    bool ended = false;
    bench.thread.stop([&] { ended = true; });
    CHECK(ended);
}

TEST_CASE("what a drive found is told in the library's words") {
    LabelReading reading{
        .outcome = LabelReading::Outcome::unrecognised,
        .first_block = Bytes(1024, std::byte{0xAB}),
        .first_block_length = 4096,
        .memory = {.readable = true, .serial = "S1", .load_count = 7, .cleanings_permitted = 50},
        .text = "why"};
    auto told = identification_of(reading);
    CHECK(told.outcome == Identification::Outcome::unrecognised);
    CHECK(told.first_block.size() == 256);
    CHECK(told.first_block.starts_with("abab"));
    CHECK(told.medium_serial == "S1");
    CHECK(told.load_count == 7);
    CHECK(told.cleaning_uses == 43);
    CHECK(told.text == "why");
    CHECK_FALSE(told.label);
    reading.first_block.resize(3);
    CHECK(identification_of(reading).first_block == "ababab");

    using From = LabelReading::Outcome;
    for (const auto outcome : {From::labelled,
                               From::unrecognised,
                               From::blank,
                               From::encrypted,
                               From::unreadable,
                               From::incompatible,
                               From::cleaning_cartridge,
                               From::no_cartridge}) {
        told = identification_of({.outcome = outcome});
        CHECK(library::name(told.outcome) == name(outcome));
        CHECK(told.first_block.empty());
        CHECK_FALSE(told.medium_serial);
        CHECK_FALSE(told.cleaning_uses);
    }
}

TEST_SUITE_END();
