// SPDX-License-Identifier: Apache-2.0
#include "client/http_response.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::client;

namespace {

const std::string counted = "HTTP/1.1 202 Accepted\r\nLocation: /v1/jobs/main-1\r\n"
                            "Content-Length:  5 \r\n\r\nhello";
const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

/// Feeds a whole text; none if it was refused.
std::optional<ResponseParser> fed(std::string_view text, ResponseLimits limits = {}) {
    ResponseParser parser(limits);
    if (auto taken = parser.feed(text); !taken) {
        CHECK(taken.error().code == Code::malformed_response);
        return std::nullopt;
    }
    return parser;
}

} // namespace

TEST_SUITE_BEGIN("client/http_response");

TEST_CASE("an answer with a length is read to its end") {
    auto parser = fed(counted);
    REQUIRE(parser);
    CHECK(parser->complete());
    CHECK(parser->head().status == 202);
    CHECK(parser->head().field("location") == "/v1/jobs/main-1");
    CHECK(parser->head().field("nothing") == "");
    CHECK(parser->take_body() == "hello");
}

TEST_CASE("an answer is the same however its bytes arrive") {
    for (const std::string& text : {counted, chunked}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            CAPTURE(n);
            ResponseParser parser;
            REQUIRE(parser.feed(text.substr(0, n)));
            CHECK(parser.complete() == (n == text.size()));
            REQUIRE(parser.feed(text.substr(n)));
            CHECK(parser.complete());
            CHECK(parser.take_body() == "hello");
        }
    }
}

TEST_CASE("a connection closed before the end is a lost answer") {
    for (const std::string& text : {counted, chunked}) {
        for (std::size_t n = 0; n < text.size(); ++n) {
            CAPTURE(n);
            ResponseParser parser;
            REQUIRE(parser.feed(text.substr(0, n)));
            const auto closed = parser.close();
            REQUIRE_FALSE(closed);
            CHECK(closed.error().code == Code::unreachable);
        }
    }
}

TEST_CASE("without a length the answer ends with the connection") {
    auto parser = fed("HTTP/1.0 200 OK\r\n\r\nall of it");
    REQUIRE(parser);
    CHECK_FALSE(parser->complete());
    CHECK(parser->close());
    CHECK(parser->complete());
    CHECK(parser->take_body() == "all of it");
}

TEST_CASE("interim answers are skipped, but not without end") {
    auto parser = fed("HTTP/1.1 100 Continue\r\n\r\n" + counted);
    REQUIRE(parser);
    CHECK(parser->head().status == 202);
    std::string many;
    for (int i = 0; i < 5; ++i)
        many += "HTTP/1.1 102 Processing\r\n\r\n";
    CHECK_FALSE(fed(many));
    CHECK_FALSE(fed("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
}

TEST_CASE("what is not HTTP is refused") {
    for (const char* text : {
             "SSH-2.0-OpenSSH_9.2\r\n\r\n",
             "HTTP/2 200 OK\r\n\r\n",
             "HTTP/1.1 20 OK\r\n\r\n",
             "HTTP/1.1 2000 OK\r\n\r\n",
             "HTTP/1.1 999 OK\r\n\r\n",
             "HTTP/1.1 -20 OK\r\n\r\n",
             "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
             "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
             "HTTP/1.1 200 OK\r\nName : blank\r\n\r\n",
             "HTTP/1.1 200 OK\r\n folded: line\r\n\r\n",
             "HTTP/1.1 200 OK\r\nA: \x1b[2J\r\n\r\n",
             "HTTP/1.1 200 OK\r\nA: lone\nfeed\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
         }) {
        CAPTURE(text);
        CHECK_FALSE(fed(text));
    }
}

TEST_CASE("nothing grows beyond its limit") {
    const ResponseLimits limits{.head_bytes = 100, .body_bytes = 10};
    CHECK(fed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", limits));
    CHECK_FALSE(fed("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", limits));
    CHECK_FALSE(fed("HTTP/1.1 200 OK\r\n\r\n12345678901", limits));
    CHECK_FALSE(fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "6\r\n123456\r\n6\r\n123456\r\n",
                    limits));
    CHECK_FALSE(fed(std::string(200, 'x'), limits));
    CHECK_FALSE(fed("HTTP/1.1 200 OK\r\nA: " + std::string(200, 'x') + "\r\n\r\n", limits));
    CHECK_FALSE(
        fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(300, '1')));
    CHECK_FALSE(
        fed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: 1\r\nB: 2\r\nC: 3\r\n",
            limits));
}

TEST_SUITE_END();
