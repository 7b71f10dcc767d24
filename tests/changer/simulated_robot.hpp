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

/// An element by its kind and number, whatever address the library gives it.
struct Place {
    scsi::ElementType type = scsi::ElementType::storage;
    std::size_t index = 0;
};

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

    /// The addresses of one kind of element, in order.
    std::vector<scsi::ElementAddress> addresses(scsi::ElementType type) {
        std::vector<scsi::ElementAddress> found;
        for (const sim::ElementView& element : library->snapshot().elements)
            if (element.type == type)
                found.push_back(element.address);
        return found;
    }

    scsi::ElementAddress at(const Place& place) { return addresses(place.type).at(place.index); }

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

/// What of a read is not true; a cartridge that shows no barcode may be any. Empty: all is true.
inline std::string difference(const Truth& read, const Truth& truth) {
    std::string wrong;
    for (const auto& [address, barcode] : read)
        if (const auto really = truth.find(address);
            really == truth.end() || (!barcode.empty() && barcode != really->second))
            wrong += " " + std::to_string(number(address)) + " does not hold \"" + barcode + "\";";
    for (const auto& [address, barcode] : truth)
        if (!read.contains(address))
            wrong += " " + std::to_string(number(address)) + " holds " + barcode + ";";
    return wrong;
}

} // namespace changer::test
