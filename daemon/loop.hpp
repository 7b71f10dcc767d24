// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace changer::daemon {

/// The one thread that owns all state. Other threads reach it through post() only.
class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs `task` on the loop, in the order of posting.
    ///
    /// Thread:  any
    void post(std::function<void()> task);

    /// Runs `task` once when `delay` has passed.
    void after(std::chrono::milliseconds delay, std::function<void()> task);

    /// Calls `task` with the number of each SIGTERM, SIGINT and SIGHUP from now on.
    void on_signal(std::function<void(int)> task);

    /// Blocks: until stop()
    void run();

    /// Lets run() return after the task at hand.
    ///
    /// Thread:  any
    void stop();

    boost::asio::io_context& context();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace changer::daemon
