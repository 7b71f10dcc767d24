// SPDX-License-Identifier: Apache-2.0
#include "client/event_stream.hpp"

namespace changer::client {

Result<void> EventParser::feed(std::string_view text) {
    pending_ += text;
    std::size_t begin = 0;
    while (true) {
        const auto end = pending_.find_first_of("\r\n", begin);
        // A carriage return at the very end may be half of CR LF: it waits for what follows.
        if (end == std::string::npos || (pending_[end] == '\r' && end + 1 == pending_.size()))
            break;
        take_line(std::string_view(pending_).substr(begin, end - begin));
        begin = end + (pending_.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    }
    pending_.erase(0, begin);
    if (pending_.size() + data_.size() > longest_event)
        return Error{Code::malformed_response, "an event of the daemon's stream is too long"};
    return {};
}

void EventParser::take_line(std::string_view line) {
    if (line.empty()) {
        if (!data_.empty()) {
            data_.pop_back(); // the newline behind the last line
            ready_.push_back({last_id_, type_.empty() ? "message" : type_, std::move(data_)});
        }
        type_.clear();
        data_.clear();
        return;
    }
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (!value.empty() && value[0] == ' ')
        value.remove_prefix(1);
    if (name == "event")
        type_ = value;
    else if (name == "data")
        data_.append(value).append("\n");
    else if (name == "id" && value.find('\0') == std::string_view::npos)
        last_id_ = value;
}

std::optional<Event> EventParser::next() {
    if (ready_.empty())
        return std::nullopt;
    Event event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

} // namespace changer::client
