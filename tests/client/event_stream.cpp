// SPDX-License-Identifier: Apache-2.0
#include "client/event_stream.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace changer;
using namespace changer::client;

namespace {

std::vector<Event> all(EventParser& parser) {
    std::vector<Event> events;
    while (auto event = parser.next())
        events.push_back(std::move(*event));
    return events;
}

} // namespace

TEST_SUITE_BEGIN("client/event_stream");

TEST_CASE("events are read with their id, type and data, however the text arrives") {
    const std::string text = ": hello\n\nid: 5-1\nevent: job\ndata: {\"a\":1}\n\n"
                             "data: two\ndata:lines\n\r\nid: 5-3\revent: door\rdata: x\r\r\n";
    const std::vector<Event> expected{
        {"5-1", "job", "{\"a\":1}"}, {"5-1", "message", "two\nlines"}, {"5-3", "door", "x"}};
    for (std::size_t n = 0; n <= text.size(); ++n) {
        CAPTURE(n);
        EventParser parser;
        REQUIRE(parser.feed(text.substr(0, n)));
        REQUIRE(parser.feed(text.substr(n)));
        CHECK(all(parser) == expected);
    }
}

TEST_CASE("an event counts only once its empty line is there, and only with data") {
    EventParser parser;
    REQUIRE(parser.feed("event: job\ndata: x\n"));
    CHECK(all(parser).empty());
    REQUIRE(parser.feed("\nevent: job\n\n"));
    CHECK(all(parser).size() == 1);
}

TEST_CASE("an event without end is refused") {
    EventParser lines;
    Result<void> fed;
    for (int i = 0; fed && i < 10'000; ++i)
        fed = lines.feed("data: 0123456789012345678901234567890123456789\n");
    REQUIRE_FALSE(fed);
    CHECK(fed.error().code == Code::malformed_response);
    EventParser line;
    CHECK_FALSE(line.feed(std::string(EventParser::longest_event + 1, 'x')));
}

TEST_SUITE_END();
