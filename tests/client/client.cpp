// SPDX-License-Identifier: Apache-2.0
#include "client/client.hpp"

#include "client/job_wait.hpp"
#include "client/scripted_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <atomic>

using namespace changer;
using namespace changer::client;
using namespace std::chrono_literals;
using changer::test::json_answer;
using changer::test::problem_answer;
using changer::test::ScriptedServer;

namespace {

using Reply = ScriptedServer::Reply;

Client client_of(const ScriptedServer& server, std::chrono::milliseconds patience = 20s) {
    return Client({.socket_path = server.path(), .patience = patience});
}

/// A pipe that is readable from the start: somebody pressed Ctrl-C.
struct Pressed {
    Pressed() {
        REQUIRE(::pipe(ends.data()) == 0);
        REQUIRE(::write(ends[1], "x", 1) == 1);
    }

    Pressed(const Pressed&) = delete;
    Pressed& operator=(const Pressed&) = delete;

    ~Pressed() {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    std::array<int, 2> ends{-1, -1};
};

bool begins(const std::string& text, const std::string& with) {
    return text.compare(0, with.size(), with) == 0;
}

} // namespace

TEST_SUITE_BEGIN("client/client");

TEST_CASE("a call returns the text as it came, and what it means") {
    const ScriptedServer server([](const std::string&) {
        return Reply{json_answer("{\"schema\" : \"x/1\",\"b\":1, \"a\":2}\n")};
    });
    const auto answer = client_of(server).get("/v1/libraries");
    REQUIRE(answer);
    CHECK(answer->text() == "{\"schema\" : \"x/1\",\"b\":1, \"a\":2}");
    CHECK(answer->json()["a"] == 2);
    CHECK(begins(server.requests()[0], "GET /v1/libraries HTTP/1.1\r\nHost: localhost\r\n"));
}

TEST_CASE("a refusal has the code and the sentence of its problem document") {
    const ScriptedServer server([](const std::string&) {
        return Reply{problem_answer("409 Conflict", "library_offline", "main does not answer")};
    });
    const auto answer = client_of(server).get("/v1/x");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::library_offline);
    CHECK(answer.error().what == "main does not answer");
}

TEST_CASE("a refusal without a usable document still gets a code") {
    for (const char* body : {"", "<html>", "[]", "{}", R"({"code":"ok","detail":7})"}) {
        CAPTURE(body);
        const ScriptedServer server(
            [&](const std::string&) { return Reply{json_answer(body, "404 Not Found")}; });
        const auto answer = client_of(server).get("/v1/x");
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Code::not_found);
        CHECK_FALSE(answer.error().what.empty());
    }
}

TEST_CASE("an answer that is no JSON, or nests without end, is refused") {
    for (const std::string& body : {std::string("hello"), std::string(100'000, '[')}) {
        const ScriptedServer server([&](const std::string&) { return Reply{json_answer(body)}; });
        const auto answer = client_of(server).get("/v1/x");
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == Code::malformed_response);
    }
}

TEST_CASE("nobody there, no socket and no path are told apart from refusals") {
    std::string path;
    {
        const ScriptedServer server([](const std::string&) { return Reply{}; });
        path = server.path();
    }
    const auto absent = Client({.socket_path = path}).get("/v1/x");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == Code::unreachable);
    CHECK(absent.error().what.find(path) != std::string::npos);
    const auto nonsense = Client({.socket_path = std::string(200, 'x')}).get("/v1/x");
    REQUIRE_FALSE(nonsense);
    CHECK(nonsense.error().code == Code::usage);
}

TEST_CASE("a daemon that never answers, or dies in between, is not waited for without end") {
    const ScriptedServer silent([](const std::string&) { return Reply{"", true}; });
    const auto answer = client_of(silent, 30ms).get("/v1/x");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::unreachable);
    const ScriptedServer dying([](const std::string&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"};
    });
    const auto half = client_of(dying).get("/v1/x");
    REQUIRE_FALSE(half);
    CHECK(half.error().code == Code::unreachable);
}

TEST_CASE("a job is submitted once more under the same key when the answer was lost") {
    std::atomic<int> calls = 0;
    const ScriptedServer server([&](const std::string&) {
        return ++calls == 1 ? Reply{""} : Reply{json_answer(R"({"id":"main-1"})", "202 Accepted")};
    });
    const auto answer = client_of(server).submit("ma in", R"({"operation":"door"})");
    REQUIRE(answer);
    CHECK(answer->json()["id"] == "main-1");
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0] == requests[1]);
    CHECK(begins(requests[0], "POST /v1/libraries/ma%20in/jobs HTTP/1.1\r\n"));
    CHECK(requests[0].find("Idempotency-Key: ") != std::string::npos);
    CHECK(requests[0].find("\r\n\r\n{\"operation\":\"door\"}") != std::string::npos);
}

TEST_CASE("a tied job keeps its connection as long as it lives, and is submitted once") {
    const ScriptedServer server([&](const std::string&) {
        return Reply{json_answer(R"({"id":"main-1"})", "202 Accepted"), true};
    });
    const std::string body = R"({"operation":"load","while_connected":true})";
    {
        const auto tied = client_of(server).submit_tied("main", body);
        REQUIRE(tied);
        CHECK(tied->job().json()["id"] == "main-1");
    }
    const auto requests = server.requests();
    REQUIRE(requests.size() == 1);
    CHECK(begins(requests[0], "POST /v1/libraries/main/jobs HTTP/1.1\r\n"));
    CHECK(requests[0].find("Connection: close") == std::string::npos);
    CHECK(requests[0].find("\r\n\r\n" + body) != std::string::npos);
    const ScriptedServer dying([](const std::string&) { return Reply{""}; });
    CHECK(client_of(dying).submit_tied("main", body).error().code == Code::unreachable);
    CHECK(dying.requests().size() == 1);
}

TEST_CASE("what was typed cannot break out of the request") {
    CHECK(encode_segment("A-1_b.~9") == "A-1_b.~9");
    CHECK(encode_segment("../x y?z#\r\nHost: evil\xff") ==
          "..%2Fx%20y%3Fz%23%0D%0AHost%3A%20evil%FF");
}

TEST_CASE("the stream of events resumes behind the last one") {
    const ScriptedServer server([](const std::string&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n"
                     "12\r\nid: 7-2\nevent: job\r\n13\r\n\ndata: {\"job\":\"x\"}\n\r\n1\r\n\n\r\n"};
    });
    auto stream = client_of(server).subscribe("7-1");
    REQUIRE(stream);
    CHECK(server.requests()[0].find("Last-Event-ID: 7-1\r\n") != std::string::npos);
    const auto event = stream->next({});
    REQUIRE(event);
    CHECK(*event == Event{"7-2", "job", "{\"job\":\"x\"}"});
    const auto end = stream->next({});
    REQUIRE_FALSE(end);
    CHECK(end.error().code == Code::unreachable);
}

TEST_CASE("a stream that is refused says why") {
    const ScriptedServer server([](const std::string&) {
        return Reply{problem_answer("403 Forbidden", "access_denied", "not for you")};
    });
    const auto stream = client_of(server).subscribe();
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == Code::access_denied);
}

TEST_CASE("a job is waited for until it has ended, with and without a stream") {
    for (const bool with_stream : {true, false}) {
        CAPTURE(with_stream);
        std::atomic<int> looks = 0;
        const ScriptedServer server([&](const std::string& request) {
            if (begins(request, "GET /v1/events") && with_stream)
                return Reply{"HTTP/1.1 200 OK\r\n\r\nevent: job\ndata: {\"job\":\"main-1\"}\n\n"
                             "event: job\ndata: {\"job\":\"main-1\"}\n\n",
                             true};
            if (begins(request, "GET /v1/events"))
                return Reply{problem_answer("503 Busy", "not_enough_memory", "too many")};
            return Reply{
                json_answer(++looks < 3 ? R"({"state":"running"})" : R"({"state":"passed"})")};
        });
        int seen = 0;
        const auto job = wait_for_job(client_of(server),
                                      "main-1",
                                      {.poll_interval = with_stream ? 20'000ms : 1ms,
                                       .on_change = [&](const Document&) { ++seen; }});
        REQUIRE(job);
        CHECK(job->json()["state"] == "passed");
        CHECK(seen == 3);
    }
}

TEST_CASE("events of other jobs do not cause a look") {
    std::atomic<int> looks = 0;
    const ScriptedServer server([&](const std::string& request) {
        if (begins(request, "GET /v1/events")) {
            std::string events;
            for (int i = 0; i < 50; ++i)
                events += "event: job\ndata: {\"job\":\"main-2\"}\n\n";
            return Reply{"HTTP/1.1 200 OK\r\n\r\n" + events +
                             "event: job\ndata: {\"job\":\"main-1\"}\n\n",
                         true};
        }
        return Reply{json_answer(++looks < 2 ? R"({"state":"running"})" : R"({"state":"failed"})")};
    });
    REQUIRE(wait_for_job(client_of(server), "main-1", {.poll_interval = 20'000ms}));
    CHECK(looks == 2);
}

TEST_CASE("a wait ends at its time-out, and when it is interrupted; the job goes on") {
    const ScriptedServer server([](const std::string& request) {
        if (begins(request, "GET /v1/events"))
            return Reply{"HTTP/1.1 200 OK\r\n\r\n", true};
        return Reply{json_answer(R"({"state":"waiting"})")};
    });
    const auto late = wait_for_job(client_of(server), "main-1", {.timeout = 0s});
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Code::wait_timeout);
    CHECK(late.error().what.find("main-1") != std::string::npos);
    const Pressed pressed;
    Client client = client_of(server);
    client.set_interrupt(pressed.ends[0]);
    const auto interrupted = wait_for_job(client, "main-1", {});
    REQUIRE_FALSE(interrupted);
    CHECK(interrupted.error().code == Code::interrupted);
    for (const std::string& request : server.requests())
        CHECK_FALSE(begins(request, "DELETE"));
}

TEST_CASE("a daemon that starts again in between is waited for, one that stays away is not") {
    std::atomic<int> looks = 0;
    const ScriptedServer server([&](const std::string& request) {
        if (begins(request, "GET /v1/events"))
            return Reply{""};
        ++looks;
        if (looks == 2)
            return Reply{""}; // it died
        return Reply{json_answer(looks < 3 ? R"({"state":"running"})" : R"({"state":"passed"})")};
    });
    int gone = 0;
    const auto job =
        wait_for_job(client_of(server),
                     "main-1",
                     {.poll_interval = 1ms, .on_disconnect = [&](const Error&) { ++gone; }});
    REQUIRE(job);
    CHECK(gone == 1);
    const auto away = wait_for_job(Client({.socket_path = "/nonexistent/socket"}),
                                   "main-1",
                                   {.daemon_patience = 0s, .poll_interval = 1ms});
    REQUIRE_FALSE(away);
    CHECK(away.error().code == Code::unreachable);
}

TEST_CASE("a job that is not there is not waited for") {
    const ScriptedServer server([](const std::string&) {
        return Reply{problem_answer("404 Not Found", "not_found", "no job main-9")};
    });
    const auto job = wait_for_job(client_of(server), "main-9", {});
    REQUIRE_FALSE(job);
    CHECK(job.error().code == Code::not_found);
}

TEST_SUITE_END();
