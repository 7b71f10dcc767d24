// SPDX-License-Identifier: Apache-2.0
#include "daemon/library_drives.hpp"

#include "drive_machine.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace changer;
using namespace changer::daemon;
using namespace changer::test;
using Holds = jobs::TakeDrive::Holds;

TEST_SUITE_BEGIN("daemon/library_drives");

namespace {

/// The drives of a simulated library, and the loop that their owner lives on, on its thread.
struct DrivesBench : DriveMachine {
    explicit DrivesBench(std::vector<DriveConfig> configured)
        : drives(std::make_unique<LibraryDrives>(
              "main",
              std::move(configured),
              DriveServices{.loop = loop,
                            .clock = clock,
                            .quirks = Quirks::builtin(),
                            .sources = sources(),
                            .watch =
                                [this](const std::string& name) {
                                    watched.push_back(name);
                                    return std::make_shared<Activity>(name);
                                }},
              [this](std::vector<jobs::DriveReach> reaches) { told.push(std::move(reaches)); }))
        , thread([this] { loop.run(); }) {}

    ~DrivesBench() {
        std::promise<void> ended;
        on_loop([&] { drives->stop([&] { ended.set_value(); }); });
        ended.get_future().get();
        loop.stop();
        thread.join();
        drives.reset();
    }

    DrivesBench(const DrivesBench&) = delete;
    DrivesBench& operator=(const DrivesBench&) = delete;

    void on_loop(const std::function<void()>& act) {
        std::promise<void> done;
        loop.post([&] {
            act();
            done.set_value();
        });
        done.get_future().get();
    }

    void look(const std::vector<scsi::ElementStatus>& elements) {
        on_loop([&] { drives->look(elements); });
    }

    std::vector<scsi::ElementStatus> bays() {
        return host.elements(scsi::ElementType::data_transfer);
    }

    jobs::DriveAnswer ask(unsigned number, jobs::DriveCommand command) {
        std::promise<jobs::DriveAnswer> got;
        loop.post([&] {
            drives->execute(
                {.job = "main-1", .step = 1, .drive = drive(number), .command = std::move(command)},
                [&](const jobs::DriveAnswer& answer) { got.set_value(answer); });
        });
        return got.get_future().get();
    }

    /// What was told, in order; waits for the next.
    class Told {
      public:
        void push(std::vector<jobs::DriveReach> reaches) {
            const std::lock_guard lock(mutex_);
            queue_.push_back(std::move(reaches));
            wake_.notify_one();
        }

        std::vector<jobs::DriveReach> next() {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return !queue_.empty(); });
            auto reaches = std::move(queue_.front());
            queue_.pop_front();
            return reaches;
        }

      private:
        std::mutex mutex_;
        std::condition_variable wake_;
        std::deque<std::vector<jobs::DriveReach>> queue_;
    };

    Told told;
    Lines watched;
    Loop loop;
    std::unique_ptr<LibraryDrives> drives;
    std::thread thread;
};

DriveConfig ours(unsigned number) {
    return {
        .device = "drive:" + std::to_string(number), .element = drive(number), .exclusive = true};
}

} // namespace

TEST_CASE("drives are found when the elements are read, taken, asked, and given back") {
    DrivesBench bench({ours(1), ours(2)});
    bench.look(bench.bays());
    const auto told = bench.told.next();
    REQUIRE(told.size() == 2);
    CHECK(told[0].address == drive(1));
    CHECK(told[0].barred.empty());
    CHECK_FALSE(told[0].product.empty());
    CHECK(bench.watched ==
          Lines{"the thread of drive @256 of main", "the thread of drive @257 of main"});
    CHECK(bench.ask(2, jobs::TakeDrive{Holds::nothing}) == jobs::DriveAnswer{jobs::DriveDone{}});
    REQUIRE_FALSE(bench.host.move(slot(3), drive(2)));
    const auto answer = bench.ask(2, jobs::IdentifyTape{});
    const auto* identified = std::get_if<jobs::Identified>(&answer);
    REQUIRE(identified != nullptr);
    CHECK(identified->identification.medium_serial == "SIM0000003");
    CHECK(bench.ask(2, jobs::UnloadTape{}) == jobs::DriveAnswer{jobs::DriveDone{}});
    CHECK(bench.ask(2, jobs::ReleaseDrive{}) == jobs::DriveAnswer{jobs::DriveDone{}});
}

TEST_CASE("equal elements are a reason to look again after a while only, others at once") {
    DrivesBench bench({ours(1)});
    const auto bays = bench.bays();
    bench.look(bays);
    CHECK(bench.told.next().size() == 2);
    bench.look(bays); // nothing is asked
    const std::vector other{bays.at(1)};
    bench.look(other);
    CHECK(bench.told.next().size() == 1);
    CHECK(bench.asked == Lines{"drive:1"}); // its way is known
    bench.look(other);
    bench.missing = true; // the way is known all the same
    bench.look(bays);
    CHECK(bench.told.next().size() == 2);
    CHECK(bench.asked == Lines{"drive:1"});
}

TEST_CASE("a drive that was not there is looked for again after a while") {
    DrivesBench bench({ours(1)});
    const auto bays = bench.bays();
    bench.missing = true;
    bench.look(bays);
    CHECK_FALSE(bench.told.next().at(0).barred.empty());
    bench.missing = false;
    bench.clock.advance(59s);
    bench.look(bays);
    CHECK(bench.asked == Lines{"drive:1"});
    bench.clock.advance(1s);
    bench.look(bays);
    CHECK(bench.told.next().at(0).barred.empty());
    CHECK(bench.asked == Lines{"drive:1", "drive:1"});
}

TEST_CASE("a drive that nobody has found is not there, and is released all the same") {
    DrivesBench bench({});
    const auto answer = bench.ask(1, jobs::TakeDrive{Holds::nothing});
    const auto* failed = std::get_if<jobs::DriveFailed>(&answer);
    REQUIRE(failed != nullptr);
    CHECK(failed->error.code == Code::device_not_available);
    CHECK(bench.ask(1, jobs::ReleaseDrive{}) == jobs::DriveAnswer{jobs::DriveDone{}});
}

TEST_CASE("when a drive is not the one that was found, the next reading asks again who is there") {
    DrivesBench bench({ours(1)});
    bench.look(bench.bays());
    CHECK(bench.told.next().at(0).barred.empty());
    bench.missing = true;
    const auto answer = bench.ask(1, jobs::TakeDrive{Holds::nothing});
    REQUIRE(std::holds_alternative<jobs::DriveFailed>(answer));
    bench.look(bench.bays());
    CHECK(bench.told.next().at(0).barred.find("drive:1 could not be asked: no such device") !=
          std::string::npos);
}

TEST_SUITE_END();
