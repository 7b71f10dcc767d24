// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/drive.hpp"
#include "drive/label_reading.hpp"
#include "sim/host.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::test {

/// Passes commands on, remembers their codes, and does something right before one of them.
class Watched final : public Transport {
  public:
    explicit Watched(Transport& inner)
        : inner_(inner) {}

    /// From now on the `nth` command is preceded by what `happens`.
    void before(unsigned nth, std::function<void()> happens) {
        nth_ = nth;
        happens_ = std::move(happens);
    }

    /// The codes of the commands since the last call.
    std::vector<std::uint8_t> take_sent() { return std::exchange(sent_, {}); }

    Result<Completion> execute(const Request& request) override {
        sent_.push_back(request.cdb.opcode());
        if (nth_ > 0 && --nth_ == 0 && happens_)
            std::exchange(happens_, nullptr)();
        return inner_.execute(request);
    }

  private:
    Transport& inner_;
    std::vector<std::uint8_t> sent_;
    unsigned nth_ = 0;
    std::function<void()> happens_;
};

/// Holds no node, and says that nobody else did.
inline DriveHold granted() {
    auto hold =
        DriveHold::take({.device = "the drive", .exclusive = true, .loaded_by = LoadedBy::us});
    REQUIRE(hold);
    return *std::move(hold);
}

/// A library, its first drive, and a program that holds it.
struct SimulatedDrive : Site {
    explicit SimulatedDrive(std::string_view options = "default")
        : Site(options)
        , transport(library, clock, {"host-d", 1}, 1)
        , watched(transport) {
        auto opened = Drive::open(watched, clock, Quirks::builtin());
        REQUIRE(opened);
        drive.emplace(*std::move(opened));
        held.emplace(*drive, granted());
    }

    /// Brings a slot's cartridge; it is being threaded then.
    void bring(unsigned number) {
        REQUIRE_FALSE(host.move(slot(number), test::drive(1)));
        watched.take_sent();
    }

    /// Writes this on a slot's cartridge, and brings it.
    void bring(unsigned number, const sim::Content& content) {
        REQUIRE(library->label(slot(number), content));
        bring(number);
    }

    void insert(std::string_view barcode, unsigned number) {
        REQUIRE(library->open_door());
        REQUIRE(library->insert(barcode, slot(number)));
        REQUIRE(library->close_door());
        clock.advance(1min);
        host.attentions();
    }

    Result<LabelReading> read(const LabelOrder& order = {.ready = {.budget = 10min}}) {
        return read_label(*held, order);
    }

    sim::SimTransport transport;
    Watched watched;
    std::optional<Drive> drive;
    std::optional<HeldDrive> held;
};

} // namespace changer::test
