// SPDX-License-Identifier: Apache-2.0
#include "jobs/job.hpp"

#include "jobs/operator_request.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;
using Json = nlohmann::json;

namespace {

const WallTime noon{std::chrono::hours{400000}};

Job full_job() {
    Job job;
    job.id = "main-12";
    job.number = 12;
    job.library = "main";
    job.request = {Operation::move, InventoryAction::by_default, std::nullopt, noon, 3};
    job.request.source = "slot:1";
    job.request.destination = "drive:1";
    job.request.while_connected = true;
    job.state = JobState::failed;
    job.phase = "moving";
    job.progress = 50;
    job.eta = noon;
    job.merged_into = "main-11";
    job.operator_request = "main-r1";
    job.cancel_requested = true;
    job.submitted_by = "uid:0";
    job.queued_at = noon;
    job.started_at = noon;
    job.finished_at = noon;
    job.error = Error{Code::source_empty, "nothing there", Sense{5, 0x3B, 0x0E}, "70000500"};
    job.result = {{"source", nullptr}};
    job.log = {{noon, "began"}};
    job.machine = {{"phase", "open"}};
    job.inventory_began = noon;
    job.inventory_ended = noon;
    job.planned_move =
        PlannedMove{scsi::ElementAddress{1}, scsi::ElementAddress{2}, "A00001", true};
    job.planned_exchange = PlannedExchange{{.first = scsi::ElementAddress{1},
                                            .second = scsi::ElementAddress{2},
                                            .third = scsi::ElementAddress{1},
                                            .spare = scsi::ElementAddress{3},
                                            .first_barcode = "A00001"},
                                           {{.kind = ExchangeStep::Kind::exchange,
                                             .source = scsi::ElementAddress{1},
                                             .destination = scsi::ElementAddress{2},
                                             .second_destination = scsi::ElementAddress{1},
                                             .verdict = MoveVerdict::refused_before},
                                            {.source = scsi::ElementAddress{2},
                                             .destination = scsi::ElementAddress{3},
                                             .barcode = "B00002"}}};
    return job;
}

Code refusal(const Json& body) {
    const auto request = parse_job_request(body);
    return request ? Code::ok : request.error().code;
}

std::string sentence(const Json& body) {
    const auto request = parse_job_request(body);
    return request ? "" : request.error().what;
}

} // namespace

TEST_SUITE("jobs/job") {
    TEST_CASE("a job's document reads back as it was written") {
        const auto document = job_to_document(full_job());
        const auto read = job_from_document(Json::parse(document.dump()));
        REQUIRE(read);
        CHECK(job_to_document(*read) == document);
        CHECK(read->error == full_job().error);
        CHECK(read->planned_move == full_job().planned_move);
        CHECK(read->planned_exchange == full_job().planned_exchange);
        CHECK(read->request == full_job().request);
    }

    TEST_CASE("the API's object hides what only the journal needs, and unknown is null") {
        const auto shown = to_json(full_job());
        CHECK(shown.count("machine") == 0);
        CHECK(shown.count("planned_move") == 0);
        CHECK(shown.count("planned_exchange") == 0);
        CHECK(shown["error"]["sense"]["raw"] == "70000500");
        const auto bare = to_json(Job{});
        for (const auto* key : {"phase",
                                "progress",
                                "eta",
                                "merged_into",
                                "operator_request",
                                "submitted_by",
                                "started_at",
                                "finished_at",
                                "error",
                                "result"}) {
            CAPTURE(key);
            CHECK(bare.at(key) == nullptr);
        }
    }

    TEST_CASE("a document with a field of the wrong type is refused, whichever field it is") {
        const auto whole = job_to_document(full_job());
        for (const auto& field : whole.items()) {
            const auto& key = field.key();
            CAPTURE(key);
            if (key == "schema" || key == "result" || key == "machine")
                continue;
            auto wrong = whole;
            wrong[key] = Json{{"of", Json::array({"another", "type"})}};
            CHECK_FALSE(job_from_document(wrong));
        }
        CHECK_FALSE(job_from_document(Json::array()));
    }

    TEST_CASE("an operator request reads back as it was written") {
        const OperatorRequest request{"main-r1",
                                      "main",
                                      "close_door",
                                      RequestState::refused,
                                      "close it",
                                      "main-1",
                                      "uid:7",
                                      noon,
                                      "uid:0",
                                      noon};
        CHECK(*request_from_json(to_json(request)) == request);
        auto wrong = to_json(request);
        wrong["state"] = "perhaps";
        CHECK_FALSE(request_from_json(wrong));
    }

    TEST_CASE("a submission is read key by key") {
        const auto request = parse_job_request({{"operation", "door"},
                                                {"inventory", "fast"},
                                                {"max_open_seconds", 0},
                                                {"not_before", "2026-01-31T23:00:00Z"},
                                                {"priority", -15}});
        REQUIRE(request);
        CHECK(request->inventory == InventoryAction::fast);
        CHECK(request->max_open_seconds == 0);
        CHECK(request->priority == -15);
        CHECK(request->not_before.has_value());
        CHECK(parse_job_request({{"operation", "door"}})->inventory == InventoryAction::by_default);
        CHECK(*parse_job_request({{"operation", "unload"}, {"source", "drive:1"}})->source ==
              "drive:1");
        const auto exchange = parse_job_request({{"operation", "exchange"},
                                                 {"source", "slot:1"},
                                                 {"destination", "drive:1"},
                                                 {"second_destination", "slot:2"}});
        REQUIRE(exchange);
        CHECK(exchange->second_destination == "slot:2");
        CHECK(arguments_to_json(*exchange)["second_destination"] == "slot:2");
        CHECK(*parse_job_request({{"operation", "position"}, {"destination", "9"}})->destination ==
              "9");
    }

    TEST_CASE("slot and stop are refused as door inventories, and the sentence says what to do") {
        for (const auto* action : {"slot", "stop", "everything"}) {
            CAPTURE(action);
            const Json body{{"operation", "door"}, {"inventory", action}};
            CHECK(refusal(body) == Code::invalid_parameter);
            CHECK(sentence(body).find("'none', 'fast', 'full' or 'default'") != std::string::npos);
        }
        CHECK(refusal({{"operation", "inventory"}, {"inventory", "none"}}) ==
              Code::invalid_parameter);
    }

    TEST_CASE("whatever is malformed in a submission is an invalid parameter") {
        for (const auto& body : {Json(),
                                 Json::array(),
                                 Json{{"operation", 1}},
                                 Json{{"operation", "dance"}},
                                 Json{{"operation", "door"}, {"surprise", 1}},
                                 Json{{"operation", "door"}, {"source", "slot:1"}},
                                 Json{{"operation", "door"}, {"inventory", 1}},
                                 Json{{"operation", "door"}, {"max_open_seconds", 65536}},
                                 Json{{"operation", "door"}, {"max_open_seconds", -1}},
                                 Json{{"operation", "door"}, {"max_open_seconds", 1.5}},
                                 Json{{"operation", "door"}, {"not_before", "tonight"}},
                                 Json{{"operation", "door"}, {"priority", 16}},
                                 Json{{"operation", "door"}, {"while_connected", 1}},
                                 Json{{"operation", "load"}},
                                 Json{{"operation", "load"}, {"source", ""}},
                                 Json{{"operation", "move"}, {"source", "slot:1"}},
                                 Json{{"operation", "exchange"}, {"source", "slot:1"}},
                                 Json{{"operation", "exchange"}, {"destination", "slot:1"}},
                                 Json{{"operation", "position"}},
                                 Json{{"operation", "position"}, {"source", "slot:1"}},
                                 Json{{"operation", "move"},
                                      {"source", "slot:1"},
                                      {"destination", "slot:2"},
                                      {"second_destination", "slot:3"}}}) {
            const auto text = body.dump();
            CAPTURE(text);
            CHECK(refusal(body) == Code::invalid_parameter);
        }
    }
}
