// SPDX-License-Identifier: Apache-2.0
#include "daemon/http_head.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changer;
using daemon::decode_target;
using daemon::head_problem;

TEST_SUITE_BEGIN("daemon/http_head");

TEST_CASE("an ordinary head has no problem") {
    CHECK_FALSE(head_problem("GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"));
    CHECK_FALSE(head_problem("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"));
    CHECK_FALSE(head_problem("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CHECK_FALSE(head_problem("GET / HTTP/1.0\r\n\r\n"));
}

TEST_CASE("heads that two readers could understand differently are refused") {
    const std::string line = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (const std::string& head : {
             std::string("GET / HTTP/1.1\r\n\r\n"),     // no Host
             line + "Host: y\r\n\r\n",                  // two Hosts
             line + " folded\r\n\r\n",                  // obs-fold
             line + "A: b\r\n\tfolded\r\n\r\n",         // obs-fold
             line + "A: b\nB: c\r\n\r\n",               // bare LF
             line + "A: b\rB: c\r\n\r\n",               // bare CR
             line + "A: b\x01\r\n\r\n",                 // control character
             line + std::string("A: b\0c\r\n\r\n", 11), // NUL
             line + "A b: c\r\n\r\n",                   // no token
             line + "A : c\r\n\r\n",                    // blank before the colon
             line + ": c\r\n\r\n",                      // no name
             line + "word\r\n\r\n",                     // no colon
             line + "Content-Length: +3\r\n\r\n",       // digits only
             line + "Content-Length: 3, 3\r\n\r\n",     // digits only
             line + "Content-Length: 0x3\r\n\r\n",      // digits only
             line + "Content-Length:\r\n\r\n",          // digits only
             line + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
             line + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
             line + "Transfer-Encoding: gzip, chunked\r\n\r\n",
             line + "Transfer-Encoding: identity\r\n\r\n",
             line + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
             std::string("GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
             std::string("GET /\r\nHost: x\r\n\r\n"),
             std::string("GET  HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n"),
             std::string("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
         }) {
        CAPTURE(head);
        CHECK(head_problem(head));
    }
}

TEST_CASE("no proper prefix of a head passes for a head") {
    const std::string head = "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
    for (std::size_t n = 0; n < head.size(); ++n) {
        CAPTURE(n);
        CHECK(head_problem(head.substr(0, n)));
    }
}

TEST_CASE("a target is split before it is decoded") {
    const auto target = decode_target("/v1/libraries/main/media/A%2FB%20?state=a%26b&x=&y");
    REQUIRE(target);
    CHECK(target->path == std::vector<std::string>{"v1", "libraries", "main", "media", "A/B "});
    const std::vector<std::pair<std::string, std::string>> query{
        {"state", "a&b"}, {"x", ""}, {"y", ""}};
    CHECK(target->query == query);
}

TEST_CASE("targets that are no path are refused") {
    for (const char* target : {"",
                               "*",
                               "http://x/",
                               "v1",
                               "/a%",
                               "/a%4",
                               "/a%zz",
                               "/a%00",
                               "/a%0a",
                               "/a?x=%1f",
                               "/a#b"}) {
        CAPTURE(target);
        CHECK_FALSE(decode_target(target));
    }
}

TEST_SUITE_END();
