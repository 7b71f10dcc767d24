// SPDX-License-Identifier: Apache-2.0
#include "sim/loop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>

namespace changer::sim {
namespace {

constexpr std::chrono::milliseconds most_silent{1000}; ///< so that silent logins run out of time

} // namespace

Result<std::unique_ptr<Loop>> Loop::create(std::vector<Library*> libraries, const Clock& clock) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return Error{Code::failed, "cannot make a pipe"};
    auto loop = std::unique_ptr<Loop>(new Loop(std::move(libraries), clock));
    loop->wake_read_.reset(ends[0]);
    loop->wake_write_.reset(ends[1]);
    return loop;
}

void Loop::stop() {
    const char byte = 0;
    if (write(wake_write_.get(), &byte, 1) < 0)
        return; // the pipe is full: it wakes all the same
}

void Loop::run() {
    while (!stopping_) {
        tick();
        wait();
    }
}

void Loop::after(std::chrono::milliseconds delay, std::function<void()> action) {
    later_.emplace(clock_.now().steady + delay, std::move(action));
}

void Loop::tick() {
    while (!later_.empty() && later_.begin()->first <= clock_.now().steady)
        later_.extract(later_.begin()).mapped()();
    std::move(added_.begin(), added_.end(), std::back_inserter(sources_));
    added_.clear();
    for (const auto& source : sources_)
        source->tick();
    std::erase_if(sources_, [](const auto& source) { return source->over(); });
}

std::chrono::milliseconds Loop::longest_wait() const {
    auto due = clock_.now().steady + most_silent;
    if (!later_.empty())
        due = std::min(due, later_.begin()->first);
    for (Library* const library : libraries_)
        due = std::min(due, library->next_due().value_or(due));
    return std::max(due - clock_.now().steady, std::chrono::milliseconds{0});
}

void Loop::wait() {
    std::vector<pollfd> polled{{.fd = wake_read_.get(), .events = POLLIN, .revents = 0}};
    for (const auto& source : sources_)
        polled.push_back({.fd = source->fd(), .events = source->events(), .revents = 0});
    const auto timeout = static_cast<int>(longest_wait().count());
    if (poll(polled.data(), polled.size(), timeout) <= 0)
        return;
    stopping_ = polled.front().revents != 0;
    for (std::size_t i = 0; i < sources_.size(); ++i)
        if (const auto events = polled[i + 1].revents; events != 0)
            sources_[i]->ready(*this, events);
}

} // namespace changer::sim
