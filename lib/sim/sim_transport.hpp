// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/library.hpp"
#include "transport/transport.hpp"

#include <memory>

namespace changer::sim {

/// Sends commands to a simulated library in the same process, as one initiator to one LUN. After a
/// lost connection or a time-out the next command logs in anew.
///
/// Thread:  one thread uses one SimTransport; the Library may be shared
class SimTransport final : public Transport {
  public:
    /// `clock` is the library's: waiting for the mechanics sleeps on it, or advances it.
    /// `initiator` is this transport's alone: a second login by it ends the first.
    SimTransport(std::shared_ptr<Library> library,
                 Clock& clock,
                 Initiator initiator,
                 std::uint64_t lun = 0);
    ~SimTransport() override;
    SimTransport(const SimTransport&) = delete;
    SimTransport& operator=(const SimTransport&) = delete;

    Result<Completion> execute(const Request& request) override;

  private:
    Result<Completion> complete(const Request& request, Outcome outcome);

    std::shared_ptr<Library> library_;
    Clock* clock_;
    Initiator initiator_;
    std::uint64_t lun_;
    NexusId nexus_{};
    bool new_nexus_ = false;
};

} // namespace changer::sim
