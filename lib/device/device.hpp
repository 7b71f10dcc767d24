// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/feature_memory.hpp"
#include "device/identity.hpp"
#include "device/quirks.hpp"
#include "device/recovery.hpp"
#include "device/unit_attention.hpp"
#include "scsi/sense_table.hpp"
#include "scsi/unit_attention.hpp"
#include "support/bytes.hpp"
#include "support/clock.hpp"
#include "transport/transport.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace changer {

/// One command as a device is asked to run it.
struct Command {
    scsi::Cdb cdb;
    std::size_t allocation_length = 0; ///< room for the answer; must agree with the CDB
    std::chrono::milliseconds timeout = std::chrono::minutes{1};
};

/// One SCSI device: who it is, what it is known for, what it has taught, and how its answers are
/// reacted to. Nothing above it repeats a command; nothing below it does either.
///
/// Thread:  the thread of its Transport
class Device {
  public:
    /// Asks the device who it is. `transport` and `clock` must outlive the Device.
    ///
    /// Errors: wrong_device_type — the sentence says what to do; device_not_available; transport's
    static Result<Device> open(Transport& transport,
                               Clock& clock,
                               const Quirks& quirks,
                               scsi::DeviceType expected,
                               Opening opening = Opening::full);

    /// Runs a command without effect on media. Unit attentions are recorded and the command is
    /// repeated unchanged; BUSY and passing faults are waited out. All of it is bounded.
    ///
    /// Blocks: up to the command's timeout for each attempt, half a minute of pauses at most
    /// Errors: device_refused with the sense, device_busy, reservation_conflict, transport's.
    ///         The same unit attention twice running is an outcome: device_refused with key 6
    Result<Bytes> query(const Command& command);

    /// Runs a command with effect on media: sends it exactly once, whatever is answered. A unit
    /// attention is recorded as well as returned.
    Result<Bytes> act(const Command& command);

    /// Hands over the unit attentions met since the last call, oldest first.
    std::vector<scsi::UnitAttention> take_unit_attentions();

    /// Hands over what became stale since the last call, for whatever reason; a new session that
    /// replaced a lost one is among the reasons even if the device never says so.
    Invalidations take_invalidations();

    const Identity& identity() const { return identity_; }

    const Quirk& quirk() const { return quirk_; }

    FeatureMemory& features() { return features_; }

    const FeatureMemory& features() const { return features_; }

    /// Whose own sense codes the device uses: the quirk's word, else by its name.
    scsi::VendorFamily sense_family() const { return sense_family_; }

    Clock& clock() const { return *clock_; }

    Opening opening() const { return opening_; }

  private:
    Device(Transport& transport, Clock& clock);
    Answer attempt(const Command& command, Bytes& data);
    void record(const scsi::UnitAttention& attention);

    Transport* transport_;
    Clock* clock_;
    Opening opening_ = Opening::full;
    Identity identity_;
    Quirk quirk_;
    scsi::VendorFamily sense_family_ = scsi::VendorFamily::generic;
    bool session_lost_ = false; ///< the next answer comes over another session
    FeatureMemory features_;
    std::vector<scsi::UnitAttention> unit_attentions_;
    Invalidations invalidations_;
};

} // namespace changer
