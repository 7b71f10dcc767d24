// SPDX-License-Identifier: Apache-2.0
// The daemon as its clients see it, with simulated libraries in its process.
#include "daemon/daemon.hpp"

#include "served_daemon.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>

using namespace changer;
using nlohmann::json;
using test::Answer;
using test::call;
using test::ServedDaemon;

namespace {

const std::string small =
    R"({"id": "main", "device": "sim:default?slots=6&drives=2&mail=1&tapes=3&instant"})";

/// A machine with one daemon.
struct Machine {
    test::TempDirectory directory;
    store::SystemFiles files;
    ServedDaemon daemon;

    explicit Machine(const std::string& libraries = small)
        : daemon(libraries, directory, files) {}
};

/// The machine's files, until the disk is full.
class FillingFiles final : public store::FileLayer {
  public:
    std::atomic<bool> full = false;

    Result<std::string> read(const std::string& path) override { return real_.read(path); }

    Result<std::vector<std::string>> list(const std::string& directory) override {
        return real_.list(directory);
    }

    Result<std::unique_ptr<store::File>> open(const std::string& path) override {
        auto file = real_.open(path);
        if (!file)
            return std::move(file).error();
        return std::unique_ptr<store::File>(new FillingFile(std::move(*file), full));
    }

    Result<void> rename(const std::string& from, const std::string& to) override {
        return real_.rename(from, to);
    }

    Result<void> remove(const std::string& path) override { return real_.remove(path); }

    Result<void> make_directory(const std::string& directory) override {
        return real_.make_directory(directory);
    }

    Result<void> sync_directory(const std::string& directory) override {
        return real_.sync_directory(directory);
    }

    Result<std::unique_ptr<store::FileLock>> lock(const std::string& path) override {
        return real_.lock(path);
    }

  private:
    class FillingFile final : public store::File {
      public:
        FillingFile(std::unique_ptr<store::File> real, const std::atomic<bool>& full_)
            : real_(std::move(real))
            , full(&full_) {}

        Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
            if (*full)
                return no_room();
            return real_->write_at(offset, bytes);
        }

        Result<void> sync() override { return real_->sync(); }

        Result<void> truncate(std::uint64_t size) override { return real_->truncate(size); }

        Result<void> allocate(std::uint64_t size) override {
            if (*full)
                return no_room();
            return real_->allocate(size);
        }

      private:
        static Error no_room() { return {Code::database_full, "no space left on device"}; }

        std::unique_ptr<store::File> real_;
        const std::atomic<bool>* full;
    };

    store::SystemFiles real_;
};

} // namespace

TEST_SUITE_BEGIN("daemon/daemon");

TEST_CASE("a library comes online and every route shows it") {
    const Machine machine;
    const ServedDaemon& daemon = machine.daemon;
    REQUIRE(daemon.wait_online("main"));
    const json library = daemon.get("/v1/libraries/main").body;
    CHECK(library["counts"]["slots"] == 6);
    CHECK(library["counts"]["slots_full"] == 3);
    CHECK(library["counts"]["drives"] == 2);
    CHECK(library["identity"]["serial"].is_string());
    CHECK(daemon.get("/v1/libraries").body["libraries"].size() == 1);
    const json elements = daemon.get("/v1/libraries/main/elements").body["elements"];
    CHECK(elements.size() == 10);
    CHECK(daemon.get("/v1/libraries/main/drives").body["drives"].size() == 2);
    const json media = daemon.get("/v1/libraries/main/media").body["media"];
    REQUIRE(media.size() == 3);
    const std::string barcode = media[0]["barcode"].get<std::string>();
    CHECK(daemon.get("/v1/libraries/main/media/" + barcode).body["id"] == media[0]["id"]);
    CHECK(daemon.get("/v1/libraries/main/media/" + media[0]["id"].get<std::string>()).status ==
          200);
    CHECK(daemon.get("/v1/libraries/main/door").body["library"] == "main");
    CHECK(daemon.get("/v1/libraries/main/diff").body["diff"].is_array());
    CHECK(daemon.get("/v1/jobs").status == 200);
    CHECK(daemon.get("/v1/operator-requests").status == 200);
    CHECK(daemon.get("/v1/health").body["status"] == "ok");
    CHECK(daemon.get("/v1/openapi.json").body["openapi"] == "3.1.0");
}

TEST_CASE("what does not exist is not found, and a method a path has not is named") {
    const Machine machine;
    for (const char* path : {"/v1/libraries/nosuch",
                             "/v1/libraries/nosuch/elements",
                             "/v1/libraries/main/media/NOSUCH",
                             "/v1/jobs/main-99",
                             "/v1/jobs/nosuch-1",
                             "/v1/jobs/x",
                             "/v1/operator-requests/main-r9",
                             "/v1/libraries/",
                             "/v2/jobs",
                             "/"}) {
        CAPTURE(path);
        const Answer answer = machine.daemon.get(path);
        CHECK(answer.status == 404);
        CHECK(answer.body["code"] == "not_found");
    }
    const Answer answer = call(machine.daemon.socket(), "PUT", "/v1/jobs/main-1");
    CHECK(answer.status == 405);
    CHECK(answer.header("Allow") == "GET, DELETE, PATCH");
}

TEST_CASE("what is asked for with a look at the library is answered after it, by many at once") {
    const Machine machine;
    const ServedDaemon& daemon = machine.daemon;
    REQUIRE(daemon.wait_online("main"));
    for (const std::string path : {"", "/elements", "/drives"}) {
        CAPTURE(path);
        CHECK(daemon.get("/v1/libraries/main" + path + "?revalidate=true").status == 200);
        CHECK(daemon.get("/v1/libraries/main" + path + "?revalidate=false").status == 200);
        CHECK(daemon.get("/v1/libraries/main" + path + "?revalidate=1").status == 400);
    }
    std::vector<test::RawClient> readers;
    for (int i = 0; i < 20; ++i) {
        readers.emplace_back(daemon.socket());
        readers.back().send(
            "GET /v1/libraries/main/elements?revalidate=true HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (test::RawClient& reader : readers)
        CHECK(reader.read_response().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a submission that is wrong is refused with a reason, and nothing is queued") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    for (const char* body : {"",
                             "{",
                             "[]",
                             "{}",
                             R"({"operation": "dance"})",
                             R"({"operation": "door", "inventory": "slot"})",
                             R"({"operation": "door", "inventory": "stop"})",
                             R"({"operation": "door", "inventory": 1})",
                             R"({"operation": "door", "unknown": 1})",
                             R"({"operation": "door", "max_open_seconds": 65536})",
                             R"({"operation": "door", "operation": "door"})",
                             R"({"operation": "load"})"}) {
        CAPTURE(body);
        const Answer answer = machine.daemon.post("/v1/libraries/main/jobs", body);
        CHECK(answer.status == 400);
        CHECK(answer.body["code"] == "invalid_parameter");
    }
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    CHECK(machine.daemon.post("/v1/libraries/main/jobs", deep).status == 400);
    CHECK(call(machine.daemon.socket(),
               "POST",
               "/v1/libraries/main/jobs",
               R"({"operation": "door"})",
               "Content-Type: application/x-www-form-urlencoded\r\n")
              .status == 400);
    CHECK(machine.daemon.get("/v1/jobs").body["jobs"].empty());
}

TEST_CASE("an inventory is queued, answered with its place, and passes") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    const Answer answer =
        machine.daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
    REQUIRE(answer.status == 202);
    const std::string id = answer.body["id"].get<std::string>();
    CHECK(id == "main-1");
    CHECK(answer.header("Location") == "/v1/jobs/main-1");
    const json job = machine.daemon.wait_job(id);
    CHECK(job["state"] == "passed");
    CHECK(machine.daemon.get("/v1/libraries/main/diff").body["job"] == id);
    CHECK(machine.daemon.get("/v1/jobs?state=finished").body["jobs"].size() == 1);
    CHECK(machine.daemon.get("/v1/jobs?state=active").body["jobs"].empty());
    CHECK(machine.daemon.get("/v1/jobs?library=other").body["jobs"].empty());
    CHECK(machine.daemon.get("/v1/jobs?state=what").status == 400);
    CHECK(call(machine.daemon.socket(), "DELETE", "/v1/jobs/" + id).status == 200);
}

TEST_CASE("the same key gives the same job, with another request it is refused") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    const auto post = [&](const std::string& body, const std::string& key) {
        return call(machine.daemon.socket(),
                    "POST",
                    "/v1/libraries/main/jobs",
                    body,
                    "Content-Type: application/json\r\nIdempotency-Key: " + key + "\r\n");
    };
    const std::string body = R"({"operation": "inventory", "inventory": "fast"})";
    const Answer first = post(body, "a");
    REQUIRE(first.status == 202);
    CHECK(post(R"({"inventory":"fast","operation":"inventory"})", "a").body["id"] ==
          first.body["id"]);
    CHECK(post(R"({"operation": "door"})", "a").status == 422);
    CHECK(post(body, "b").body["id"] != first.body["id"]);
    CHECK(post(body, "two words").status == 400);
}

TEST_CASE("a cartridge is loaded and unloaded, and the map follows") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    const auto run = [&](const std::string& body) {
        const Answer answer = machine.daemon.post("/v1/libraries/main/jobs", body);
        REQUIRE(answer.status == 202);
        return machine.daemon.wait_job(answer.body["id"].get<std::string>());
    };
    CHECK(run(R"({"operation": "load", "source": "slot:1", "destination": "drive:1"})")["state"] ==
          "passed");
    CHECK(machine.daemon.get("/v1/libraries/main/drives").body["drives"][0]["full"] == true);
    CHECK(run(R"({"operation": "unload", "source": "drive:1"})")["state"] == "passed");
    CHECK(machine.daemon.get("/v1/libraries/main/drives").body["drives"][0]["full"] == false);
}

TEST_CASE("a job that lives with its connection ends with it, others with nobody's") {
    const Machine machine;
    const ServedDaemon& daemon = machine.daemon;
    REQUIRE(daemon.wait_online("main"));
    const auto body = [](const std::string& slot) {
        return R"({"operation": "load", "while_connected": true, "source": ")" + slot +
               R"(", "not_before": "2099-01-01T00:00:00Z"})";
    };
    const auto post = [&](test::RawClient& client,
                          const std::string& text,
                          const std::string& more) {
        client.send(fmt::format("POST /v1/libraries/main/jobs HTTP/1.1\r\nHost: x\r\n{}"
                                "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                                more,
                                text.size(),
                                text));
        return client.read_response();
    };
    const auto state = [&](const std::string& id) {
        return daemon.get("/v1/jobs/" + id).body["state"];
    };
    test::RawClient stays(daemon.socket());
    REQUIRE(post(stays, body("slot:1"), "").starts_with("HTTP/1.1 202"));
    {
        test::RawClient leaves(daemon.socket());
        REQUIRE(post(leaves, body("slot:2"), "").find("main-2") != std::string::npos);
        leaves.send("GET /v1/jobs/main-2 HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK(leaves.read_response().find(R"("state":"queued")") != std::string::npos);
    }
    const json job = daemon.wait_job("main-2");
    CHECK(job["state"] == "cancelled");
    CHECK(job["arguments"]["while_connected"] == true);
    CHECK(state("main-1") == "queued");
    const std::string closes = post(stays, body("slot:3"), "Connection: close\r\n");
    CHECK(closes.starts_with("HTTP/1.1 400"));
    CHECK(closes.find("Connection: close") != std::string::npos);
    CHECK(daemon.wait_job("main-1")["state"] == "cancelled"); // that was its connection's end
    CHECK(daemon.get("/v1/jobs").body["jobs"].size() == 2);
}

TEST_CASE("a job submitted on two connections under one key ends with the last of them") {
    const Machine machine;
    const ServedDaemon& daemon = machine.daemon;
    REQUIRE(daemon.wait_online("main"));
    const std::string body = R"({"operation": "load", "while_connected": true,
                                 "source": "slot:1", "not_before": "2099-01-01T00:00:00Z"})";
    const auto post = [&](test::RawClient& client) {
        client.send(fmt::format("POST /v1/libraries/main/jobs HTTP/1.1\r\nHost: x\r\n"
                                "Idempotency-Key: k\r\nContent-Type: application/json\r\n"
                                "Content-Length: {}\r\n\r\n{}",
                                body.size(),
                                body));
        return client.read_response();
    };
    {
        test::RawClient second(daemon.socket());
        {
            test::RawClient first(daemon.socket());
            REQUIRE(post(first).find("main-1") != std::string::npos);
            REQUIRE(post(second).find("main-1") != std::string::npos);
        }
        const Answer other =
            daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
        daemon.wait_job(
            other.body["id"].get<std::string>()); // whatever the first end began is over
        CHECK(daemon.get("/v1/jobs/main-1").body["state"] == "queued");
    }
    CHECK(daemon.wait_job("main-1")["state"] == "cancelled");
}

TEST_CASE("a door job unlocks, is told to readers as it goes, and ends when it is cancelled") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    const Answer answer = machine.daemon.post("/v1/libraries/main/jobs",
                                              R"({"operation": "door", "inventory": "fast"})");
    REQUIRE(answer.status == 202);
    const std::string id = answer.body["id"].get<std::string>();
    REQUIRE(machine.daemon.wait_until(
        [&] { return machine.daemon.get("/v1/jobs/" + id).body["phase"] == "unlocked"; }));
    const json door = machine.daemon.get("/v1/libraries/main/door").body;
    CHECK(door["lock"] == "unlocked");
    CHECK(door["job"] == id);
    const Answer behind = machine.daemon.post(
        "/v1/libraries/main/jobs",
        R"({"operation": "load", "source": "slot:1", "while_connected": true})");
    CHECK(behind.status == 409);
    CHECK(behind.body["code"] == "door_open");
    CHECK(behind.body["detail"].get<std::string>().find(id) != std::string::npos);
    CHECK(call(machine.daemon.socket(), "DELETE", "/v1/jobs/" + id).status == 202);
    const json job = machine.daemon.wait_job(id);
    CHECK(job["state"] == "cancelled");
    CHECK(job["error"]["code"] == "cancelled");
    CHECK(machine.daemon.get("/v1/libraries/main/door").body["job"].is_null());
}

TEST_CASE("partitions of one library are a cabinet: a request for its door is a job of each") {
    const Machine machine(
        R"({"id": "a", "device": "sim:default?slots=4&drives=1&tapes=2&serial=SIM1_LL1&instant"},
           {"id": "b", "device": "sim:default?slots=4&drives=1&tapes=2&serial=SIM1_LL2&instant"},
           {"id": "c", "device": "sim:default?slots=4&drives=1&tapes=2&serial=SIM2_LL1&instant"})");
    for (const char* library : {"a", "b", "c"})
        REQUIRE(machine.daemon.wait_online(library));
    REQUIRE(machine.daemon.wait_until(
        [&] { return machine.daemon.get("/v1/libraries/b/door").body["cabinet"].is_object(); }));
    const json cabinet = machine.daemon.get("/v1/libraries/a").body["cabinet"];
    CHECK(cabinet["id"] == "changer-sim1");
    CHECK(cabinet["members"] == json{"a", "b"});
    CHECK(machine.daemon.get("/v1/libraries/c").body["cabinet"].is_null());
    const Answer answer = machine.daemon.post("/v1/libraries/b/jobs", R"({"operation": "door"})");
    REQUIRE(answer.status == 202);
    const std::string id = answer.body["id"].get<std::string>();
    CHECK(answer.body["part_of"].is_null());
    REQUIRE(machine.daemon.wait_until(
        [&] { return machine.daemon.get("/v1/jobs/" + id).body["phase"] == "unlocked"; }));
    const json companions = machine.daemon.get("/v1/jobs?library=a").body["jobs"];
    REQUIRE(companions.size() == 1);
    CHECK(companions[0]["part_of"] == id);
    const std::string companion = companions[0]["id"].get<std::string>();
    const Answer refused = call(machine.daemon.socket(), "DELETE", "/v1/jobs/" + companion);
    CHECK(refused.status == 409);
    CHECK(refused.body["detail"].get<std::string>().find("cancel " + id) != std::string::npos);
    CHECK(call(machine.daemon.socket(), "DELETE", "/v1/jobs/" + id).status == 202);
    const json job = machine.daemon.wait_job(id);
    CHECK(job["state"] == "cancelled");
    CHECK(job["result"]["members"].size() == 2);
    CHECK(machine.daemon.wait_job(companion)["state"] == "cancelled");
    CHECK(machine.daemon.get("/v1/jobs?library=c").body["jobs"].empty());
}

TEST_CASE("a library that cannot lock asks the operator, and its request is answered once") {
    const Machine machine(R"({"id": "main", "device": "sim:cannot-lock?slots=4&tapes=2&instant"})");
    REQUIRE(machine.daemon.wait_online("main"));
    const Answer answer =
        machine.daemon.post("/v1/libraries/main/jobs", R"({"operation": "door"})");
    REQUIRE(answer.status == 202);
    json requests;
    REQUIRE(machine.daemon.wait_until([&] {
        requests = machine.daemon.get("/v1/operator-requests").body["operator_requests"];
        return !requests.empty();
    }));
    const std::string path = "/v1/operator-requests/" + requests[0]["id"].get<std::string>();
    CHECK(requests[0]["job"] == answer.body["id"]);
    CHECK(machine.daemon.get(path).body["state"] == "pending");
    CHECK(machine.daemon.post(path, R"({"answer": "maybe"})").status == 400);
    CHECK(machine.daemon.post(path, R"({"answer": "complete"})").body["state"] == "completed");
    CHECK(machine.daemon.post(path, R"({"answer": "refuse"})").body["state"] == "completed");
    const json job = machine.daemon.wait_job(answer.body["id"].get<std::string>());
    CHECK(job["state"] == "passed");
}

TEST_CASE("what was known and done is there after a restart, and ids go on") {
    const test::TempDirectory directory;
    store::SystemFiles files;
    {
        const ServedDaemon daemon(small, directory, files);
        REQUIRE(daemon.wait_online("main"));
        const Answer answer =
            daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
        REQUIRE(answer.status == 202);
        daemon.wait_job("main-1");
    }
    const ServedDaemon daemon(small, directory, files);
    CHECK(daemon.get("/v1/jobs/main-1").body["state"] == "passed");
    CHECK(daemon.get("/v1/libraries/main/media").body["media"].size() == 3);
    REQUIRE(daemon.wait_online("main"));
    const Answer answer = daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
    CHECK(answer.body["id"] == "main-2");
    daemon.wait_job("main-2");
}

TEST_CASE("a device that is not there is said to be offline, and holds up no other") {
    const Machine machine(small +
                          R"(, {"id": "gone", "device": "/dev/changerd-test-no-such-device"})");
    REQUIRE(machine.daemon.wait_online("main"));
    REQUIRE(machine.daemon.wait_until(
        [&] { return machine.daemon.get("/v1/libraries/gone").body["state"] == "offline"; }));
    CHECK(machine.daemon.get("/v1/libraries/gone").body["detail"].is_string());
    const Answer answer =
        machine.daemon.post("/v1/libraries/gone/jobs", R"({"operation": "door"})");
    CHECK(answer.status == 409);
    CHECK(answer.body["code"] == "library_offline");
    CHECK(machine.daemon.get("/v1/health").body["status"] == "degraded");
    CHECK(machine.daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})").status ==
          202);
}

TEST_CASE("a full disk refuses new jobs and ends nothing else") {
    const test::TempDirectory directory;
    FillingFiles files;
    const ServedDaemon daemon(small, directory, files);
    REQUIRE(daemon.wait_online("main"));
    files.full = true;
    const Answer refused = daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
    CHECK(refused.status == 507);
    CHECK(refused.body["code"] == "database_full");
    CHECK(daemon.get("/v1/libraries/main/elements").status == 200);
    CHECK(daemon.get("/v1/jobs").body["jobs"].empty());
    files.full = false;
    REQUIRE(daemon.wait_until(
        [&] { return daemon.get("/v1/health").body["libraries"][0]["store"] == "ok"; }));
    const Answer again = daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
    REQUIRE(again.status == 202);
    CHECK(daemon.wait_job(again.body["id"].get<std::string>())["state"] == "passed");
}

TEST_CASE("a state directory that another daemon has, or that is none, is told apart") {
    const Machine machine;
    store::SystemFiles files;
    SystemClock clock;
    daemon::Config config;
    config.discover = false;
    config.socket = machine.directory / "other";
    config.state_directory = machine.directory / "state";
    const auto second = daemon::Daemon::create({.config = config}, files, clock);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::busy);
    config.state_directory = machine.directory / "sock"; // not a directory
    const auto third = daemon::Daemon::create({.config = config}, files, clock);
    REQUIRE_FALSE(third);
    CHECK(third.error().code == Code::database_failure);
    CHECK(third.error().what.find(config.state_directory) != std::string::npos);
}

TEST_CASE("a daemon does not start with quirks that nobody can read") {
    const test::TempDirectory directory;
    std::ofstream(directory / "a.json") << "{}";
    store::SystemFiles files;
    SystemClock clock;
    daemon::Config config;
    config.discover = false;
    config.socket = directory / "sock";
    config.state_directory = directory / "state";
    config.quirks_directory = directory.path();
    const auto daemon = daemon::Daemon::create({.config = config}, files, clock);
    REQUIRE_FALSE(daemon);
    CHECK(daemon.error().code == Code::malformed_document);
    CHECK(daemon.error().what.find("a.json") != std::string::npos);
}

TEST_CASE("events name the job, and come after the job can be read") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    test::RawClient stream(machine.daemon.socket());
    stream.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.read_to("follow\n\n");
    const Answer answer =
        machine.daemon.post("/v1/libraries/main/jobs", R"({"operation": "inventory"})");
    stream.read_to("event: job\n");
    CHECK(stream.read_to("\n\n").find(R"("job":")" + answer.body["id"].get<std::string>()) !=
          std::string::npos);
}

TEST_CASE("verification reads the elements, finds the map true, and records nothing") {
    const Machine machine;
    REQUIRE(machine.daemon.wait_online("main"));
    const auto generation = machine.daemon.get("/v1/libraries/main").body["generation"];
    const Answer answer = machine.daemon.get("/v1/libraries/main/verification");
    CHECK(answer.status == 200);
    CHECK(answer.body["elements"] == 10);
    CHECK(answer.body["differences"] == json::array());
    CHECK(machine.daemon.get("/v1/libraries/main").body["generation"] == generation);
    CHECK(machine.daemon.get("/v1/libraries/other/verification").status == 404);
}

TEST_CASE("a library whose device cannot be opened is not verified, and says why") {
    const Machine machine(R"({"id": "main", "device": "/nonexistent/changer"})");
    const auto offline = [&] {
        return machine.daemon.get("/v1/libraries/main").body["state"] == "offline";
    };
    REQUIRE(machine.daemon.wait_until(offline));
    const Answer answer = machine.daemon.get("/v1/libraries/main/verification");
    CHECK(answer.status == 409);
    CHECK(answer.body["code"] == "library_offline");
}

TEST_SUITE_END();
