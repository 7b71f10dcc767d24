// SPDX-License-Identifier: Apache-2.0
#include "client/scripted_server.hpp"
#include "mtx_fixture.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>

using namespace changer;
using namespace changer::test;
using nlohmann::json;

TEST_SUITE_BEGIN("tools/mtx/owned");

namespace {

constexpr std::string_view device = "iscsi://127.0.0.1/iqn.2026-01.x:y/0";

json element(const char* type, unsigned address, unsigned number, json barcode, json source) {
    return {{"address", address},
            {"type", type},
            {"number", number},
            {"full", !barcode.is_null()},
            {"accessible", true},
            {"barcode", std::move(barcode)},
            {"media", nullptr},
            {"source", std::move(source)},
            {"exception", nullptr},
            {"provenance", {{"kind", "observed"}, {"at", nullptr}, {"by", nullptr}}}};
}

/// A daemon that owns the device, or not, and runs jobs as a test says.
class OwningDaemon {
  public:
    OwningDaemon()
        : server([this](const std::string& request) { return answer(request); }) {}

    json ownership{{"schema", "changer.ownership/1"}, {"owned", true}, {"library", "main"}};
    std::string ownership_status = "200 OK";
    std::string library_state = "online";
    json elements = json::array({element("transport", 1, 1, nullptr, nullptr),
                                 element("storage", 1024, 1, "VT0001L8", nullptr),
                                 element("storage", 1025, 2, nullptr, nullptr),
                                 element("import_export", 16, 1, nullptr, nullptr),
                                 element("data_transfer", 256, 1, nullptr, nullptr),
                                 element("data_transfer", 257, 2, "VT0002L8", 1025)});
    json door_job = nullptr; ///< id of the door's job
    std::string door_phase;  ///< and its phase
    std::string job_state = "passed";
    json job_error = nullptr;
    std::string state_when_cancelled = "cancelled";
    std::atomic<bool> cancelled = false;
    std::function<void()> on_submission = [] {};
    bool holds_jobs = false; ///< knows `while_connected`
    json refusal = nullptr;  ///< of submissions
    ScriptedServer server;   // the last: its thread uses all of the above

    /// The bodies of the jobs submitted; those that asked for what this daemon does not know are
    /// left out.
    std::vector<json> jobs() const {
        std::vector<json> bodies;
        for (const std::string& request : server.requests()) {
            if (!request.starts_with("POST "))
                continue;
            auto body = json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
            if (holds_jobs || !body.contains("while_connected"))
                bodies.push_back(std::move(body));
        }
        return bodies;
    }

    bool asked(std::string_view line) const {
        const auto requests = server.requests();
        return std::any_of(requests.begin(), requests.end(), [&](const std::string& request) {
            return request.starts_with(line);
        });
    }

  private:
    json job() {
        return {{"schema", "changer.job/1"},
                {"id", "main-7"},
                {"state", cancelled ? state_when_cancelled : job_state},
                {"phase", nullptr},
                {"error", job_error}};
    }

    ScriptedServer::Reply answer(const std::string& request) {
        const std::string line = request.substr(0, request.find(" HTTP/1.1"));
        if (line.starts_with("GET /v1/libraries?device_serial="))
            return {json_answer(ownership.dump(), ownership_status)};
        if (line == "GET /v1/libraries/main")
            return {json_answer(json{
                {"id", "main"},
                {"state", library_state},
                {"detail", "the cable is out"},
                {"identity",
                 {{"vendor", "ACME"}, {"product", "ROBOT 9"}, {"revision", "01"}, {"serial", "S"}}}}
                                    .dump())};
        if (line == "GET /v1/libraries/main/elements?revalidate=true")
            return {json_answer(json{{"elements", elements}}.dump())};
        if (line == "GET /v1/libraries/main/door")
            return {json_answer(json{{"job", door_job}}.dump())};
        if (line == "GET /v1/jobs/main-3")
            return {json_answer(json{{"id", "main-3"}, {"phase", door_phase}}.dump())};
        if (line == "POST /v1/libraries/main/jobs") {
            const auto body = json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
            if (body.contains("while_connected") && !holds_jobs)
                return {problem_answer("400 Bad Request",
                                       "invalid_parameter",
                                       "there is no parameter 'while_connected'")};
            if (refusal.is_object())
                return {problem_answer("409 Conflict",
                                       refusal["code"].get<std::string>(),
                                       refusal["detail"].get<std::string>())};
            on_submission();
            return {json_answer(job().dump(), "202 Accepted"), holds_jobs};
        }
        if (line == "DELETE /v1/jobs/main-7") {
            cancelled = true;
            return {json_answer(job().dump(), "202 Accepted")};
        }
        if (line == "GET /v1/jobs/main-7")
            return {json_answer(job().dump())};
        return {problem_answer("404 Not Found", "not_found", "there is no such thing")};
    }
};

/// mtx beside a daemon.
struct Owned {
    OwningDaemon daemon;
    MtxBench bench;

    Owned() {
        bench.environment.daemon_socket = daemon.server.path();
        bench.environment.clock = nullptr; // the daemon's answers take real time
    }

    MtxRan run(std::vector<std::string> words) {
        words.insert(words.begin(), {"-f", std::string(device)});
        return bench.run_raw(words);
    }
};

} // namespace

TEST_CASE(
    "status shows the daemon's elements, tags padded as changers pad them, and opens nothing") {
    Owned it;
    const MtxRan ran = it.run({"status"});
    CHECK(ran.err.empty());
    CHECK(ran.exit == 0);
    CHECK(ran.out ==
          "  Storage Changer " + std::string(device) +
              ":2 Drives, 3 Slots ( 1 Import/Export )\n"
              "Data Transfer Element 0:Empty\n"
              "Data Transfer Element 1:Full (Storage Element 2 Loaded)"
              ":VolumeTag = VT0002L8                        \n"
              "      Storage Element 1:Full :VolumeTag=VT0001L8                        \n"
              "      Storage Element 2:Empty\n"
              "      Storage Element 3 IMPORT/EXPORT:Empty\n");
    CHECK(it.bench.opened.empty());
    CHECK(it.daemon.asked(
        "GET /v1/libraries?device_serial=iscsi%3A%2F%2F127.0.0.1%2Fiqn.2026-01.x%3Ay%2F0 "));
}

TEST_CASE("moves are jobs of the daemon, and say what mtx says") {
    Owned it;
    CHECK(it.run({"load", "1"}).out ==
          "Loading media from Storage Element 1 into drive 0...done\n");
    CHECK(it.run({"unload", "2", "1"}).out == "Unloading drive 1 into Storage Element 2...done\n");
    CHECK(it.run({"transfer", "1", "3"}).out.empty());
    CHECK(it.run({"inventory"}).exit == 0);
    CHECK(it.daemon.jobs() ==
          std::vector<json>{{{"operation", "load"}, {"source", "@1024"}, {"destination", "@256"}},
                            {{"operation", "unload"}, {"source", "@257"}, {"destination", "@1025"}},
                            {{"operation", "move"}, {"source", "@1024"}, {"destination", "@16"}},
                            {{"operation", "inventory"}, {"inventory", "fast"}}});
    CHECK(it.bench.opened.empty());
}

TEST_CASE("several words on one line see what the ones before have moved") {
    Owned it;
    const MtxRan ran = it.run({"load", "1", "status", "unload"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.out,
              "Data Transfer Element 0:Full (Storage Element 1 Loaded):VolumeTag = VT0001L8"));
    CHECK(has(ran.out, "Unloading drive 0 into Storage Element 1...done\n"));
}

TEST_CASE("inquiry comes from the daemon as well") {
    Owned it;
    CHECK(it.run({"inquiry"}).out == "Product Type: Medium Changer\n"
                                     "Vendor ID: 'ACME    '\n"
                                     "Product ID: 'ROBOT 9         '\n"
                                     "Revision: '01  '\n"
                                     "Attached Changer API: No\n");
    CHECK(it.bench.opened.empty());
    const MtxRan info = it.bench.loaderinfo({"-f", std::string(device)});
    CHECK(info.exit == 1);
    CHECK(has(info.err, "belongs to changerd (library main)"));
    CHECK(it.bench.opened.empty());
}

TEST_CASE("what the elements forbid is refused without a job") {
    Owned it;
    CHECK(it.run({"load", "1", "1"}).err == "Drive 1 Full (Storage Element 2 loaded)\n");
    CHECK(it.run({"load", "9"}).err ==
          "Invalid <storage-element-number> argument '9' to 'load' command\n");
    CHECK(it.run({"unload", "1", "1"}).err == "Storage Element 1 is Already Full\n");
    CHECK(it.run({"unload"}).err == "Data Transfer Element 0 is Empty\n");
    CHECK(it.daemon.jobs().empty());
}

TEST_CASE("what the daemon has no job for is refused, never done behind its back") {
    Owned it;
    for (const auto& words : {std::vector<std::string>{"eject"},
                              std::vector<std::string>{"invert", "load", "1"},
                              std::vector<std::string>{"eepos", "1", "transfer", "1", "2"}}) {
        CAPTURE(words);
        const MtxRan ran = it.run(words);
        CHECK(ran.exit == 1);
        CHECK(has(ran.err, "belongs to changerd"));
        CHECK(it.daemon.jobs().empty());
        CHECK(it.bench.opened.empty());
    }
}

TEST_CASE("exchange and position are asked for as jobs, and refused where the daemon has none") {
    Owned it;
    CHECK(it.run({"exchange", "1", "2", "3"}).exit == 0);
    CHECK(it.run({"exchange", "1", "2"}).exit == 0);
    CHECK(it.run({"position", "3"}).exit == 0);
    CHECK(it.daemon.jobs() ==
          std::vector<json>{
              {{"operation", "exchange"},
               {"source", "@1024"},
               {"destination", "@1025"},
               {"second_destination", "@16"}},
              {{"operation", "exchange"}, {"source", "@1024"}, {"destination", "@1025"}},
              {{"operation", "position"}, {"destination", "@16"}}});
    it.daemon.refusal = {{"code", "invalid_parameter"}, {"detail", "there is no operation"}};
    const MtxRan ran = it.run({"position", "3"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.err, "there is no operation"));
    CHECK(it.bench.opened.empty());
}

TEST_CASE("a job lives with the connection, where the daemon knows of that") {
    Owned it;
    it.daemon.holds_jobs = true;
    CHECK(it.run({"load", "1"}).exit == 0);
    CHECK(it.daemon.jobs() == std::vector<json>{{{"operation", "load"},
                                                 {"source", "@1024"},
                                                 {"destination", "@256"},
                                                 {"while_connected", true}}});
    it.daemon.refusal = {{"code", "door_open"}, {"detail", "main-3 has the door"}};
    const MtxRan ran = it.run({"load", "1"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.err, "main-3 has the door"));
}

TEST_CASE("a failed job is said in mtx's words, or in the daemon's") {
    Owned it;
    it.daemon.job_state = "failed";
    it.daemon.job_error = {{"code", "device_refused"},
                           {"message", "medium destination element full"},
                           {"sense",
                            {{"key", 5},
                             {"asc", 0x3B},
                             {"ascq", 0x0D},
                             {"raw",
                              "70000500000000"
                              "0a000000003b0d00000000"}}}};
    CHECK(it.run({"load", "1"}).err == "Destination Element Address 256 is Already Full\n");
    it.daemon.job_error = {
        {"code", "move_unknown"}, {"message", "nobody knows"}, {"sense", nullptr}};
    const MtxRan ran = it.run({"load", "1"});
    CHECK(ran.exit == 1);
    CHECK(ran.out == "Loading media from Storage Element 1 into drive 0...");
    CHECK(has(ran.err, "mtx: job main-7 failed: nobody knows\n"));
    CHECK(has(ran.err, "MOVE MEDIUM from Element Address 1024 to 256 Failed\n"));
}

TEST_CASE("a job that takes longer than MTX_WAIT is cancelled") {
    Owned it;
    it.bench.environment.variables["MTX_WAIT"] = "0";
    it.daemon.job_state = "running";
    SUBCASE("before its MOVE") {
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 1);
        CHECK(has(ran.err, "not done within 0 s: job main-7 cancelled\n"));
        CHECK(it.daemon.asked("DELETE /v1/jobs/main-7 "));
    }
    SUBCASE("and done all the same: then it is done") {
        it.daemon.state_when_cancelled = "passed";
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 0);
        CHECK(has(ran.out, "...done\n"));
    }
}

TEST_CASE("whoever wants an end has the job cancelled") {
    Owned it;
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    it.daemon.job_state = "running";
    it.daemon.on_submission = [&] { CHECK(::write(ends[1], "x", 1) == 1); };
    it.bench.environment.interrupt_fd = ends[0];
    const MtxRan ran = it.run({"load", "1"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.err, "interrupted: job main-7 cancelled\n"));
    CHECK(it.daemon.asked("DELETE /v1/jobs/main-7 "));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("while someone has the door, moves fail at once and name the job") {
    Owned it;
    it.daemon.door_job = "main-3";
    for (const std::string phase : {"unlocked", "open", "settling"}) {
        CAPTURE(phase);
        it.daemon.door_phase = phase;
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 1);
        CHECK(has(ran.err, "job main-3 has the door of library main (" + phase + ")"));
        CHECK(it.daemon.jobs().empty());
        CHECK(it.run({"status"}).exit == 0);
    }
    it.daemon.door_phase = "scanning";
    CHECK(it.run({"load", "1"}).exit == 0);
}

TEST_CASE("a library that is offline says why") {
    Owned it;
    it.daemon.library_state = "offline";
    for (const std::string word : {"status", "unload", "inquiry"}) {
        CAPTURE(word);
        const MtxRan ran = it.run({word});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "library main is offline: the cable is out"));
    }
}

TEST_CASE("a device nobody owns is mtx's own") {
    Owned it;
    it.daemon.ownership = {{"owned", false}, {"library", nullptr}};
    it.bench.environment.clock = &it.bench.clock;
    CHECK(it.run({"status"}).exit == 0);
    CHECK(it.bench.opened == std::vector{std::string(device)});
    CHECK_FALSE(it.bench.commands.empty());
}

TEST_CASE("a daemon that does not answer as it should keeps everything from being sent") {
    Owned it;
    std::string said;
    SUBCASE("the caller may not use the library") {
        it.daemon.ownership["library"] = nullptr;
        said = "you may not use it";
    }
    SUBCASE("403") {
        it.daemon.ownership_status = "403 Forbidden";
        said = "is the changer changerd's?";
    }
    SUBCASE("something else than the document") {
        it.daemon.ownership = {{"hello", "world"}};
        said = "its answer does not tell";
    }
    SUBCASE("not even that") {
        it.daemon.ownership = {{"owned", "yes"}};
        said = "its answer does not tell";
    }
    for (const std::string word : {"status", "inquiry", "inventory"}) {
        CAPTURE(word);
        const MtxRan ran = it.run({word});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK_MESSAGE(has(ran.err, said), ran.err);
        CHECK(has(ran.err, "nothing was sent to "));
        CHECK(it.bench.opened.empty());
    }
}

TEST_CASE("a daemon that says nothing is given up, and nothing is sent") {
    MtxBench bench;
    ScriptedServer silent([](const std::string&) { return ScriptedServer::Reply{"", true}; });
    ScriptedServer garbage([](const std::string&) {
        return ScriptedServer::Reply{"\x16\x03\x01 hello\r\n\r\n", false};
    });
    bench.environment.patience = std::chrono::milliseconds{50};
    for (const std::string& socket : {silent.path(), garbage.path()}) {
        bench.environment.daemon_socket = socket;
        const MtxRan ran = bench.run_raw({"-f", std::string(device), "status"});
        CHECK(ran.exit == 1);
        CHECK(has(ran.err, "nothing was sent to "));
        CHECK(bench.opened.empty());
    }
}

TEST_CASE("an element nobody has looked at is not shown as empty") {
    Owned it;
    it.daemon.elements[2]["full"] = nullptr;
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 1);
    CHECK(ran.out.empty());
    CHECK(has(ran.err, "does not know yet what is in element 1025"));
    // A slot whose magazine is out is empty to mtx.
    it.daemon.elements[2]["exception"] = {{"asc", 0}, {"ascq", 0}, {"text", "not present"}};
    CHECK(has(it.run({"status"}).out, "Storage Element 2:Empty\n"));
}

TEST_CASE("whatever the daemon sends for elements, it is shown or refused") {
    const std::vector<json> hostile{nullptr,
                                    "x",
                                    json::object(),
                                    json::array({nullptr}),
                                    json::array({{{"type", "storage"}}}),
                                    json::array({{{"type", "storage"}, {"address", -1}}}),
                                    json::array({{{"type", "storage"}, {"address", 65536}}}),
                                    json::array({{{"type", "?"}, {"address", 1}}})};
    for (const json& elements : hostile) {
        CAPTURE(elements.dump());
        Owned it;
        it.daemon.elements = elements;
        const MtxRan ran = it.run({"status"});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK_FALSE(ran.err.empty());
    }
    Owned it;
    it.daemon.elements[1]["barcode"] = "A\nB\x01";
    CHECK(has(it.run({"status"}).out, ":VolumeTag=A                               \n"));
}

TEST_CASE("the serial number of a device of this machine is read from sysfs, without a command") {
    Owned it;
    // The null device stands in for a node: it is there on every machine, and has a number.
    const std::string page = std::string("\x08\x80\x00\x0a", 4) + "SERIAL0042";
    it.bench.directory.write("sys/dev/char/1:3/device/vpd_pg80", page);
    const MtxRan ran = it.bench.run_raw({"-f", "/dev/null", "status"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.out, "Storage Changer /dev/null:2 Drives"));
    CHECK(it.daemon.asked("GET /v1/libraries?device_serial=SERIAL0042 "));
    CHECK(it.bench.opened.empty());
    // Half a serial number would name another device: then the device is asked for by its name.
    for (std::size_t length = 0; length < page.size(); ++length) {
        it.bench.directory.write("sys/dev/char/1:3/device/vpd_pg80", page.substr(0, length));
        it.bench.run_raw({"-f", "/dev/null", "status"});
    }
    CHECK(it.daemon.asked("GET /v1/libraries?device_serial=%2Fdev%2Fnull "));
    CHECK_FALSE(it.daemon.asked("GET /v1/libraries?device_serial=SERIAL "));
}
