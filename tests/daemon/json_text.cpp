// SPDX-License-Identifier: Apache-2.0
#include "daemon/json_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changer;
using daemon::parse_json;

TEST_SUITE_BEGIN("daemon/json_text");

TEST_CASE("a syntax error names line and column") {
    const auto bad = parse_json("{\n  \"a\": 1,\n  \"b\": ?\n}");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == Code::malformed_document);
    CHECK(bad.error().what.find("line 3 column 8") != std::string::npos);
}

TEST_CASE("comments are read only where they are allowed") {
    const std::string text = "// what\n{ \"a\": 1 /* why */ }";
    CHECK_FALSE(parse_json(text));
    const auto document = parse_json(text, {.comments = true});
    REQUIRE(document);
    CHECK((*document)["a"] == 1);
}

TEST_CASE("a key that comes twice is refused, at any depth") {
    const auto bad = parse_json(R"({"a": {"b": 1, "b": 2}})");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().what.find("\"b\" comes twice") != std::string::npos);
    CHECK(parse_json(R"({"a": {"b": 1}, "b": 2})"));
}

TEST_CASE("nesting is refused beyond its limit and not before") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    CHECK(parse_json(nested(32)));
    CHECK_FALSE(parse_json(nested(33)));
    CHECK_FALSE(parse_json(nested(1000000)));
}

TEST_CASE("every proper prefix of a document is refused") {
    const std::string text = R"({"a": [1, -2, 3.5, "x\u00e9"], "b": {"c": null, "d": true}})";
    REQUIRE(parse_json(text));
    for (std::size_t n = 0; n < text.size(); ++n) {
        CAPTURE(n);
        CHECK_FALSE(parse_json(text.substr(0, n)));
    }
}

TEST_CASE("values come out as they went in") {
    const auto document = parse_json(R"({"a": [1, -2, 3.5, "x"], "b": {"c": null, "d": true}})");
    REQUIRE(document);
    CHECK(daemon::to_text(*document) == R"({"a":[1,-2,3.5,"x"],"b":{"c":null,"d":true}})");
}

TEST_CASE("a number that no double holds is an error, not an exception") {
    CHECK_FALSE(parse_json("[1e999]"));
}

TEST_CASE("bytes that are not UTF-8 are written as a replacement character") {
    CHECK(daemon::to_text(nlohmann::json("A\xff")) == "\"A\xEF\xBF\xBD\"");
}

TEST_SUITE_END();
