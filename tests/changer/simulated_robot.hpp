// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "sim/library.hpp"
#include "sim/sim_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::test {

/// Passes commands on, counts them, and does something right before one of them.
class Interposer final : public Transport {
  public:
    explicit Interposer(Transport& inner)
        : inner_(inner) {}

    /// From now on the `nth` command is preceded by what `happens`.
    void before(unsigned nth, std::function<void()> happens) {
        count_ = 0;
        nth_ = nth;
        happens_ = std::move(happens);
    }

    unsigned count() const { return count_; }

    Result<Completion> execute(const Request& request) override {
        if (++count_ == nth_ && happens_)
            std::exchange(happens_, nullptr)();
        return inner_.execute(request);
    }

  private:
    Transport& inner_;
    unsigned count_ = 0;
    unsigned nth_ = 0;
    std::function<void()> happens_;
};

/// Where every cartridge is: barcodes by element address.
using Truth = std::map<scsi::ElementAddress, std::string>;

/// A simulated library with a host in front of it; the changer is opened when it is asked for.
struct SimulatedRobot {
    explicit SimulatedRobot(const sim::Options& options)
        : library(std::make_shared<sim::Library>(options, clock))
        , transport(library, clock, {.name = "iqn.2026-01.test:host"})
        , host(transport) {}

    explicit SimulatedRobot(std::string_view url)
        : SimulatedRobot(options_of(url)) {}

    static sim::Options options_of(std::string_view url) {
        auto options = sim::parse_options(url);
        REQUIRE(options);
        return *std::move(options);
    }

    Result<void> open() {
        auto opened = Changer::open(host, clock, Quirks::builtin());
        if (!opened)
            return std::move(opened).error();
        changer.emplace(*std::move(opened));
        return {};
    }

    /// What really lies where.
    Truth truth() {
        Truth truth;
        for (const sim::ElementView& element : library->snapshot().elements)
            if (element.cartridge)
                truth[element.address] = *element.cartridge;
        return truth;
    }

    /// Where a cartridge really is; none: it has left the library.
    std::optional<scsi::ElementAddress> place_of(const std::string& barcode) {
        for (const auto& [address, cartridge] : truth())
            if (cartridge == barcode)
                return address;
        return std::nullopt;
    }

    ManualClock clock;
    std::shared_ptr<sim::Library> library;
    sim::SimTransport transport;
    Interposer host;
    std::optional<Changer> changer;
};

/// What a read says lies where; a cartridge that shows no barcode is empty text.
inline Truth as_read(const std::vector<scsi::ElementStatus>& elements) {
    Truth read;
    for (const scsi::ElementStatus& element : elements)
        if (element.full)
            read[element.address] = element.volume_tag.value_or("");
    return read;
}

/// Whether a read is true, as far as it tells.
inline bool agree(const Truth& read, const Truth& truth) {
    return std::equal(read.begin(),
                      read.end(),
                      truth.begin(),
                      truth.end(),
                      [](const auto& one, const auto& other) {
                          return one.first == other.first &&
                                 (one.second.empty() || one.second == other.second);
                      });
}

} // namespace changer::test
