// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/command.hpp"
#include "sim/iscsi/negotiation.hpp"
#include "sim/iscsi/pdu.hpp"

#include <string>

namespace changer::sim::iscsi {

/// The login phase of one connection: requests in, responses out, until it is done or refused.
///
/// Source:  RFC 7143 6.3, 11.12, 11.13; no authentication, one connection a session
class Login {
  public:
    enum class State : std::uint8_t { going_on, done, refused };

    explicit Login(std::string target_name)
        : target_name_(std::move(target_name)) {}

    /// Answers one login request; the sequence numbers are the caller's to fill in.
    Pdu answer(const Pdu& request);

    State state() const { return state_; }

    bool discovery() const { return discovery_; }

    const Initiator& initiator() const { return initiator_; }

    const Parameters& parameters() const { return parameters_; }

  private:
    Pdu refuse(const Pdu& request, std::uint16_t status);
    /// Looks at who logs in, once; a status other than 0 refuses.
    std::uint16_t identify(const Pdu& request, const Text& text);

    std::string target_name_;
    State state_ = State::going_on;
    bool identified_ = false;
    bool discovery_ = false;
    Initiator initiator_;
    Parameters parameters_;
    Bytes pending_text_; ///< of requests that said the text goes on
};

} // namespace changer::sim::iscsi
