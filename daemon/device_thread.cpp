// SPDX-License-Identifier: Apache-2.0
#include "device_thread.hpp"

#include "changer/changer.hpp"
#include "perform.hpp"
#include "transport/discovery.hpp"
#include "watched_transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace changer::daemon {
namespace {

/// True when the way to the device is gone: it is opened anew. Anything else is an answer.
bool is_lost(const jobs::DeviceAnswer& answer) {
    const auto lost = [](const Error& error) {
        return error.code == Code::transport_failed || error.code == Code::device_not_available;
    };
    if (const auto* failed = std::get_if<jobs::DeviceFailed>(&answer.answer))
        return lost(failed->error);
    // A verdict that nothing was seen for: the changer could not be asked.
    if (const auto* moved = std::get_if<jobs::Moved>(&answer.answer))
        return moved->verdict == jobs::MoveVerdict::unknown && moved->seen.empty();
    if (const auto* exchanged = std::get_if<jobs::Exchanged>(&answer.answer))
        return exchanged->verdict == jobs::ExchangeVerdict::unknown && exchanged->seen.empty();
    return false;
}

Error reason(const jobs::DeviceAnswer& answer) {
    if (const auto* failed = std::get_if<jobs::DeviceFailed>(&answer.answer))
        return failed->error;
    if (const auto* moved = std::get_if<jobs::Moved>(&answer.answer); moved && moved->error)
        return *moved->error;
    if (const auto* exchanged = std::get_if<jobs::Exchanged>(&answer.answer);
        exchanged && exchanged->error)
        return *exchanged->error;
    return {Code::transport_failed, "the connection is lost"};
}

DeviceFacts facts_of(Changer& changer) {
    const Support effective = changer.door_lock_effective();
    DeviceFacts facts{changer.identity(), changer.quirk(), changer.geometry(), std::nullopt, {}};
    if (effective != Support::unknown)
        facts.lock_holds_door = effective == Support::yes;
    facts.unit_attentions = take_events(changer);
    return facts;
}

} // namespace

std::string lock_key(const std::string& url) {
    if (url.starts_with("sim:") || url.starts_with("replay:"))
        return {};
    const bool is_node = url.starts_with('/');
    return motion_lock_key(url, is_node ? unit_serial_number_of(url) : std::string());
}

DeviceThread::DeviceThread(DeviceOptions options, const Quirks& quirks, Clock& clock, Events events)
    : options_(std::move(options))
    , quirks_(&quirks)
    , clock_(&clock)
    , events_(std::move(events))
    , thread_([this] { run(); }) {}

DeviceThread::~DeviceThread() {
    stop({});
    thread_.join();
}

void DeviceThread::execute(jobs::DeviceCommand command, Done done, Journal journal) {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(command), std::move(done), std::move(journal)});
    wake_.notify_one();
}

void DeviceThread::stop(std::function<void()> ended) {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (ended)
        ended_ = std::move(ended);
    wake_.notify_one();
}

bool DeviceThread::stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void DeviceThread::busy() const {
    if (options_.activity)
        options_.activity->busy_for(between_commands);
}

void DeviceThread::idle() const {
    if (options_.activity)
        options_.activity->idle();
}

void DeviceThread::run() {
    auto delay = options_.retry.first;
    while (!stopping()) {
        was_online_ = false;
        const auto lost = open_and_serve();
        idle();
        if (!lost)
            break;
        events_.offline(*lost);
        if (was_online_)
            delay = options_.retry.first;
        if (!wait(delay, *lost))
            break;
        delay = std::min(2 * delay, options_.retry.last);
    }
    std::function<void()> ended;
    {
        const std::lock_guard lock(mutex_);
        queue_.clear();
        ended = std::move(ended_);
    }
    if (ended)
        ended();
}

Result<void> DeviceThread::take_lock() {
    const std::string key = lock_key(options_.url);
    if (lock_ && locked_ == key)
        return {};
    lock_.reset(); // another device answers to this URL now
    if (key.empty())
        return {};
    auto taken = MotionLock::take(options_.lock_directory, key);
    if (!taken && taken.error().code == Code::busy)
        return Error{Code::busy,
                     fmt::format("another program of this machine has this changer: it holds the "
                                 "lock of {} in {}; end it, or take the changer out of one of the "
                                 "two",
                                 key,
                                 options_.lock_directory)};
    if (!taken)
        return std::move(taken).error();
    lock_.emplace(*std::move(taken));
    locked_ = key;
    return {};
}

void DeviceThread::tell_learned(const Changer& changer) {
    auto learned = changer.learned();
    if (options_.learned == learned)
        return;
    options_.learned = learned;
    events_.learned(std::move(learned));
}

std::optional<Error> DeviceThread::open_and_serve() {
    busy();
    if (auto locked = take_lock(); !locked)
        return std::move(locked).error();
    auto transport = open_transport(options_.url, options_.open);
    if (!transport)
        return std::move(transport).error();
    WatchedTransport watched(**transport, options_.activity);
    auto changer = Changer::open(watched, *clock_, *quirks_, {.learned = options_.learned});
    if (!changer)
        return std::move(changer).error();
    was_online_ = true;
    events_.online(facts_of(*changer));
    return serve(*changer);
}

std::optional<Error> DeviceThread::serve(Changer& changer) {
    while (true) {
        Queued next;
        {
            idle();
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_)
                return std::nullopt;
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        const auto write = [&](const jobs::ExchangeStep& step, std::size_t index) {
            return write_down(next.journal, step, index);
        };
        busy();
        const jobs::DeviceAnswer answer = perform(changer, next.command, write);
        tell_learned(changer);
        next.done(answer);
        if (is_lost(answer))
            return reason(answer);
    }
}

Result<void> DeviceThread::write_down(const Journal& journal,
                                      const jobs::ExchangeStep& step,
                                      std::size_t index) {
    struct Outcome {
        std::mutex mutex;
        std::condition_variable wake;
        std::optional<Result<void>> result;
    };

    if (!journal)
        return Error{Code::failed, "nobody writes the steps of this exchange down"};
    const auto outcome = std::make_shared<Outcome>(); // outlives a waiting that was given up
    journal(step, index, [outcome](Result<void> result) {
        const std::lock_guard lock(outcome->mutex);
        outcome->result = std::move(result);
        outcome->wake.notify_one();
    });
    idle(); // it waits for the disk, which has a deadline of its own
    std::unique_lock lock(outcome->mutex);
    const auto written = [&] { return outcome->result.has_value(); };
    while (!outcome->wake.wait_for(lock, std::chrono::seconds{1}, written))
        if (stopping())
            return Error{Code::interrupted, "the daemon is stopped"};
    busy();
    return *outcome->result;
}

bool DeviceThread::wait(std::chrono::milliseconds delay, const Error& why) {
    const auto until = std::chrono::steady_clock::now() + delay;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto something = [this] { return stopping_ || !queue_.empty(); };
        if (!wake_.wait_until(lock, until, something))
            return true;
        while (!stopping_ && !queue_.empty()) {
            const Queued next = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            // Nothing was sent: whatever the reason, the command's fate is known.
            next.done({jobs::DeviceFailed{{Code::device_not_available, why.what, why.sense}}, {}});
            lock.lock();
        }
    }
    return false;
}

} // namespace changer::daemon
