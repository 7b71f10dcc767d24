// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/transport.hpp"
#include "watchdog.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace changer::daemon {

/// How long a device thread may be at what is not a command: opening, a pause between two attempts,
/// deciding what comes next.
inline constexpr std::chrono::minutes between_commands{2};

/// How much later than its own time-out a command may be back: the kernel aborts it, resets the
/// device, the bus, the adapter, each with a wait of its own.
inline constexpr std::chrono::minutes recovery_time{2};

/// Tells the watchdog until when each command may take.
///
/// Thread:  the device thread
class WatchedTransport final : public Transport {
  public:
    WatchedTransport(Transport& transport, std::shared_ptr<Activity> activity)
        : transport_(&transport)
        , activity_(std::move(activity)) {}

    Result<Completion> execute(const Request& request) override {
        if (!activity_)
            return transport_->execute(request);
        activity_->busy_for(request.timeout + recovery_time);
        auto completion = transport_->execute(request);
        activity_->busy_for(between_commands);
        return completion;
    }

  private:
    Transport* transport_;
    std::shared_ptr<Activity> activity_;
};

/// Sends nothing any more once the daemon is stopped: a tape may take hours to be ready.
///
/// Thread:  the device thread; `ending` is set by any
class EndingTransport final : public Transport {
  public:
    EndingTransport(Transport& transport, const std::atomic<bool>& ending)
        : transport_(&transport)
        , ending_(&ending) {}

    Result<Completion> execute(const Request& request) override {
        if (*ending_)
            return Error{Code::interrupted, "the daemon is stopped"};
        return transport_->execute(request);
    }

  private:
    Transport* transport_;
    const std::atomic<bool>* ending_;
};

} // namespace changer::daemon
