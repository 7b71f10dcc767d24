// SPDX-License-Identifier: Apache-2.0
#include "daemon/tokens.hpp"

#include "daemon/token_gate.hpp"
#include "temp_directory.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace changer;
using namespace changer::daemon;
using nlohmann::json;

namespace {

// of "secret" and of "other"
const std::string secret_digest =
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
const std::string other_digest = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";

Tokens two() {
    auto tokens = parse_tokens("nightly " + secret_digest + "\nconsole " + other_digest + "\n");
    REQUIRE(tokens);
    return *std::move(tokens);
}

/// Takes what comes through a gate.
class Behind final : public HttpHandler {
  public:
    void handle(HttpRequest request, Reply reply) override {
        seen.push_back(principal(request.peer));
        reply({});
    }

    std::vector<std::string> seen;
};

constexpr std::uint16_t port = 9620;

HttpRequest asked(const std::string& authorization) {
    HttpRequest request{.method = "GET", .path = {"v1", "jobs"}};
    request.host = "localhost:9620";
    request.authorization = authorization;
    return request;
}

struct Gate {
    Behind behind;
    int refused = 0;
    TokenGate gate{
        behind, two(), port, [this](const HttpRequest&, const HttpResponse&) { ++refused; }};

    HttpResponse ask(HttpRequest request) {
        HttpResponse answer;
        gate.handle(std::move(request), [&](HttpResponse got) { answer = std::move(got); });
        return answer;
    }
};

} // namespace

TEST_SUITE_BEGIN("daemon/tokens");

TEST_CASE("a file of tokens is read, with its empty lines and comments") {
    const auto tokens =
        parse_tokens("# who\n\n  nightly\t" + secret_digest + " \r\n" + "console " + other_digest);
    REQUIRE(tokens);
    CHECK(*tokens == two());
    CHECK(parse_tokens("")->empty());
}

TEST_CASE("a wrong line is named by its number, and its text is not repeated") {
    for (const std::string& line : {std::string("nightly"),
                                    "nightly " + secret_digest.substr(1),
                                    "nightly " + secret_digest + "0",
                                    "nightly g" + secret_digest.substr(1),
                                    "nightly " + secret_digest + " more",
                                    "night/ly " + secret_digest,
                                    std::string(65, 'a') + " " + secret_digest,
                                    "console " + secret_digest,
                                    "nightly " + other_digest}) {
        CAPTURE(line);
        const auto tokens = parse_tokens("console " + other_digest + "\n" + line + "\n");
        REQUIRE_FALSE(tokens);
        CHECK(tokens.error().code == Code::malformed_document);
        CHECK(tokens.error().what.starts_with("line 2: "));
        CHECK(tokens.error().what.find(secret_digest.substr(2, 20)) == std::string::npos);
    }
}

TEST_CASE("a secret finds its token, and nothing else does") {
    const Tokens tokens = two();
    CHECK(token_of(tokens, "secret") == "nightly");
    CHECK(token_of(tokens, "other") == "console");
    for (const std::string& wrong : {std::string(),
                                     std::string("secret "),
                                     std::string("Secret"),
                                     secret_digest,
                                     std::string("secret\0", 7)})
        CHECK(token_of(tokens, wrong) == std::nullopt);
    CHECK(token_of({}, "secret") == std::nullopt);
}

TEST_CASE("a digest that differs in any one byte is another's") {
    for (std::size_t i = 0; i < 32; ++i) {
        CAPTURE(i);
        Tokens tokens = two();
        std::uint8_t& byte = tokens.at(0).digest.at(i);
        byte = static_cast<std::uint8_t>(byte ^ 1U);
        CHECK(token_of(tokens, "secret") == std::nullopt);
    }
}

TEST_CASE("a file that others can read is refused, as is one that is none") {
    const test::TempDirectory directory;
    const std::string path = directory / "tokens";
    std::ofstream(path) << "nightly " << secret_digest << '\n';
    for (const mode_t mode : {0644u, 0640u, 0602u, 0666u, 0610u}) {
        CAPTURE(mode);
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        const auto tokens = load_tokens(path);
        REQUIRE_FALSE(tokens);
        CHECK(tokens.error().code == Code::access_denied);
        CHECK(tokens.error().what.find("chmod 0600") != std::string::npos);
    }
    for (const mode_t mode : {0600u, 0400u}) {
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        CHECK(load_tokens(path)->size() == 1);
    }
    CHECK(load_tokens(directory / "nosuch").error().code == Code::not_found);
    CHECK_FALSE(load_tokens(directory / ""));
    std::ofstream(path, std::ios::app) << std::string(70000, '#');
    CHECK(load_tokens(path).error().what.find("64 KiB") != std::string::npos);
}

TEST_CASE("a host is this machine's loopback with our port, and no other name") {
    for (const char* own : {"localhost:9620", "LocalHost:9620", "127.0.0.1:9620", "[::1]:9620"})
        CHECK(is_own_host(own, port));
    for (const char* other : {"",
                              ":9620",
                              "localhost",
                              "localhost:80",
                              "localhost:96200",
                              "evil.example:9620",
                              "localhost.evil.example:9620",
                              "127.0.0.1.evil.example:9620",
                              "x@localhost:9620",
                              "127.0.0.2:9620",
                              "::1:9620"})
        CHECK_FALSE(is_own_host(other, port));
}

TEST_CASE("who proves a token is let through under its name") {
    Gate gate;
    CHECK(gate.ask(asked("Bearer secret")).status == 200);
    CHECK(gate.ask(asked("bearer  other")).status == 200);
    CHECK(gate.behind.seen == std::vector<std::string>{"token:nightly", "token:console"});
}

TEST_CASE("who proves none is asked for one") {
    Gate gate;
    for (const char* wrong :
         {"", "Bearer", "Bearer ", "Bearer wrong", "Basic secret", "secret", "Bearer secret "}) {
        CAPTURE(wrong);
        const HttpResponse answer = gate.ask(asked(wrong));
        CHECK(answer.status == 401);
        CHECK(gate.refused > 0);
        CHECK(answer.content_type == "application/problem+json");
        CHECK(json::parse(answer.body)["code"] == "access_denied");
        REQUIRE(answer.headers.size() == 1);
        CHECK(answer.headers[0] ==
              std::pair<std::string, std::string>{"WWW-Authenticate", "Bearer"});
    }
    CHECK(gate.behind.seen.empty());
}

TEST_CASE("what a request says of its user does not come through") {
    Gate gate;
    HttpRequest request = asked("Bearer secret");
    request.peer = {.uid = 0, .gid = 0, .groups = {0}, .token = "root"};
    CHECK(gate.ask(request).status == 200);
    CHECK(gate.behind.seen.back() == "token:nightly");
}

TEST_CASE("the health is told without a token, and nothing more than that") {
    Gate gate;
    HttpRequest request = asked("");
    request.authorization.reset();
    request.path = {"v1", "health"};
    CHECK(gate.ask(request).status == 200);
    CHECK(gate.behind.seen == std::vector<std::string>{"nobody"});
    request.query = {{"x", "y"}};
    CHECK(gate.ask(request).status == 401);
    request.query.clear();
    request.method = "POST";
    CHECK(gate.ask(request).status == 401);
    request.method = "GET";
    request.authorization = "Bearer wrong"; // who shows a token wants to be known
    CHECK(gate.ask(request).status == 401);
}

TEST_CASE("a request to another name, or from another page, is refused though its token is right") {
    Gate gate;
    for (const auto& host : {std::optional<std::string>(),
                             std::optional<std::string>("evil:9620"),
                             std::optional<std::string>("localhost:9621")}) {
        HttpRequest request = asked("Bearer secret");
        request.host = host;
        CHECK(gate.ask(request).status == 403);
    }
    for (const char* origin : {"http://evil.example",
                               "null",
                               "",
                               "https://localhost:9620",
                               "http://localhost",
                               "http://localhost:9620.evil.example"}) {
        CAPTURE(origin);
        HttpRequest request = asked("Bearer secret");
        request.origin = origin;
        CHECK(gate.ask(request).status == 403);
    }
    CHECK(gate.behind.seen.empty());
    HttpRequest own = asked("Bearer secret");
    own.origin = "http://127.0.0.1:9620";
    CHECK(gate.ask(own).status == 200);
}

TEST_CASE("other tokens hold at once") {
    Gate gate;
    CHECK_FALSE(gate.gate.replace(two()));
    CHECK(gate.gate.replace({two().back()}));
    CHECK(gate.ask(asked("Bearer secret")).status == 401);
    CHECK(gate.ask(asked("Bearer other")).status == 200);
}

TEST_SUITE_END();
