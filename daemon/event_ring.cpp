// SPDX-License-Identifier: Apache-2.0
#include "event_ring.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace changer::daemon {

EventRing::EventRing(std::string start, Limits limits)
    : start_(std::move(start))
    , limits_(limits) {}

std::string EventRing::id(std::uint64_t number) const {
    return fmt::format("{}-{}", start_, number);
}

void EventRing::publish(std::string_view type, std::string_view data, std::string library) {
    ++newest_;
    events_.push_back({newest_,
                       std::move(library),
                       fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id(newest_), type, data)});
    bytes_ += events_.back().text.size();
    // What no reader may owe need not be kept.
    while (events_.size() > 1 &&
           (events_.size() > limits_.events || bytes_ > limits_.unsent_bytes)) {
        bytes_ -= events_.front().text.size();
        events_.pop_front();
    }
}

std::optional<std::uint64_t>
EventRing::resume(const std::optional<std::string>& last_event_id) const {
    if (!last_event_id)
        return newest_;
    const std::string_view id = *last_event_id;
    if (id.size() <= start_.size() + 1 || !id.starts_with(start_) || id[start_.size()] != '-')
        return std::nullopt;
    const std::string_view digits = id.substr(start_.size() + 1);
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size())
        return std::nullopt;
    if (number > newest_ || lost(number))
        return std::nullopt;
    return number;
}

bool EventRing::lost(std::uint64_t position) const {
    return position < newest_ && (events_.empty() || position + 1 < events_.front().number);
}

const StreamEvent* EventRing::next(std::uint64_t position) const {
    if (position >= newest_ || lost(position))
        return nullptr;
    return &events_[position + 1 - events_.front().number];
}

std::string EventRing::overflow() const {
    return fmt::format("id: {}\nevent: overflow\ndata: {}\n\n",
                       id(newest_),
                       R"({"type":"overflow","library":null,"job":null,"generation":null})");
}

} // namespace changer::daemon
