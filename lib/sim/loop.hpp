// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/library.hpp"
#include "support/clock.hpp"
#include "support/unique_fd.hpp"

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace changer::sim {

class Loop;

/// One socket that a Loop waits for.
class Source {
  public:
    virtual ~Source() = default;
    virtual int fd() const = 0;
    /// What to wait for, as poll(2) has it.
    virtual short events() const = 0;
    /// Something of it has come. May add sources to the loop.
    virtual void ready(Loop& loop, short events) = 0;

    /// Called whenever the library may have gone on.
    virtual void tick() {}

    /// Whether the loop is to destroy it.
    virtual bool over() const { return false; }
};

/// One thread that serves libraries: waits for sockets and for what they do by themselves.
///
/// Thread:  run() in one; stop() from any, and from signal handlers
class Loop {
  public:
    /// Errors: failed — no pipe to wake it by
    static Result<std::unique_ptr<Loop>> create(std::vector<Library*> libraries,
                                                const Clock& clock);

    /// The same for one library alone.
    static Result<std::unique_ptr<Loop>> create(Library& library, const Clock& clock) {
        return create(std::vector{&library}, clock);
    }

    void add(std::unique_ptr<Source> source) { added_.push_back(std::move(source)); }

    /// Has `action` done by run(), so much later.
    void after(std::chrono::milliseconds delay, std::function<void()> action);

    /// Serves until stop().
    void run();

    void stop();

  private:
    Loop(std::vector<Library*> libraries, const Clock& clock)
        : libraries_(std::move(libraries))
        , clock_(clock) {}

    void tick();
    void wait();
    std::chrono::milliseconds longest_wait() const;

    std::vector<Library*> libraries_;
    const Clock& clock_;
    UniqueFd wake_read_;
    UniqueFd wake_write_;
    bool stopping_ = false;
    std::multimap<SteadyTime, std::function<void()>> later_;
    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<std::unique_ptr<Source>> added_;
};

} // namespace changer::sim
