// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/run.hpp"
#include "scsi/opcode.hpp"
#include "sim/library.hpp"
#include "sim/options.hpp"
#include "sim/sim_transport.hpp"
#include "transport/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::test {

/// What a run of mtx left behind.
struct MtxRan {
    int exit = -1;
    std::string out;
    std::string err;
};

inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

/// Notes every command on its way to a device.
class NotingTransport final : public Transport {
  public:
    NotingTransport(std::unique_ptr<Transport> inner, std::vector<scsi::Cdb>& commands)
        : inner_(std::move(inner))
        , commands_(commands) {}

    Result<Completion> execute(const Request& request) override {
        commands_.push_back(request.cdb);
        return inner_->execute(request);
    }

  private:
    std::unique_ptr<Transport> inner_;
    std::vector<scsi::Cdb>& commands_;
};

/// A simulated library that mtx is run on, in this process, as often as a test likes; no time
/// passes but on its clock, no daemon is there, locks are in a directory of its own.
class MtxBench {
  public:
    explicit MtxBench(std::string_view options = "default?instant") {
        const auto parsed = sim::parse_options(options);
        REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().what));
        library = std::make_shared<sim::Library>(*parsed, clock);
        environment.sysfs = directory.path() / "sys";
        environment.lock_directory = directory.path();
        environment.daemon_socket = (directory.path() / "no-daemon").string();
        environment.clock = &clock;
    }

    /// Runs `mtx -f sim:it WORDS`.
    MtxRan run(std::vector<std::string> words) {
        words.insert(words.begin(), {"-f", "sim:it"});
        return run_raw(words);
    }

    MtxRan run_raw(const std::vector<std::string>& words) { return with(mtx::run_mtx, words); }

    MtxRan loaderinfo(const std::vector<std::string>& words) {
        return with(mtx::run_loaderinfo, words);
    }

    /// How often a command was sent by the last run.
    std::size_t sent(std::uint8_t opcode) const {
        return static_cast<std::size_t>(
            std::count_if(commands.begin(), commands.end(), [&](const scsi::Cdb& cdb) {
                return cdb.opcode() == opcode;
            }));
    }

    void fault(std::string_view spec) {
        const auto parsed = sim::parse_fault(spec);
        REQUIRE(parsed);
        library->inject(*parsed);
    }

    /// The cartridge that really lies in an element, as operators write it: "3", "drive:1"; empty
    /// if there is none.
    std::string in(std::string_view element) {
        const auto address = library->element(element);
        REQUIRE(address);
        for (const sim::ElementView& each : library->snapshot().elements)
            if (each.address == *address)
                return each.cartridge.value_or("");
        return "?";
    }

    ManualClock clock;
    std::shared_ptr<sim::Library> library;
    TemporaryDirectory directory;
    mtx::Environment environment;
    std::vector<scsi::Cdb> commands; ///< of the last run
    std::vector<std::string> opened; ///< the devices opened by the last run
    std::uint64_t lun = 0;           ///< of the device that is opened; 0: the changer

    mtx::Opener opener() {
        return [this](const std::string& url) {
            opened.push_back(url);
            return open(url);
        };
    }

  private:
    template <class Program>
    MtxRan with(Program program, const std::vector<std::string>& words) {
        commands.clear();
        opened.clear();
        MtxRan ran;
        const auto into = [](std::string& text) {
            return [&text](std::string_view more) {
                text += more;
                return true;
            };
        };
        ran.exit = program(words, environment, {into(ran.out), into(ran.err)}, opener());
        return ran;
    }

    Result<std::unique_ptr<Transport>> open(const std::string& url) {
        if (!url.starts_with("sim:") && !url.starts_with("iscsi:"))
            return Error{Code::device_not_available, url + ": No such file or directory"};
        auto transport = std::make_unique<sim::SimTransport>(
            library, clock, sim::Initiator{.name = "iqn.2026-01.test:mtx"}, lun);
        return std::unique_ptr<Transport>(
            std::make_unique<NotingTransport>(std::move(transport), commands));
    }
};

} // namespace changer::test
