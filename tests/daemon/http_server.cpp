// SPDX-License-Identifier: Apache-2.0
#include "daemon/http_server.hpp"

#include "raw_client.hpp"
#include "temp_directory.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace changer;
using namespace changer::daemon;
using namespace std::chrono_literals;
using test::RawClient;

namespace {

/// Answers with what it was asked, so that a test sees how a request was understood.
class Echo final : public HttpHandler {
  public:
    void handle(HttpRequest request, Reply reply) override {
        const std::string first = request.path.empty() ? "" : request.path.front();
        if (first == "events")
            return reply({.stream = EventStream{.last_event_id = request.last_event_id}});
        if (first == "big")
            return reply({.body = std::string(8 << 20, 'x')});
        if (first == "never") {
            kept = std::move(reply);
            return;
        }
        if (first == "hold")
            hold(request);
        std::string body = request.method;
        for (const std::string& segment : request.path)
            body += " " + segment;
        reply({.content_type = "text/plain",
               .body = body + " [" + request.body + "] uid " + std::to_string(request.peer.uid)});
    }

    /// Holds the connection under the name of the second segment.
    void hold(const HttpRequest& request) {
        held = request.connection;
        held->hold(request.path.at(1), [this, name = request.path.at(1)] { gone.push_back(name); });
    }

    Reply kept;
    std::shared_ptr<ClientConnection> held;
    std::vector<std::string> gone; ///< clients that left, by the name they were held under
};

/// A server on its own thread and socket.
class Served {
  public:
    explicit Served(HttpLimits limits = {}, EventRing::Limits ring = {})
        : events_("run", ring) {
        auto socket = open_listening_socket(path());
        REQUIRE(socket);
        server_.emplace(loop_, std::move(*socket), echo_, events_, limits);
        thread_ = std::thread([this] { loop_.run(); });
    }

    ~Served() {
        on_loop([this] {
            server_->stop();
            loop_.stop();
        });
        thread_.join();
    }

    std::string path() const { return directory_ / "sock"; }

    /// Runs `task` on the loop and waits for it.
    template <class F>
    void on_loop(F task) {
        std::promise<void> done;
        loop_.post([&] {
            task();
            done.set_value();
        });
        done.get_future().wait();
    }

    void publish(const std::string& data) {
        on_loop([&] {
            events_.publish("job", data, "main");
            server_->wake_streams();
        });
    }

    std::size_t connections() {
        std::size_t count = 0;
        on_loop([&] { count = server_->connections(); });
        return count;
    }

    std::vector<std::string> gone() {
        std::vector<std::string> names;
        on_loop([&] { names = echo_.gone; });
        return names;
    }

    ClientConnection& held() { return *echo_.held; }

    void release(const std::string& name) {
        on_loop([&] { echo_.held->release(name); });
    }

    /// Ends the server; what it told its handler until then is returned.
    std::vector<std::string> stop() {
        on_loop([&] { server_->stop(); });
        return gone();
    }

  private:
    test::TempDirectory directory_;
    Loop loop_;
    EventRing events_;
    Echo echo_;
    std::optional<HttpServer> server_;
    std::thread thread_;
};

std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

} // namespace

TEST_SUITE_BEGIN("daemon/http_server");

TEST_CASE("requests on one connection are answered in turn, with the peer the kernel named") {
    Served served;
    RawClient client(served.path());
    const std::string uid = "uid " + std::to_string(::getuid());
    REQUIRE(client.send(get("/a/b") + get("/c")));
    CHECK(client.read_response().find("GET a b [] " + uid) != std::string::npos);
    CHECK(client.read_response().find("GET c [] " + uid) != std::string::npos);
    REQUIRE(client.send("POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
    const std::string posted = client.read_response();
    CHECK(posted.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(posted.find("POST d [hello]") != std::string::npos);
}

TEST_CASE("a chunked body is put together, and Connection: close is kept") {
    Served served;
    RawClient client(served.path());
    REQUIRE(client.send("POST /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
    const std::string all = client.read_all();
    CHECK(all.find("[hello]") != std::string::npos);
    CHECK(all.find("Connection: close") != std::string::npos);
}

TEST_CASE("a client that asks before it sends its body is told to go on") {
    Served served;
    RawClient client(served.path());
    REQUIRE(client.send(
        "POST /d HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    CHECK(client.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    REQUIRE(client.send("ok"));
    CHECK(client.read_response().find("[ok]") != std::string::npos);
}

TEST_CASE("hostile requests are refused with a problem document and a closed connection") {
    Served served;

    struct Row {
        std::string request;
        std::string status;
    };

    const std::string host = "Host: x\r\n";
    const std::vector<Row> rows{
        {"nonsense\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "400"},
        {"GET /%00 HTTP/1.1\r\n" + host + "\r\n", "400"},
        {"GET http://x/ HTTP/1.1\r\n" + host + "\r\n", "400"},
        {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n" + host + "A: " + std::string(9000, 'a') + "\r\n\r\n", "431"},
        {std::string(20000, 'a'), "431"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.request.substr(0, 80));
        RawClient client(served.path());
        client.send(row.request); // may be cut while it is still sent
        const std::string answer = client.read_all();
        CHECK(answer.starts_with("HTTP/1.1 " + row.status + " "));
        CHECK(answer.find("application/problem+json") != std::string::npos);
    }
    RawClient client(served.path());
    REQUIRE(client.send(get("/still")));
    CHECK(client.read_response().find("GET still") != std::string::npos);
}

TEST_CASE("a chunked body that grows beyond the limit is cut") {
    Served served;
    RawClient client(served.path());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
    for (int i = 0; i < 6; ++i)
        client.send(chunk);
    CHECK(client.read_all().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a request that does not arrive in time is answered 408, head or body missing") {
    Served served({.request = 50ms});
    for (const char* part :
         {"GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"}) {
        CAPTURE(part);
        RawClient client(served.path());
        REQUIRE(client.send(part));
        CHECK(client.read_all().starts_with("HTTP/1.1 408 "));
    }
}

TEST_CASE("an idle connection is closed without a word") {
    Served served({.idle = 50ms});
    RawClient client(served.path());
    REQUIRE(client.send(get("/a")));
    client.read_response();
    CHECK(client.read_all().empty());
}

TEST_CASE("a held connection outlives the time for idle ones, and is used again") {
    Served served({.idle = 30ms});
    RawClient held(served.path());
    REQUIRE(held.send(get("/hold/a")));
    held.read_response();
    RawClient idle(served.path()); // idle for as long, from later on
    REQUIRE(idle.send(get("/a")));
    idle.read_response();
    CHECK(idle.read_all().empty());
    REQUIRE(held.send(get("/b")));
    CHECK(held.read_response().find("GET b") != std::string::npos);
    CHECK(served.gone().empty());
    served.release("a");
    CHECK(held.read_all().empty());
    CHECK(served.gone().empty());
}

TEST_CASE("whoever holds a connection is told when its client leaves, however it leaves") {
    Served served;
    const std::vector<std::string> told{"a"};
    SUBCASE("between two requests") {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a")));
        client.read_response();
    }
    SUBCASE("while its next request is being worked on") {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a")));
        client.read_response();
        REQUIRE(client.send(get("/never")));
    }
    SUBCASE("without waiting for the response") {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a")));
        while (served.connections() == 0)
            std::this_thread::yield();
    }
    SUBCASE("in the middle of a request") {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a") + "GET /h"));
        client.read_response();
    }
    SUBCASE("with its sending half alone") {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a")));
        client.read_response();
        REQUIRE(::shutdown(client.fd(), SHUT_WR) == 0);
        CHECK(client.read_all().empty());
    }
    while (served.gone().empty())
        std::this_thread::yield();
    CHECK(served.gone() == told);
}

TEST_CASE("a connection that is closed already tells who holds it at once") {
    Served served;
    {
        RawClient client(served.path());
        REQUIRE(client.send(get("/hold/a")));
        client.read_response();
    }
    while (served.gone().empty())
        std::this_thread::yield();
    bool told = false;
    served.on_loop([&] { served.held().hold("b", [&] { told = true; }); });
    CHECK(told);
}

TEST_CASE("a server that ends does not say that its clients have left") {
    Served served;
    RawClient client(served.path());
    REQUIRE(client.send(get("/hold/a")));
    client.read_response();
    CHECK(served.stop().empty());
    CHECK(client.read_all().empty());
}

TEST_CASE("a reader that takes nothing is cut, and nobody waits for it") {
    Served served({.stall = 100ms});
    RawClient slow(served.path());
    REQUIRE(slow.send(get("/big")));
    RawClient quick(served.path());
    REQUIRE(quick.send(get("/a")));
    CHECK(quick.read_response().find("GET a") != std::string::npos);
    while (served.connections() > 1)
        std::this_thread::yield();
    CHECK(slow.read_all().size() < (8u << 20));
}

TEST_CASE("connections beyond a user's share get 503, and a share comes back") {
    Served served({.connections_of_one_user = 3});
    std::vector<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(served.path());
        REQUIRE(clients.back().send(get("/a")));
        CHECK(clients.back().read_response().starts_with("HTTP/1.1 200 "));
    }
    RawClient refused(served.path());
    const std::string answer = refused.read_all();
    CHECK(answer.starts_with("HTTP/1.1 503 "));
    CHECK(answer.find("Retry-After: ") != std::string::npos);
    CHECK(answer.find("not_enough_memory") != std::string::npos);
    clients.pop_back();
    while (served.connections() > 2)
        std::this_thread::yield();
    RawClient next(served.path());
    REQUIRE(next.send(get("/a")));
    CHECK(next.read_response().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("who is turned away hears why though he is still sending, and takes nobody's place") {
    Served served({.linger = 50ms, .connections_of_one_user = 2, .refusals = 2});
    std::vector<RawClient> clients;
    for (int i = 0; i < 2; ++i)
        clients.emplace_back(served.path());
    for (RawClient& client : clients) {
        REQUIRE(client.send(get("/a")));
        CHECK(client.read_response().starts_with("HTTP/1.1 200 "));
    }
    for (int i = 0; i < 20; ++i) { // more at once than are told
        clients.emplace_back(served.path());
        clients.back().send(get("/a"));
    }
    CHECK(clients[2].read_response().starts_with("HTTP/1.1 503 "));
    clients[2].send(get("/b")); // not before the answer was read
    CHECK(clients[2].read_all().empty());
    clients.erase(clients.begin() + 1, clients.end());
    while (served.connections() > 1)
        std::this_thread::yield();
    RawClient next(served.path());
    REQUIRE(next.send(get("/a")));
    CHECK(next.read_response().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a refusal arrives though the client goes on sending, and not for ever") {
    Served served({.linger = 50ms, .linger_bytes = 4096});
    RawClient client(served.path());
    REQUIRE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"));
    CHECK(client.read_response().starts_with("HTTP/1.1 413 "));
    bool open = true;
    for (int i = 0; i < 100 && open; ++i)
        open = client.send(std::string(65536, 'x'));
    CHECK_FALSE(open);
    RawClient silent(served.path());
    REQUIRE(silent.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"));
    while (served.connections() > 0) // it never closes its end
        std::this_thread::yield();
    CHECK(silent.read_response().starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a client that leaves before its answer costs nothing") {
    Served served;
    {
        RawClient client(served.path());
        REQUIRE(client.send(get("/never")));
        while (served.connections() == 0)
            std::this_thread::yield();
    }
    RawClient other(served.path());
    REQUIRE(other.send(get("/a")));
    CHECK(other.read_response().find("GET a") != std::string::npos);
}

TEST_CASE("a stream carries events as they are published, and resumes where a reader was") {
    Served served;
    RawClient reader(served.path());
    REQUIRE(reader.send(get("/events")));
    CHECK(reader.read_to("\r\n\r\n").find("text/event-stream") != std::string::npos);
    reader.read_to("follow\n\n");
    served.publish("{\"n\":1}");
    CHECK(reader.read_to("\n\n") == "id: run-1\nevent: job\ndata: {\"n\":1}\n\n");
    served.publish("{\"n\":2}");
    CHECK(reader.read_to("\n\n") == "id: run-2\nevent: job\ndata: {\"n\":2}\n\n");

    RawClient again(served.path());
    REQUIRE(again.send("GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: run-1\r\n\r\n"));
    again.read_to("follow\n\n");
    CHECK(again.read_to("\n\n") == "id: run-2\nevent: job\ndata: {\"n\":2}\n\n");
}

TEST_CASE("a reader with an id nobody knows is told that it lost events") {
    Served served;
    served.publish("{}");
    RawClient reader(served.path());
    REQUIRE(reader.send("GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: old-7\r\n\r\n"));
    reader.read_to("follow\n\n");
    CHECK(reader.read_to("\n\n").starts_with("id: run-1\nevent: overflow\n"));
}

TEST_CASE("a reader that does not keep up loses events and is told, and delays nobody") {
    Served served({}, {.events = 100000, .unsent_bytes = 64 * 1024});
    RawClient slow(served.path());
    REQUIRE(slow.send(get("/events")));
    slow.read_to("follow\n\n");
    const std::string data(4000, 'x');
    for (int i = 0; i < 500; ++i)
        served.publish(data);
    CHECK(slow.read_to("event: overflow").find("event: overflow") != std::string::npos);
}

TEST_CASE("an idle stream is pinged, and ends when its reader leaves") {
    Served served({.ping = 20ms});
    {
        RawClient reader(served.path());
        REQUIRE(reader.send(get("/events")));
        CHECK(reader.read_to(": ping\n\n").find(": ping\n\n") != std::string::npos);
    }
    while (served.connections() > 0)
        std::this_thread::yield();
}

TEST_CASE("a socket file nobody answers is replaced, one that is answered is not") {
    test::TempDirectory directory;
    const std::string path = directory / "sock";
    auto first = open_listening_socket(path);
    REQUIRE(first);
    const auto second = open_listening_socket(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::busy);
    first->fd.reset(); // as after a crash: the file stays
    CHECK(open_listening_socket(path));
}

TEST_CASE("a file that is no socket is never removed") {
    test::TempDirectory directory;
    const std::string path = directory / "sock";
    { const UniqueFd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)); }
    CHECK_FALSE(open_listening_socket(path));
    CHECK(::access(path.c_str(), F_OK) == 0);
}

TEST_SUITE_END();
