// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace changer {

/// One command for one device: at most one of the two data phases is used.
struct Request {
    scsi::Cdb cdb;
    std::span<std::byte> data_in = {};        ///< where the device's data goes
    std::span<const std::byte> data_out = {}; ///< what the device is sent
    std::chrono::milliseconds timeout = std::chrono::minutes{1};
};

/// The device's answer. An answer is not yet a success: see good_data().
struct Completion {
    scsi::Status status = scsi::Status::good;
    std::size_t transferred = 0; ///< bytes of data_in that are valid: requested minus residual
    std::vector<std::byte> sense = {}; ///< raw sense bytes as received; empty without any
    /// The first answer over a session that replaced a lost one: what the device kept for the old
    /// one (PREVENT, reservations, unit attentions) is gone, whether or not it says 29h.
    bool new_nexus = false;
};

/// The seam to hardware: one virtual function. Everything above knows no operating system,
/// everything below knows no element address.
///
/// Thread:  one thread uses one Transport
class Transport {
  public:
    virtual ~Transport() = default;

    /// Sends one command, once, and waits for its answer.
    ///
    /// Blocks: up to request.timeout
    /// Errors: transport_failed, command_timeout — the command's fate is then unknown;
    ///         device_not_available — nothing was sent, the device is gone
    virtual Result<Completion> execute(const Request& request) = 0;
};

/// Returns the bytes of data_in that arrived with GOOD status; never more than were asked for.
///
/// Errors: device_busy, reservation_conflict, device_refused — with the decoded sense
Result<std::span<const std::byte>> good_data(const Request& request, const Completion& completion);

} // namespace changer
