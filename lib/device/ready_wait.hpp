// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/sense_table.hpp"
#include "scsi/spc/sense.hpp"
#include "support/sense.hpp"

#include <chrono>
#include <functional>

namespace changer {

/// One look at a device that is not ready yet.
struct NotReadyYet {
    Sense sense;
    std::chrono::milliseconds waited{0};
    std::chrono::milliseconds budget{0};
};

/// How long a device that is becoming ready is waited for.
struct ReadyWait {
    std::chrono::milliseconds budget{0};
    /// Is told at each look, before the pause; false ends the waiting. None: nobody is told.
    std::function<bool(const NotReadyYet&)> progress = {};
};

/// Whether this sense says that waiting helps, and nothing else does: becoming ready, operation in
/// progress, paused by the operator.
inline bool becoming_ready(const Sense& sense, scsi::VendorFamily family) {
    return sense.key == scsi::sense_key::not_ready &&
           scsi::reaction(sense, family) == scsi::Reaction::wait;
}

/// The pause before the next look: 1, 2, then 5 s; a minute while an operator has paused the
/// library.
///
/// Source:  IBM 3584: 04/85 is waited for a minute at a time (CERN CTA rmc_smcsubr.cpp)
std::chrono::milliseconds
ready_pause(const Sense& sense, scsi::VendorFamily family, unsigned looks);

} // namespace changer
