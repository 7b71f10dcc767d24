// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/feature_memory.hpp"
#include "device/identity.hpp"
#include "device/quirks.hpp"
#include "device/ready_wait.hpp"
#include "device/recovery.hpp"
#include "device/timeouts.hpp"
#include "device/unit_attention.hpp"
#include "scsi/sense_table.hpp"
#include "scsi/unit_attention.hpp"
#include "support/bytes.hpp"
#include "support/clock.hpp"
#include "transport/transport.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace changer {

/// One command as a device is asked to run it.
struct Command {
    scsi::Cdb cdb;
    std::size_t allocation_length = 0; ///< room for the answer; must agree with the CDB
    std::chrono::milliseconds timeout = std::chrono::minutes{1};
    Bytes data_out = {}; ///< what the device is sent; then there is no answer but the status
};

/// A command that was done, and what the device added to that.
struct Answered {
    Bytes data;
    std::optional<scsi::SenseData> sense = std::nullopt; ///< none: nothing was added
};

/// How a device is opened.
struct DeviceOptions {
    Opening opening = Opening::full;
    /// A device that is becoming ready is waited for by every query; a budget of 0: by none.
    ReadyWait ready = {};
    /// What the device taught an earlier run.
    std::optional<LearnedFeatures> learned = std::nullopt;
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
                               const DeviceOptions& options = {});

    /// Runs a command without effect on media. Unit attentions are recorded and the command is
    /// repeated unchanged; BUSY and passing faults are waited out, and a device that is becoming
    /// ready, if DeviceOptions say so. All of it is bounded.
    ///
    /// Blocks: up to the command's timeout for each attempt, half a minute of pauses at most, and
    ///         the budget for becoming ready
    /// Errors: device_refused with the sense, device_busy, transport's; reservation_conflict names
    ///         who holds the reservation, as far as the device tells.
    ///         The same unit attention twice running is an outcome: device_refused with key 6
    Result<Bytes> query(const Command& command);

    /// The same, but a device that is not ready is never waited for.
    Result<Bytes> query_now(const Command& command);

    /// Runs a command with effect on media: sends it exactly once, whatever is answered. A unit
    /// attention is recorded as well as returned.
    Result<Bytes> act(const Command& command);

    /// The same, for a command whose sense says more than that it is done: a filemark, a block of
    /// another length.
    Result<Answered> act_with_sense(const Command& command);

    /// Polls TEST UNIT READY until the device is ready.
    ///
    /// Errors: device_refused with the last sense — the budget is used up, `progress` said no, or
    ///         waiting does not help; transport's
    Result<void> wait_until_ready(const ReadyWait& wait);

    /// Returns how long a command of this class may take: what the device told, else the quirk's
    /// word, else the usual.
    std::chrono::seconds timeout(CommandClass which) const;

    /// Asks the device, once, how long what moves its robot may take: REPORT SUPPORTED OPERATION
    /// CODES, else IBM's page D0h of the 3573 class. Sends nothing to a device opened lean.
    ///
    /// Notes:  to be called before the proof a motion rests on, not between the two: what it asks
    ///         may be what meets a unit attention
    void learn_timeouts();

    /// Asks the device again who it is, if it said that this has changed (3F/01 to 3F/03). New
    /// firmware ends what the old one has taught.
    ///
    /// Errors: device_not_available — another device answers; transport's
    Result<void> refresh_identity();

    /// Whether the device said, since the last call of forget_power_on(), that it was switched on.
    bool powered_on() const { return powered_on_; }

    void forget_power_on() { powered_on_ = false; }

    /// How many unit attentions have been met since the device was opened, handed over or not.
    std::size_t unit_attentions_met() const { return unit_attentions_met_; }

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

    const DeviceOptions& options() const { return options_; }

  private:
    Device(Transport& transport, Clock& clock, const Quirks& quirks);
    void adopt(Identity identity);
    Answer attempt(const Command& command, Bytes& data);
    Result<Bytes> run(const Command& command, bool may_wait);
    Result<Bytes> named(Result<Bytes> answer);
    void record(const scsi::UnitAttention& attention);

    Transport* transport_;
    Clock* clock_;
    const Quirks* quirks_;
    DeviceOptions options_;
    Identity identity_;
    Quirk quirk_;
    scsi::VendorFamily sense_family_ = scsi::VendorFamily::generic;
    bool session_lost_ = false;   ///< the next answer comes over another session
    bool identity_stale_ = false; ///< it said that it is not what it was
    bool powered_on_ = false;
    FeatureMemory features_;
    std::optional<Timeouts> told_; ///< by the device; none: not asked yet
    std::vector<scsi::UnitAttention> unit_attentions_;
    std::size_t unit_attentions_met_ = 0;
    Invalidations invalidations_;
};

} // namespace changer
