// SPDX-License-Identifier: Apache-2.0
#include "transport/trace.hpp"

#include "scripted_transport.hpp"
#include "temporary_directory.hpp"
#include "transport/recording_transport.hpp"
#include "transport/replay_transport.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <sstream>

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

namespace {

const std::string header = "{\"schema\":\"changer.trace/1\",\"device\":\"/dev/sg0\"}\n";
const std::string turned_away =
    R"({"cdb":"000000000000","data_in_length":0,"data_out":"","timeout_ms":1000,"status":2,)"
    R"("data":"","sense":"70000600","new_nexus":false,"microseconds":12})"
    "\n";

Error why_refused(const std::string& text) {
    const auto trace = decode_trace(text);
    REQUIRE_FALSE(trace);
    CHECK(trace.error().code == Code::malformed_document);
    return trace.error();
}

std::string read_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

} // namespace

TEST_SUITE("transport/trace") {
    TEST_CASE("entries come back as they were written") {
        TraceEntry answered;
        answered.cdb = scsi::Cdb(0xB8, 12).put(6, 96, 4);
        answered.data_in_length = 96;
        answered.timeout = 5min;
        answered.duration = 1234us;
        answered.outcome =
            TraceEntry::Answer{scsi::Status::check_condition, hex("00ff"), hex("70 00 06"), true};
        TraceEntry lost;
        lost.cdb = scsi::Cdb(0xA5, 12);
        lost.data_out = hex("01");
        lost.outcome = Error{Code::command_timeout, "no answer \x80 in time"};

        const auto trace =
            decode_trace(header + encode_trace_entry(answered) + "\n" + encode_trace_entry(lost));
        REQUIRE(trace);
        REQUIRE(trace->size() == 2);
        CHECK(trace->at(0) == answered);
        CHECK(std::get<Error>(trace->at(1).outcome).code == Code::command_timeout);
        CHECK(trace->at(1).data_out == hex("01"));
    }

    TEST_CASE("a trace needs a header that this version knows") {
        CHECK(decode_trace(header)->empty());
        CHECK(why_refused("").what == "no header with a schema");
        CHECK(why_refused(turned_away).what == "line 1: no header with a schema before it");
        CHECK(why_refused("{\"schema\":\"changer.trace/2\"}").what ==
              "line 1: schema \"changer.trace/2\" instead of \"changer.trace/1\"");
        CHECK(why_refused("{\"schema\":[[]]}").code == Code::malformed_document);
    }

    TEST_CASE("a broken line is named, whatever is wrong with it") {
        for (const auto* line : {"[]",
                                 "{",
                                 "{}",
                                 "\xff\xfe",
                                 R"({"cdb":"0"})",
                                 R"({"cdb":["00"]})",
                                 R"({"cdb":"0000000000000000000000000000000000"})"}) {
            CAPTURE(line);
            CHECK(why_refused(header + line).what.starts_with("line 2: "));
        }
        CHECK(why_refused(header + std::string(100'000, '[')).what == "line 2: not a JSON object");
    }

    TEST_CASE("each field is checked") {
        const auto with = [](const std::string& from, const std::string& to) {
            std::string line = turned_away;
            return header + line.replace(line.find(from), from.size(), to);
        };
        REQUIRE(decode_trace(with("12}", "13}")));
        for (const auto& change : std::vector<std::pair<std::string, std::string>>{
                 {"\"status\":2", "\"status\":256"},
                 {"\"status\":2", "\"status\":-1"},
                 {"\"status\":2", "\"status\":\"good\""},
                 {"\"sense\":\"70000600\"", "\"sense\":\"7g\""},
                 {"\"data\":\"\"", "\"data\":\"00\""}, // more than there was room for
                 {"\"data\":\"\"", "\"date\":\"\""},
                 {"\"data_in_length\":0", "\"data_in_length\":4294967296"},
                 {"\"data_in_length\":0", "\"data_in_length\":1e3"},
                 {"false", "0"},
                 {"12}", "18446744073709551615}"},
                 {"12}", "12,\"error\":null}"},
                 {"12}", "12,\"error\":{\"code\":\"ok\",\"what\":\"\"}}"},
                 {"12}", "12,\"error\":{\"code\":\"no_such\",\"what\":\"\"}}"}}) {
            CAPTURE(change.second);
            CHECK(why_refused(with(change.first, change.second)).what.starts_with("line 2: "));
        }
    }
}

TEST_SUITE("transport/recording") {
    TEST_CASE("what is recorded is what replay answers, command by command") {
        const TemporaryDirectory directory;
        const auto path = (directory.path() / "trace.jsonl").string();
        auto device = std::make_unique<ScriptedTransport>();
        device->expect("00 00 00 00 00 00", check_condition({6, 0x29, 0}))
            .expect("12 00 00 00 08 00", "08 80 05 02")
            .expect("a5 00 00 00 00 01 00 02 00 00 00 00",
                    Error{Code::command_timeout, "no answer in time"});
        const auto run = [](Transport& transport) {
            Bytes room(8);
            const auto ready = transport.execute({.cdb = scsi::Cdb(0x00, 6)});
            const auto inquiry =
                transport.execute({.cdb = scsi::Cdb(0x12, 6).put(4, 8, 1), .data_in = room});
            const auto move =
                transport.execute({.cdb = scsi::Cdb(0xA5, 12).put(4, 1, 2).put(6, 2, 2)});
            REQUIRE(ready);
            CHECK(ready->status == scsi::Status::check_condition);
            CHECK(ready->sense.size() == 18);
            REQUIRE(inquiry);
            CHECK(inquiry->transferred == 4);
            CHECK(room == hex("08800502 00000000"));
            REQUIRE_FALSE(move);
            CHECK(move.error() == Error{Code::command_timeout, "no answer in time"});
        };

        auto recording = RecordingTransport::open(std::move(device), path, "/dev/sg0");
        REQUIRE(recording);
        run(**recording);

        struct stat status {};

        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);

        auto replay = ReplayTransport::open(path);
        REQUIRE(replay);
        run(**replay);
        const auto beyond = (*replay)->execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE_FALSE(beyond);
        CHECK(beyond.error().what == "replay: the trace ends after 3 commands, got 000000000000");
    }

    TEST_CASE("a trace is appended to, each part with its header") {
        const TemporaryDirectory directory;
        const auto path = (directory.path() / "trace.jsonl").string();
        for (int i = 0; i < 2; ++i) {
            auto device = std::make_unique<ScriptedTransport>();
            device->expect("00 00 00 00 00 00");
            auto recording = RecordingTransport::open(std::move(device), path, "dev \xff");
            REQUIRE(recording);
            REQUIRE((*recording)->execute({.cdb = scsi::Cdb(0x00, 6)}));
        }
        const auto trace = decode_trace(read_file(path));
        REQUIRE(trace);
        CHECK(trace->size() == 2);
    }

    TEST_CASE("a trace that cannot be written is told at once, and later never stops a command") {
        CHECK(RecordingTransport::open(nullptr, "/nonexistent/trace", "x").error().code ==
              Code::invalid_parameter);
        CHECK(RecordingTransport::open(nullptr, "/dev/full", "x").error().code ==
              Code::invalid_parameter);
        auto device = std::make_unique<ScriptedTransport>();
        device->expect("00 00 00 00 00 00").expect("00 00 00 00 00 00");
        RecordingTransport recording(std::move(device),
                                     UniqueFd{::open("/dev/full", O_WRONLY | O_CLOEXEC)});
        CHECK(recording.execute({.cdb = scsi::Cdb(0x00, 6)}));
        CHECK(recording.execute({.cdb = scsi::Cdb(0x00, 6)}));
    }
}

TEST_SUITE("transport/replay") {
    TEST_CASE("another command than the recorded one is named with its number") {
        ReplayTransport replay(*decode_trace(header + turned_away));
        const auto other = replay.execute({.cdb = scsi::Cdb(0x12, 6)});
        REQUIRE_FALSE(other);
        CHECK(other.error().code == Code::failed);
        CHECK(other.error().what ==
              "replay: command 1 of the trace is 000000000000, got 120000000000");
        const auto payload = hex("01");
        const auto sending = replay.execute({.cdb = scsi::Cdb(0x00, 6), .data_out = payload});
        REQUIRE_FALSE(sending);
        CHECK(sending.error().what == "replay: command 1 of the trace sends , got 01");
        CHECK(replay.left() == 1);
        CHECK(replay.execute({.cdb = scsi::Cdb(0x00, 6)}));
    }

    TEST_CASE("less room than at the recording cuts the data") {
        TraceEntry entry;
        entry.cdb = scsi::Cdb(0x12, 6);
        entry.data_in_length = 4;
        entry.outcome = TraceEntry::Answer{.data = hex("01020304")};
        ReplayTransport replay({entry});
        Bytes room(2);
        CHECK(replay.execute({.cdb = scsi::Cdb(0x12, 6), .data_in = room})->transferred == 2);
        CHECK(room == hex("0102"));
    }

    TEST_CASE("a trace that is no readable file is refused with its name") {
        const TemporaryDirectory directory;
        for (const auto& path : {directory.path().string(), std::string("/nonexistent/trace")}) {
            const auto replay = ReplayTransport::open(path);
            REQUIRE_FALSE(replay);
            CHECK(replay.error().code == Code::invalid_parameter);
            CHECK(replay.error().what.find(path) != std::string::npos);
        }
        const auto broken = ReplayTransport::open(directory.write("broken", header + "{"));
        REQUIRE_FALSE(broken);
        CHECK(broken.error().code == Code::malformed_document);
        CHECK(broken.error().what.find("line 2") != std::string::npos);
    }
}
