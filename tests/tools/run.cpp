// SPDX-License-Identifier: Apache-2.0
#include "changerctl_fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

using namespace changer;
using namespace changer::test;

namespace {

const std::string one_library = json_answer(R"({"schema":"changer.libraries/1",)"
                                            R"("libraries":[{"id":"main"}]})");

std::string job(const std::string& state, const std::string& error = "null") {
    return R"({"schema":"changer.job/1","id":"main-1","operation":"door","state":")" + state +
           R"(","phase":null,"error":)" + error +
           R"(,"result":{"diff":[{"change":"added","barcode":"NEW001L8","from":null,)"
           R"("to":{"address":1020,"type":"storage","number":20}}]}})";
}

std::map<std::string, std::string> answers_with_job(const std::string& state,
                                                    const std::string& error = "null") {
    return {{"GET /v1/libraries", one_library},
            {"POST /v1/libraries/main/jobs", json_answer(job("queued"), "202 Accepted")},
            {"GET /v1/jobs/main-1", json_answer(job(state, error))}};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("tools/changerctl/run");

TEST_CASE("with --json the API's object is printed as it came, and nothing else") {
    const std::string body = "{ \"schema\":\"changer.libraries/1\",  \"libraries\":[] }";
    CannedDaemon daemon({{"GET /v1/libraries", json_answer(body)}});
    const auto ran = daemon.run({"--json", "libraries"});
    CHECK(ran.exit == 0);
    CHECK(ran.out == body + "\n");
    CHECK(ran.err.empty());
}

TEST_CASE("an exchange and a positioning are submitted with their elements") {
    const auto sent = [&](std::vector<std::string> words) {
        CannedDaemon asked(answers_with_job("passed"));
        CHECK(asked.run(std::move(words)).exit == 0);
        const auto request = asked.request("POST /v1/libraries/main/jobs");
        return nlohmann::json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
    };
    CHECK(sent({"exchange", "slot:1", "drive:1"}) == nlohmann::json{{"operation", "exchange"},
                                                                    {"source", "slot:1"},
                                                                    {"destination", "drive:1"}});
    CHECK(sent({"exchange", "1", "2", "3"})["second_destination"] == "3");
    CHECK(sent({"position", "slot:9"}) ==
          nlohmann::json{{"operation", "position"}, {"destination", "slot:9"}});
    CHECK(run_changerctl({"exchange", "1"}).exit == 2);
}

TEST_CASE("what is to be in use or not is named as an operator names it") {
    const auto sent = [&](std::vector<std::string> words) {
        CannedDaemon asked(answers_with_job("passed"));
        CHECK(asked.run(std::move(words)).exit == 0);
        const auto request = asked.request("POST /v1/libraries/main/jobs");
        return nlohmann::json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
    };
    CHECK(sent({"disable"}) == nlohmann::json{{"operation", "disable"}});
    CHECK(sent({"enable", "library"}) == nlohmann::json{{"operation", "enable"}});
    CHECK(sent({"disable", "drive", "2"})["object"] == "drive:2");
    CHECK(sent({"disable", "drive", "drive:2"})["object"] == "drive:2");
    CHECK(sent({"enable", "media", "A00001L8"})["object"] == "media:A00001L8");
    CHECK(run_changerctl({"disable", "drive"}).exit == 2);
    CHECK(run_changerctl({"disable", "library", "main"}).exit == 2);
    CHECK(run_changerctl({"disable", "slot", "1"}).exit == 2);
}

TEST_CASE("a setting is sent with the type of its value") {
    const auto sent = [&](const std::string& key, const std::string& value) {
        CannedDaemon asked(
            {{"GET /v1/libraries", one_library},
             {"PATCH /v1/libraries/main",
              json_answer(R"({"settings":{"name":{"value":"7","source":"stored"}}})")}});
        const auto ran = asked.run({"set", key, value});
        CHECK(ran.exit == 0);
        if (key == "name")
            CHECK(ran.out == "name is \"7\" (stored)\n");
        const auto request = asked.request("PATCH /v1/libraries/main");
        return nlohmann::json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
    };
    CHECK(sent("name", "7") == nlohmann::json{{"name", "7"}});
    CHECK(sent("poll_seconds", "7") == nlohmann::json{{"poll_seconds", 7}});
    CHECK(sent("auto_recovery", "false") == nlohmann::json{{"auto_recovery", false}});
    CHECK(sent("door.kind", "magazines") == nlohmann::json{{"door.kind", "magazines"}});
    CHECK(sent("door.kind", "default") == nlohmann::json{{"door.kind", nullptr}});
}

TEST_CASE("a drive and a cartridge are named as an operator names them") {
    const auto drive = [](const char* name) {
        return json_answer(R"({"type":"data_transfer","number":2,"address":257,"name":)" +
                           std::string(name) + "}");
    };
    CannedDaemon daemon(
        {{"GET /v1/libraries", one_library},
         {"PATCH /v1/libraries/main/drives/2", drive("\"Top\"")},
         {"PATCH /v1/libraries/main/media/A00001L8", json_answer(R"({"description":"7"})")}});
    for (const char* number : {"2", "drive:2"})
        CHECK(daemon.run({"set", "drive", number, "name", "Top"}).out ==
              "name of drive:2 is \"Top\"\n");
    CHECK(has(daemon.request("PATCH /v1/libraries/main/drives/2"), R"({"name":"Top"})"));
    CHECK(daemon.run({"set", "media", "A00001L8", "description", "7"}).out ==
          "description of cartridge A00001L8 is \"7\"\n");
    CHECK(has(daemon.request("PATCH /v1/libraries/main/media"), R"({"description":"7"})"));
    CHECK(daemon.run({"set", "drive", "3", "name", "Top"}).exit == 7);
    CannedDaemon resetting(
        {{"GET /v1/libraries", one_library}, {"PATCH /v1/libraries/main/drives/2", drive("null")}});
    CHECK(resetting.run({"set", "drive", "2", "name", ""}).out == "drive:2 has no name\n");
    CHECK(has(resetting.request("PATCH /v1/libraries/main/drives/2"), R"({"name":""})"));
    CHECK(run_changerctl({"set", "slot", "2", "name", "x"}).exit == 2);
    CHECK(run_changerctl({"set", "drive", "2", "name"}).exit == 2);
    CHECK(run_changerctl({"set", "drive", "2"}).exit == 2);
    CHECK(run_changerctl({"set", "name"}).exit == 2);
}

TEST_CASE("status -v shows what drives, and the cartridges in them, are called") {
    CannedDaemon daemon(
        {{"GET /v1/libraries", one_library},
         {"GET /v1/libraries/main", json_answer(R"({"id":"main"})")},
         {"GET /v1/libraries/main/elements",
          json_answer(
              R"({"elements":[{"address":256,"type":"data_transfer","number":1,"media":"m1"},)"
              R"({"address":1000,"type":"storage","number":1,"media":"m2"},)"
              R"({"address":1001,"type":"storage","number":2,"media":null}]})")},
         {"GET /v1/libraries/main/drives",
          json_answer(R"({"drives":[{"address":256,"type":"data_transfer","number":1,"media":"m1",)"
                      R"("name":"Top","description":"the fast one","enabled":false}]})")},
         {"GET /v1/libraries/main/media",
          json_answer(R"({"media":[{"id":"m1","name":"Payroll"},)"
                      R"({"id":"m2","description":"\u001b[31mold"}]})")}});
    const auto shown = daemon.run({"status", "-v"}).out;
    CHECK(has(shown, "disabled; Top: the fast one; in it: Payroll\n"));
    CHECK(has(shown, "in it: "));
    CHECK(has(shown, "old"));
    CHECK_FALSE(has(shown, "\x1B"));
    CHECK_FALSE(has(daemon.run({"status"}).out, "Top"));
    CHECK(has(daemon.run({"drives"}).out, "Top: the fast one"));
    CHECK(has(daemon.run({"media"}).out, "Payroll"));
}

TEST_CASE("a queued job is ordered by a word or a number") {
    CannedDaemon daemon({{"PATCH /v1/jobs/main-3", json_answer(job("queued"))}});
    CHECK(daemon.run({"order", "main-3", "first"}).out == "main-3 is first in the queue\n");
    CHECK(has(daemon.request("PATCH /v1/jobs/main-3"), R"({"order":"first"})"));
    CHECK(daemon.run({"order", "main-3", "middle"}).exit == 2);
    CHECK(daemon.run({"order", "main-4", "2"}).exit == 7);
}

TEST_CASE("an operator request is asked, waited for, and its refusal is the exit code") {
    const auto request = [](const std::string& state) {
        return R"({"id":"main-r1","state":")" + state +
               R"(","created_at":"2026-01-31T22:00:00Z","job":null,"text":"tape X",)" +
               R"("answered_by":"uid:0"})";
    };
    std::map<std::string, std::string> answers{
        {"GET /v1/libraries", one_library},
        {"POST /v1/operator-requests", json_answer(request("pending"), "201 Created")},
        {"GET /v1/operator-requests/main-r1", json_answer(request("completed"))}};
    CannedDaemon daemon(answers);
    const auto asked = daemon.run({"request", "tape X"});
    CHECK(asked.exit == 0);
    CHECK(has(asked.out, "main-r1  completed"));
    CHECK(
        has(daemon.request("POST /v1/operator-requests"), R"({"library":"main","text":"tape X"})"));
    CHECK(daemon.run({"wait", "main-r1"}).exit == 0);
    CHECK(has(daemon.run({"--no-wait", "request", "tape X"}).out, "changerctl wait main-r1"));
    answers["GET /v1/operator-requests/main-r1"] = json_answer(request("refused"));
    CannedDaemon refusing(answers);
    const auto refused = refusing.run({"wait", "main-r1"});
    CHECK(refused.exit == 1);
    CHECK(has(refused.err, "uid:0 refused it"));
    answers["GET /v1/operator-requests/main-r1"] = json_answer(request("pending"));
    CannedDaemon silent(answers);
    CHECK(silent.run({"--timeout", "0", "wait", "main-r1"}).exit == 6);
}

TEST_CASE("changes that no job made are shown behind the last inventory") {
    CannedDaemon daemon({{"GET /v1/libraries", one_library},
                         {"GET /v1/libraries/main/diff",
                          json_answer(R"({"at":null,"job":null,"diff":[],"foreign_changes":[)"
                                      R"({"at":"2026-01-31T22:00:00Z","diff":[{"change":"moved",)"
                                      R"("barcode":"STRAY1L8","from":null,"to":null}]}]})")}});
    const auto ran = daemon.run({"diff"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.out, "no inventory"));
    CHECK(has(ran.out, "2026-01-31T22:00:00Z: changed by no job of this daemon"));
    CHECK(has(ran.out, "STRAY1L8"));
}

TEST_CASE("status --refresh has the library looked at first, status alone does not") {
    const std::string library = R"({"schema":"changer.library/1","id":"main"})";
    CannedDaemon daemon({{"GET /v1/libraries", one_library},
                         {"GET /v1/libraries/main", json_answer(library)},
                         {"GET /v1/libraries/main?revalidate=true", json_answer(library)},
                         {"GET /v1/libraries/main/elements", json_answer(R"({"elements":[]})")}});
    CHECK(daemon.run({"status"}).exit == 0);
    CHECK(daemon.request("GET /v1/libraries/main?").empty());
    CHECK(daemon.run({"status", "--refresh"}).exit == 0);
    CHECK_FALSE(daemon.request("GET /v1/libraries/main?revalidate=true ").empty());
}

TEST_CASE("a door job is submitted with its arguments, waited for, and its diff printed") {
    CannedDaemon daemon(answers_with_job("passed"));
    const auto ran = daemon.run({"door",
                                 "open",
                                 "--inventory",
                                 "fast",
                                 "--max-open",
                                 "60",
                                 "--not-before",
                                 "2026-01-31T22:00:00Z"});
    CHECK(ran.exit == 0);
    CHECK(ran.err.empty());
    CHECK(has(ran.out, "main-1 door passed"));
    CHECK(has(ran.out, "added"));
    CHECK(has(ran.out, "NEW001L8"));
    CHECK(has(ran.out, "slot:20"));
    const auto request = daemon.request("POST /v1/libraries/main/jobs");
    const auto sent =
        nlohmann::json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false);
    CHECK(sent == nlohmann::json{{"operation", "door"},
                                 {"inventory", "fast"},
                                 {"max_open_seconds", 60},
                                 {"not_before", "2026-01-31T22:00:00Z"}});
}

TEST_CASE("names of places go to the daemon as they were typed") {
    struct Case {
        std::vector<std::string> words;
        nlohmann::json sent;
    };

    const std::vector<Case> cases{
        {{"load", "12"}, {{"operation", "load"}, {"source", "12"}}},
        {{"load", "A00001L8", "drive:2"},
         {{"operation", "load"}, {"source", "A00001L8"}, {"destination", "drive:2"}}},
        {{"unload", "1", "slot:12"},
         {{"operation", "unload"}, {"source", "1"}, {"destination", "slot:12"}}},
        {{"move", "mail:1", "@1024"},
         {{"operation", "move"}, {"source", "mail:1"}, {"destination", "@1024"}}},
        {{"inventory", "fast"}, {{"operation", "inventory"}, {"inventory", "fast"}}},
        {{"inventory"}, {{"operation", "inventory"}}},
    };
    for (const Case& test : cases) {
        CAPTURE(test.words);
        CannedDaemon daemon(answers_with_job("passed"));
        CHECK(daemon.run(test.words).exit == 0);
        const auto request = daemon.request("POST /v1/libraries/main/jobs");
        CHECK(nlohmann::json::parse(request.substr(request.find("\r\n\r\n")), nullptr, false) ==
              test.sent);
    }
}

TEST_CASE("a job's end decides the exit code, and a bad one says why") {
    struct Case {
        std::string state, error;
        int exit;
    };

    for (const Case& test : std::vector<Case>{
             {"passed", "null", 0},
             {"failed", R"({"code":"door_not_opened","message":"nobody opened it"})", 1},
             {"failed", R"({"code":"library_offline","message":"it is gone"})", 8},
             {"failed", R"({"code":"interrupted","message":"the daemon ended"})", 17},
             {"failed", "null", 1},
             {"failed", R"({"code":"ok"})", 1},
             {"cancelled", "null", 15},
             {"stopped", "null", 16},
         }) {
        CAPTURE(test.state);
        CAPTURE(test.error);
        CannedDaemon daemon(answers_with_job(test.state, test.error));
        const auto ran = daemon.run({"wait", "main-1"});
        CHECK(ran.exit == test.exit);
        CHECK(has(ran.err, "changerctl: job main-1 " + test.state) == (test.exit != 0));
        const auto printed = daemon.run({"--json", "wait", "main-1"});
        CHECK(printed.exit == test.exit);
        CHECK(printed.out == job(test.state, test.error) + "\n");
    }
}

TEST_CASE("--no-wait returns with the job's id") {
    CannedDaemon daemon(answers_with_job("running"));
    CHECK(daemon.run({"--no-wait", "door", "open"}).out == "main-1 queued\n");
    const auto printed = daemon.run({"--no-wait", "--json", "door", "open"});
    CHECK(printed.exit == 0);
    CHECK(printed.out == job("queued") + "\n");
}

TEST_CASE("a time-out ends the wait with 6, Ctrl-C with 130, and both name the job") {
    CannedDaemon daemon(answers_with_job("running"));
    const auto late = daemon.run({"--timeout", "0", "wait", "main-1"});
    CHECK(late.exit == 6);
    CHECK(has(late.err, "changerctl wait main-1"));

    std::array<int, 2> ends{-1, -1};
    REQUIRE(::pipe(ends.data()) == 0);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    const auto interrupted =
        run_changerctl({"--socket", daemon.socket(), "wait", "main-1"}, ends[0]);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(interrupted.exit == 130);
    CHECK(has(interrupted.err, "main-1 goes on"));
    CHECK(daemon.request("DELETE").empty());
}

TEST_CASE("a refusal is a sentence, what to do next, and the code of the table") {
    CannedDaemon daemon({
        {"GET /v1/libraries", one_library},
        {"POST /v1/libraries/main/jobs",
         problem_answer("409 Conflict", "library_offline", "main does not answer")},
    });
    const auto ran = daemon.run({"door", "open"});
    CHECK(ran.exit == 8);
    CHECK(ran.out.empty());
    CHECK(has(ran.err, "changerctl: main does not answer\n"));
    CHECK(has(ran.err, "changerctl status"));
}

TEST_CASE("without a daemon the sentence names the socket and how to look") {
    const auto ran = run_changerctl({"--socket", "/nonexistent/api.sock", "status"});
    CHECK(ran.exit == 3);
    CHECK(has(ran.err, "/nonexistent/api.sock"));
    CHECK(has(ran.err, "systemctl status changerd"));
}

TEST_CASE("usage errors end with 2 before anything is sent") {
    CannedDaemon daemon(answers_with_job("passed"));
    CHECK(daemon.run({"door", "open", "--inventory", "slot"}).exit == 2);
    CHECK(daemon.run({"door", "open", "--max-open", "65536"}).exit == 2);
    CHECK(daemon.run({"door", "open", "--not-before", "soon"}).exit == 2);
    CHECK(daemon.run({"door", "--inventory", "fast"}).exit == 2);
    CHECK(daemon.run({"explode"}).exit == 2);
    CHECK(daemon.request("").empty());
}

TEST_CASE("several libraries need a choice; none is told apart") {
    CannedDaemon several(
        {{"GET /v1/libraries", json_answer(R"({"libraries":[{"id":"a"},{"id":"b"}]})")}});
    const auto ran = several.run({"status"});
    CHECK(ran.exit == 2);
    CHECK(has(ran.err, "-l: a, b"));
    CannedDaemon none({{"GET /v1/libraries", json_answer(R"({"libraries":[]})")}});
    CHECK(none.run({"status"}).exit == 7);
    CHECK(several.run({"-l", "c", "status"}).exit == 7);
    CHECK_FALSE(several.request("GET /v1/libraries/c ").empty());
}

TEST_CASE("looking, cancelling and answering use the routes for it") {
    const std::string request =
        R"({"id":"main-r1","state":"completed","text":"open the door","job":"main-1"})";
    CannedDaemon daemon({
        {"GET /v1/jobs?state=active", json_answer(R"({"jobs":[]})")},
        {"GET /v1/jobs?library=main", json_answer(R"({"jobs":[]})")},
        {"DELETE /v1/jobs/main-1", json_answer(job("running"), "202 Accepted")},
        {"POST /v1/operator-requests/main-r1", json_answer(request)},
        {"GET /v1/libraries/main/media/A%2F1", json_answer(R"({"barcode":"A/1"})")},
        {"GET /v1/libraries/main/door", json_answer(R"({"state":"open","lock":"unlocked"})")},
        {"GET /v1/libraries/main/diff", json_answer(R"({"at":null,"diff":[]})")},
    });
    CHECK(daemon.run({"jobs"}).out == "no jobs\n");
    CHECK(daemon.run({"-l", "main", "jobs", "--all"}).exit == 0);
    CHECK(daemon.run({"cancel", "main-1"}).exit == 0);
    CHECK(has(daemon.run({"answer", "main-r1", "complete"}).out, "open the door"));
    CHECK(has(daemon.request("POST /v1/operator-requests/main-r1"), "{\"answer\":\"complete\"}"));
    CHECK(has(daemon.run({"-l", "main", "media", "A/1"}).out, "A/1"));
    CHECK(has(daemon.run({"-l", "main", "door"}).out, "unlocked"));
    CHECK(has(daemon.run({"-l", "main", "diff"}).out, "no inventory"));
}

TEST_CASE("what waits for a human is told while waiting") {
    int looks = 0;
    const ScriptedServer server([&](const std::string& request) -> ScriptedServer::Reply {
        const auto is = [&](const std::string& line) {
            return request.compare(0, line.size(), line) == 0;
        };
        if (is("GET /v1/events"))
            return {"HTTP/1.1 200 OK\r\n\r\nevent: job\ndata: {\"job\":\"main-1\"}\n\n", true};
        if (is("GET /v1/operator-requests/main-r1"))
            return {json_answer(R"({"id":"main-r1","text":"open the door of main"})")};
        return {json_answer(++looks == 1 ? R"({"id":"main-1","operation":"door","state":"waiting",
            "phase":"unlocked","operator_request":"main-r1"})"
                                         : job("passed"))};
    });
    const auto ran = run_changerctl({"--socket", server.path(), "wait", "main-1"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.err, "main-r1: open the door of main"));
    CHECK(has(ran.err, "changerctl answer main-r1 complete"));
    CHECK(has(ran.err, "main-1 door: unlocked"));
    CHECK_FALSE(has(ran.err, "\x1b")); // it is no terminal
}

TEST_CASE("discover needs no daemon, and says when there is nothing") {
    std::string root = std::filesystem::temp_directory_path() / "changer-sysfs-XXXXXX";
    REQUIRE(::mkdtemp(root.data()) != nullptr);
    std::filesystem::create_directories(root + "/class/scsi_generic");
    const auto human = run_changerctl({"discover", "--sysfs-root", root});
    const auto printed = run_changerctl({"discover", "--sysfs-root", root, "--json"});
    std::filesystem::remove_all(root);
    CHECK(human.exit == 0);
    CHECK(has(human.out, "no changers"));
    CHECK(printed.out == "{\"devices\":[],\"schema\":\"changer.discover/1\"}\n");
    const auto absent = run_changerctl({"discover", "--sysfs-root", root});
    CHECK(absent.exit == 14);
    CHECK_FALSE(absent.err.empty());
}

TEST_CASE("verify checks files of quirks without a daemon: how many rows, or every mistake") {
    std::string root = std::filesystem::temp_directory_path() / "changer-quirks-XXXXXX";
    REQUIRE(::mkdtemp(root.data()) != nullptr);
    const auto write = [&](const std::string& file, const std::string& member) {
        std::ofstream(root + "/" + file)
            << R"({"schema":"changer.quirks/1","quirks":[{"name":"my robot","source":"its manual",)"
               R"("match":[{"vendor":"ACME"}],)"
            << member << "}]}";
    };
    write("good.json", R"("door_kind":"door")");
    write("notes.txt", "");
    const auto good = run_changerctl({"verify", "--quirks", root});
    CHECK(good.exit == 0);
    CHECK(has(good.out, "1 files, 1 rows of quirks"));
    CHECK(has(good.out, "my robot (its manual)"));
    CHECK(good.err.empty());
    write("bad.json", R"("door_kind":"hatch")");
    write("worse.json", R"("unlock":1)");
    const auto bad = run_changerctl({"verify", "--quirks", root});
    CHECK(bad.exit == info(Code::malformed_document).exit);
    CHECK(has(bad.err, "bad.json: /quirks/0/door_kind"));
    CHECK(has(bad.err, "worse.json: /quirks/0/unlock"));
    const auto printed = run_changerctl({"--json", "verify", "--quirks", root});
    std::filesystem::remove_all(root);
    CHECK(printed.exit == bad.exit);
    CHECK(printed.err.empty());
    const auto document = nlohmann::json::parse(printed.out, nullptr, false);
    CHECK(document["schema"] == "changer.verify/1");
    CHECK(document["files"] == 3);
    CHECK(document["rows"] == 1);
    CHECK(document["errors"].size() == 2);
    CHECK(run_changerctl({"verify", "--quirks", root}).exit == info(Code::not_found).exit);
}

const std::string differing =
    R"({"schema":"changer.verification/1","library":"main","read_at":"2026-01-31T22:00:00Z",)"
    R"("elements":31,"differences":[{"address":1024,"type":"storage","number":1,)"
    R"("recorded":{"full":true,"barcode":"A00001"},"read":{"full":false,"barcode":null}},)"
    R"({"address":1025,"type":"storage","number":2,"recorded":{"full":true,"barcode":null},)"
    R"("read":null},{"address":1099,"type":"storage","number":null,"recorded":null,)"
    R"("read":{"full":null,"barcode":null}}]})";

TEST_CASE("verify shows where map and robot differ, and asks for nothing to be changed") {
    CannedDaemon daemon({{"GET /v1/libraries", one_library},
                         {"GET /v1/libraries/main/verification", json_answer(differing)}});
    const auto shown = daemon.run({"verify"});
    CHECK(shown.exit == 1);
    CHECK(has(shown.out, "31 elements read: 3 are not as recorded\n"));
    CHECK(has(shown.out, "slot:1   A00001        empty\n"));
    CHECK(has(shown.out, "slot:2   (no barcode)  not there\n"));
    CHECK(has(shown.out, "@1099    not there     not known\n"));
    CHECK(daemon.run({"--json", "verify"}).out == differing + "\n");
    CHECK(daemon.request("POST").empty());
}

TEST_CASE("verify --repair takes an inventory where they differ, and only there") {
    auto answers = answers_with_job("passed");
    answers["GET /v1/libraries/main/verification"] = json_answer(differing);
    CannedDaemon daemon(answers);
    CHECK(daemon.run({"verify", "--repair"}).exit == 0);
    CHECK(has(daemon.request("POST /v1/libraries/main/jobs"),
              R"({"inventory":"fast","operation":"inventory"})"));
    answers["GET /v1/libraries/main/verification"] =
        json_answer(R"({"elements":31,"differences":[]})");
    CannedDaemon agreeing(answers);
    const auto ran = agreeing.run({"verify", "--repair"});
    CHECK(ran.exit == 0);
    CHECK(ran.out == "31 elements read: all as recorded\n");
    CHECK(agreeing.request("POST").empty());
}

TEST_CASE("verify refuses words that belong to its other use") {
    CannedDaemon daemon({});
    CHECK(daemon.run({"verify", "/etc/changer"}).exit == info(Code::usage).exit);
    CHECK(daemon.run({"verify", "--quirks", "--repair"}).exit == info(Code::usage).exit);
    CHECK(daemon.request("").empty());
}

TEST_SUITE_END();
