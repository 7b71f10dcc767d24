// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "support/sense.hpp"

#include <cstdint>
#include <optional>

namespace changer {

/// Decides what follows on a command that moves media and was not answered with GOOD. It is sent
/// again only where the changer said that it did not execute it, and only after its preconditions
/// have been proved anew.
class Resend {
  public:
    enum class Next : std::uint8_t {
        prove_again, ///< not executed: prove, build and send it anew
        judge,       ///< answered: the elements tell what was done
        settle,      ///< the answer was lost: the robot may still be at work
        give_up,     ///< nothing was sent
    };

    explicit Resend(Device& device)
        : device_(device) {}

    /// Blocks: a few seconds of BUSY; once, until a changer that is becoming ready is so
    Next after(const Error& failure);

    /// How many commands reached the changer so far, none of them executed but the last.
    unsigned sent() const { return sent_; }

  private:
    bool wait_until_ready();
    bool start_again_after(const Sense& unit_attention);

    Device& device_;
    unsigned sent_ = 0;
    bool waited_ = false;
    std::optional<Sense> unit_attention_; ///< the one that met the command before
};

} // namespace changer
