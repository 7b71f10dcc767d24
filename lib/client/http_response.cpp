// SPDX-License-Identifier: Apache-2.0
#include "client/http_response.hpp"

#include <algorithm>
#include <charconv>

namespace changer::client {
namespace {

constexpr std::size_t longest_line = 256; ///< of a chunk's size and of a trailer
constexpr int most_interim_answers = 4;

Error malformed(std::string_view what) {
    return {Code::malformed_response,
            std::string("the answer is not HTTP as changerd speaks it: ") + std::string(what)};
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    const auto last = text.find_last_not_of(" \t");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, last - first + 1);
}

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto legal = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), legal);
}

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
}

/// Reads all of `text` as a number.
bool read_number(std::string_view text, int base, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

/// Reads "HTTP/1.1 200 OK" to 200; 0 if it is not that.
int read_status(std::string_view line) {
    std::uint64_t status = 0;
    const bool version = line.substr(0, 9) == "HTTP/1.1 " || line.substr(0, 9) == "HTTP/1.0 ";
    if (!version || line.size() < 12 || (line.size() > 12 && line[12] != ' ') ||
        !read_number(line.substr(9, 3), 10, status) || status < 100 || status > 599)
        return 0;
    return static_cast<int>(status);
}

} // namespace

std::string_view ResponseHead::field(std::string_view lower_case_name) const {
    for (const auto& [name, value] : fields)
        if (name == lower_case_name)
            return value;
    return {};
}

Result<void> ResponseParser::feed(std::string_view bytes) {
    pending_ += bytes;
    bool progress = true;
    while (progress && !complete()) {
        progress = false;
        if (auto stepped = step(progress); !stepped)
            return stepped;
    }
    if (complete() && !pending_.empty())
        return malformed("bytes follow its end");
    return {};
}

Result<void> ResponseParser::close() {
    if (state_ == State::until_close)
        state_ = State::done;
    if (!complete())
        return Error{Code::unreachable, "the daemon closed the connection before its answer ended"};
    return {};
}

/// Understands one more piece of `pending_`, if it is all there.
Result<void> ResponseParser::step(bool& progress) {
    if (state_ == State::counted || state_ == State::chunk || state_ == State::until_close) {
        if (state_ == State::until_close)
            if (auto added = add_up(pending_.size()); !added)
                return added;
        take_data(progress);
        return {};
    }
    const bool in_head = state_ == State::head;
    const std::string_view mark = in_head ? "\r\n\r\n" : "\r\n";
    const std::size_t limit = in_head ? limits_.head_bytes : longest_line;
    const auto end = pending_.find(mark);
    if (std::min(end, pending_.size()) > limit)
        return malformed(in_head ? "its head is too long"
                                 : "a line between its chunks is too long");
    if (end == std::string::npos)
        return {};
    progress = true;
    const std::string text = pending_.substr(0, end);
    pending_.erase(0, end + mark.size());
    switch (state_) {
    case State::head:
        return finish_head(text);
    case State::chunk_size:
        return take_chunk_size(text);
    case State::chunk_end:
        state_ = State::chunk_size;
        return text.empty() ? Result<void>() : malformed("a chunk is longer than it says");
    default: // trailer: fields nobody asked for, up to an empty line
        if (text.empty())
            state_ = State::done;
        else if (auto added = add_up(text.size()); !added)
            return added;
        return {};
    }
}

Result<void> ResponseParser::finish_head(std::string_view text) {
    const auto line_end = text.find("\r\n");
    head_ = {};
    head_.status = read_status(text.substr(0, line_end));
    if (head_.status == 0)
        return malformed("its first line is not a status line");
    auto rest = line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 2);
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(std::min(rest.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
            !is_printable(line))
            return malformed("a header field has no name or holds control characters");
        head_.fields.emplace_back(lower_case(line.substr(0, colon)), trim(line.substr(colon + 1)));
    }
    if (head_.status >= 200)
        return choose_framing();
    if (head_.status == 101 || ++interim_answers_ > most_interim_answers)
        return malformed("it is an interim answer nobody asked for");
    return {};
}

Result<void> ResponseParser::choose_framing() {
    const auto count = [&](std::string_view name) {
        return std::count_if(head_.fields.begin(), head_.fields.end(), [&](const auto& field) {
            return field.first == name;
        });
    };
    const auto lengths = count("content-length");
    const auto codings = count("transfer-encoding");
    if (lengths + codings > 1)
        return malformed("it announces its length twice");
    if (head_.status == 204 || head_.status == 304) {
        state_ = State::done;
    } else if (codings == 1) {
        if (lower_case(head_.field("transfer-encoding")) != "chunked")
            return malformed("its transfer coding is unknown");
        state_ = State::chunk_size;
    } else if (lengths == 1) {
        if (!read_number(head_.field("content-length"), 10, expected_))
            return malformed("its length is not a number");
        state_ = expected_ == 0 ? State::done : State::counted;
        return add_up(expected_);
    } else {
        state_ = State::until_close;
    }
    return {};
}

Result<void> ResponseParser::take_chunk_size(std::string_view line) {
    const auto size = trim(line.substr(0, line.find(';')));
    if (!read_number(size, 16, expected_))
        return malformed("a chunk's size is not a number");
    state_ = expected_ == 0 ? State::trailer : State::chunk;
    return add_up(expected_);
}

void ResponseParser::take_data(bool& progress) {
    const bool counted = state_ != State::until_close;
    const std::size_t take =
        counted ? std::min<std::uint64_t>(expected_, pending_.size()) : pending_.size();
    body_.append(pending_, 0, take);
    pending_.erase(0, take);
    if (!counted)
        return;
    expected_ -= take;
    if (expected_ == 0) {
        state_ = state_ == State::chunk ? State::chunk_end : State::done;
        progress = true;
    }
}

Result<void> ResponseParser::add_up(std::uint64_t bytes) {
    if (bytes > limits_.body_bytes || body_total_ + bytes > limits_.body_bytes)
        return malformed("its body is too long");
    body_total_ += bytes;
    return {};
}

} // namespace changer::client
