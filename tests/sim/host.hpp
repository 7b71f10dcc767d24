// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hex.hpp"
#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"
#include "sim/library.hpp"
#include "sim/sim_transport.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace changer::test {

using namespace std::chrono_literals;

inline constexpr scsi::ElementAddress arm{0x1};

inline scsi::ElementAddress slot(unsigned n) {
    return scsi::ElementAddress(static_cast<std::uint16_t>(0x400 + n - 1));
}

inline scsi::ElementAddress mail(unsigned n) {
    return scsi::ElementAddress(static_cast<std::uint16_t>(0x10 + n - 1));
}

inline scsi::ElementAddress drive(unsigned n) {
    return scsi::ElementAddress(static_cast<std::uint16_t>(0x100 + n - 1));
}

/// One initiator's end of a simulated library.
class Host {
  public:
    Host(std::shared_ptr<sim::Library> library,
         Clock& clock,
         std::string name = "host-a",
         std::uint64_t lun = 0)
        : transport_(std::move(library), clock, {std::move(name), 1}, lun) {}

    Result<Completion> send(const scsi::Cdb& cdb,
                            std::span<std::byte> data_in = {},
                            std::chrono::milliseconds timeout = 3h) {
        return transport_.execute({.cdb = cdb, .data_in = data_in, .timeout = timeout});
    }

    /// Sends a command with data that must be answered.
    Completion send_data(const scsi::Cdb& cdb, std::span<const std::byte> data_out) {
        auto done = transport_.execute({.cdb = cdb, .data_out = data_out, .timeout = 1h});
        REQUIRE(done);
        return *std::move(done);
    }

    /// Sends a command that must be answered; returns the sense it was answered with, if any.
    std::optional<Sense> sense(const scsi::Cdb& cdb) {
        Bytes room(65535);
        const auto done = send(cdb, room);
        REQUIRE(done);
        if (done->status == scsi::Status::good)
            return std::nullopt;
        REQUIRE(done->status == scsi::Status::check_condition);
        const auto decoded = scsi::decode_sense(done->sense);
        REQUIRE(decoded);
        return decoded->sense;
    }

    /// Sends a command that must succeed; returns its data.
    Bytes data(const scsi::Cdb& cdb, std::size_t room = 65535) {
        Bytes bytes(room);
        const auto done = send(cdb, bytes);
        REQUIRE(done);
        REQUIRE(done->status == scsi::Status::good);
        bytes.resize(done->transferred);
        return bytes;
    }

    std::optional<Sense> ready() { return sense(scsi::encode(scsi::TestUnitReady{})); }

    std::optional<Sense> prevent(bool on = true) {
        return sense(scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = on}));
    }

    std::optional<Sense> move(scsi::ElementAddress source, scsi::ElementAddress destination) {
        return sense(scsi::encode(
            scsi::MoveMedium{.transport = arm, .source = source, .destination = destination}));
    }

    /// Reads every element of a type, volume tags too.
    std::vector<scsi::ElementStatus> elements(scsi::ElementType type = scsi::ElementType::storage) {
        auto report = scsi::decode_element_status(data(scsi::encode(scsi::ReadElementStatus{
            .type = type, .volume_tags = true, .allocation_length = 65535})));
        REQUIRE(report);
        return std::move(report->elements);
    }

    scsi::ElementStatus element(scsi::ElementAddress address) {
        for (auto& each : elements(scsi::ElementType::any))
            if (each.address == address)
                return each;
        FAIL("no such element");
        return {};
    }

    /// Takes the unit attentions that wait for this host.
    std::vector<Sense> attentions() {
        std::vector<Sense> all;
        for (auto answer = ready(); answer && answer->key == 0x6; answer = ready())
            all.push_back(*answer);
        return all;
    }

  private:
    sim::SimTransport transport_;
};

/// A library, its clock and a host that has taken its first unit attention.
struct Site {
    explicit Site(std::string_view options = "default")
        : Site(*sim::parse_options(options)) {}

    explicit Site(const sim::Options& options)
        : library(std::make_shared<sim::Library>(options, clock))
        , host(library, clock) {
        host.attentions();
    }

    ManualClock clock;
    std::shared_ptr<sim::Library> library;
    Host host;
};

} // namespace changer::test
