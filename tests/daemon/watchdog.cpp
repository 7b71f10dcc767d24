// SPDX-License-Identifier: Apache-2.0
#include "daemon/watchdog.hpp"

#include "daemon/notify.hpp"
#include "daemon/watched_transport.hpp"
#include "support/unique_fd.hpp"
#include "temp_directory.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

using namespace changer;
using namespace changer::daemon;
using namespace std::chrono_literals;

namespace {

constexpr WatchTime start{1000s};

/// A service manager: what it is told, in order.
class Manager {
  public:
    Manager()
        : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const std::string path = directory_ / "notify";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }

    ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

    std::string next() {
        char text[256];
        const ssize_t length = ::recv(fd_.get(), text, sizeof(text), 0);
        return {text, length > 0 ? static_cast<std::size_t>(length) : 0};
    }

  private:
    test::TempDirectory directory_;
    UniqueFd fd_;
};

} // namespace

TEST_SUITE_BEGIN("daemon/watchdog");

TEST_CASE("all is well while every worker is idle or inside a command whose time is not up") {
    Workers workers;
    CHECK(workers.overdue(start) == std::nullopt);
    const auto device = workers.add("device");
    const auto store = workers.add("store");
    CHECK(workers.overdue(start) == std::nullopt);
    device->busy_until(start + 10s);
    CHECK(workers.overdue(start + 10s) == std::nullopt);
    CHECK(workers.overdue(start + 11s) == "device");
    store->busy_until(start + 5s);
    CHECK(workers.overdue(start + 6s) == "store");
    store->idle();
    CHECK(workers.overdue(start + 6s) == std::nullopt);
    device->busy_until(start + 60s); // its next command
    CHECK(workers.overdue(start + 11s) == std::nullopt);
}

TEST_CASE("a worker that has ended is nobody's concern") {
    Workers workers;
    auto gone = workers.add("gone");
    gone->busy_until(start);
    REQUIRE(workers.overdue(start + 1s) == "gone");
    gone.reset();
    CHECK(workers.overdue(start + 1s) == std::nullopt);
}

TEST_CASE("a command may take its own time-out and what the kernel needs to recover") {
    class Asks final : public Transport {
      public:
        explicit Asks(const Activity& activity)
            : activity_(&activity) {}

        Result<Completion> execute(const Request& /*request*/) override {
            during = activity_->deadline();
            return Completion{};
        }

        std::optional<WatchTime> during;

      private:
        const Activity* activity_;
    };

    const auto activity = std::make_shared<Activity>("device");
    CHECK(activity->deadline() == std::nullopt);
    Asks asks(*activity);
    WatchedTransport watched(asks, activity);
    const auto before = std::chrono::steady_clock::now();
    REQUIRE(watched.execute({.cdb = scsi::Cdb(0x00, 6), .timeout = 1h}));
    REQUIRE(asks.during);
    CHECK(*asks.during >= before + 1h + recovery_time);
    REQUIRE(activity->deadline());
    CHECK(*activity->deadline() < before + 1h);
}

TEST_CASE("the interval is taken from the environment, and for this process alone") {
    const auto with = [](const char* interval, const std::string& pid) {
        ::setenv("WATCHDOG_USEC", interval, 1);
        ::setenv("WATCHDOG_PID", pid.c_str(), 1);
        const auto result = watchdog_interval();
        ::unsetenv("WATCHDOG_USEC");
        ::unsetenv("WATCHDOG_PID");
        return result;
    };
    const std::string own = std::to_string(::getpid());
    CHECK(with("2000000", own) == 2s);
    CHECK(with("2000000", "1") == std::nullopt);
    CHECK(with("2000000", "x") == 2s);
    for (const char* wrong : {"", "0", "-1", "2s", "99999999999999999999999"})
        CHECK(with(wrong, own) == std::nullopt);
    CHECK(watchdog_interval() == std::nullopt);
}

TEST_CASE("the manager is told twice an interval, and not while a worker is stuck") {
    Manager manager;
    Loop loop;
    Workers workers;
    const auto activity = workers.add("device");
    {
        const Watchdog watchdog(loop, workers, 4ms);
        std::thread thread([&] { loop.run(); });
        for (int i = 0; i < 3; ++i)
            CHECK(manager.next() == "WATCHDOG=1");
        loop.post([&] {
            activity->busy_until(WatchTime{});
            notify("STUCK");
            loop.after(40ms, [&] {
                notify("STILL");
                activity->idle();
            });
        });
        while (manager.next() != "STUCK") {
        }
        CHECK(manager.next() == "STILL");
        CHECK(manager.next() == "WATCHDOG=1");
        loop.stop();
        thread.join();
    }
}

TEST_CASE("a manager that does not read holds nobody") {
    Manager manager;
    for (int i = 0; i < 1000; ++i)
        notify("WATCHDOG=1");
    CHECK(manager.next() == "WATCHDOG=1");
}

TEST_SUITE_END();
