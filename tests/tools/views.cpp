// SPDX-License-Identifier: Apache-2.0
#include "changerctl/views.hpp"

#include "changerctl/fields.hpp"

#include <doctest/doctest.h>

using namespace changer::ctl;
using nlohmann::json;

namespace {

json parse(const char* text) {
    auto value = json::parse(text, nullptr, false);
    REQUIRE_FALSE(value.is_discarded());
    return value;
}

bool shows(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE_BEGIN("tools/changerctl/views");

TEST_CASE("a place is written as it can be typed") {
    CHECK(place(parse(R"({"address":1001,"type":"storage","number":7})")) == "slot:7");
    CHECK(place(parse(R"({"address":256,"type":"data_transfer","number":1})")) == "drive:1");
    CHECK(place(parse(R"({"address":16,"type":"import_export","number":2})")) == "mail:2");
    CHECK(place(parse(R"({"address":16,"type":"new"})")) == "@16");
    CHECK(place(json()) == "-");
}

TEST_CASE("what enabling and disabling led to is said, what still runs first of all") {
    CHECK(use_of(parse(R"({"object":"library","enabled":false,"changed":true,"running":"main-3",
                           "held":["main-4","main-5"],"refused":[]})")) ==
          "library is disabled\n"
          "main-3 is still running: changerctl wait main-3\n"
          "held until it is enabled: main-4, main-5\n");
    CHECK(use_of(parse(R"({"object":"drive:1","enabled":false,"changed":false,"running":null,
                           "held":[],"refused":["main-6"]})")) ==
          "drive:1 is disabled, as it was\n"
          "no job is using it\n"
          "queued jobs that fail for it: main-6\n");
    CHECK(use_of(parse(R"({"object":"library","enabled":true,"changed":true,"running":null,
                           "held":[],"refused":[]})")) == "library is enabled\n");
    CHECK(use_of(parse(R"({"diff":[]})")).empty());
    CHECK(use_of(json()).empty());
}

TEST_CASE("what a stop led to is said") {
    CHECK(use_of(parse(R"({"running":null,"changed":false})")) == "no full inventory is running\n");
    CHECK(use_of(parse(R"({"running":"a-7","changed":true})")) ==
          "a-7 ends when what is in drives is home: changerctl wait a-7\n");
    CHECK(use_of(parse(R"({"diff":[]})")).empty());
}

TEST_CASE("a job says what it waits for") {
    const auto said = [](const char* waiting) {
        return waits_for(json{{"waiting", parse(waiting)}});
    };
    CHECK(said("null").empty());
    CHECK(said(R"({"reason":"job","until":"2026-01-31T22:00:00Z","job":"main-1"})") ==
          "waits for main-1 until 2026-01-31T22:00:00Z");
    CHECK(said(R"({"reason":"not_before","until":"2026-01-31T22:00:00Z","job":null})") ==
          "waits until 2026-01-31T22:00:00Z");
    CHECK(said(R"({"reason":"disabled","until":null,"job":null})") ==
          "waits until the library is enabled");
    CHECK(said(R"({"reason":"next"})").empty());
    CHECK(said(R"({"reason":"invented later"})").empty());
}

TEST_CASE("settings are shown with where they come from") {
    const auto text =
        view_library_settings(parse(R"({"id":"main","name":"Cellar","guid":null,"generation":7,
                  "settings":{"poll_seconds":{"value":10,"source":"default"},
                              "name":{"value":"Cellar","source":"stored"},
                              "door.lockable":{"value":null,"source":"default"}}})"),
                              false);
    CHECK(shows(text, "SETTING        VALUE   FROM\n"));
    CHECK(shows(text, "name           Cellar  stored\n"));
    CHECK(shows(text, "door.lockable  -       default\n"));
    CHECK(shows(text, "generation: 7\n"));
}

TEST_CASE("a diff names each cartridge with where it was and is") {
    const auto text = view_diff(parse(R"([
        {"change":"added","barcode":"NEW001L8","label":null,"from":null,
         "to":{"address":1020,"type":"storage","number":20}},
        {"change":"moved","barcode":null,"label":null,
         "from":{"address":1004,"type":"storage","number":4},
         "to":{"address":1021,"type":"storage","number":21}}])"),
                                false);
    CHECK(text == "CHANGE  BARCODE       FROM    TO\n"
                  "added   NEW001L8      -       slot:20\n"
                  "moved   (no barcode)  slot:4  slot:21\n");
    CHECK(view_diff(json::array(), false) == "nothing changed\n");
}

TEST_CASE("elements stand with the drives first, and unknown is not empty") {
    const auto text = view_elements(parse(R"({"elements":[
        {"address":1001,"type":"storage","number":1,"full":false,"barcode":null,
         "provenance":{"kind":"observed","at":"2026-01-01T00:00:00Z","by":"b8"}},
        {"address":1002,"type":"storage","number":2,"full":null,"barcode":null,
         "provenance":{"kind":"stale","at":null,"by":null}},
        {"address":1003,"type":"storage","number":3,"full":true,"barcode":null,
         "exception":{"asc":131,"ascq":0,"text":"label unreadable"}},
        {"address":256,"type":"data_transfer","number":1,"full":true,"barcode":"A00001L8"}]})"),
                                    false);
    CHECK(text.find("drive:1") < text.find("slot:1"));
    CHECK(shows(text, "slot:1   1001     empty"));
    CHECK(shows(text, "slot:2   1002     ?"));
    CHECK(shows(text, "(no barcode)"));
    CHECK(shows(text, "label unreadable"));
}

TEST_CASE("requests say how they are answered while they can be") {
    const auto text = view_requests(parse(R"({"operator_requests":[
        {"id":"main-r1","state":"pending","text":"close the door of main","job":"main-1"},
        {"id":"main-r2","state":"satisfied","text":"open it","job":null}]})"),
                                    false);
    CHECK(shows(text, "close the door of main"));
    CHECK(shows(text, "changerctl answer main-r1 complete"));
    CHECK_FALSE(shows(text, "changerctl answer main-r2"));
}

TEST_CASE("a job's line shows the phase it is in") {
    CHECK(job_line(parse(R"({"id":"main-1","operation":"door","state":"running","phase":"open",
                             "progress":40,"operator_request":"main-r1"})")) ==
          "main-1 door: open, 40 %, waits for main-r1");
    CHECK(job_line(
              parse(R"({"id":"main-1","operation":"door","state":"queued","phase":"queued"})")) ==
          "main-1 door: queued");
}

TEST_CASE("the first job of a shared door says in its line whom it waits for") {
    CHECK(job_line(parse(R"({"id":"a-1","operation":"door","state":"running","phase":"draining",
                             "log":[{"text":"waits for library b"}]})")) ==
          "a-1 door: draining, waits for library b");
    CHECK(job_line(parse(R"({"id":"a-1","operation":"door","state":"running","phase":"unlocked",
                             "log":[{"text":"waits for library b"}]})")) == "a-1 door: unlocked");
}

TEST_CASE("who shares a door is shown with it") {
    const auto door = parse(R"({"kind":"door","cabinet":
        {"id":"room","members":["a","b"],"foreign":["the archive's"]}})");
    CHECK(shows(view_door(door, false), "room: a, b; controlled elsewhere: the archive's"));
    CHECK(shows(view_door(parse(R"({"kind":"door","cabinet":null})"), false), "alone"));
    const auto libraries = parse(R"({"libraries":[{"id":"a","cabinet":{"id":"room"}}]})");
    CHECK(shows(view_libraries(libraries, false), "room"));
}

TEST_CASE("what drives have found is said: of one cartridge what it is, of many how many") {
    const auto one = parse(R"({"id":"a-1","operation":"identify","result":{"diff":[],"examined":1,
        "identification":{"outcome":"labelled","label":{"type":"bacula","id":"Full-7","info":""},
                          "medium_serial":"S7","text":""}}})");
    CHECK(shows(view_job(one, false), "labelled: bacula Full-7, chip S7\n"));
    CHECK_FALSE(shows(view_job(one, false), "nothing changed"));
    const auto many = parse(R"({"id":"a-2","operation":"inventory","result":{"diff":[],
        "examined":7,"not_examined":2,"failures":1,"failed":[{"barcode":"A00001L8","element":
        {"address":1020,"type":"storage","number":20},"error":{"message":"hardware error"}}]}})");
    CHECK(shows(view_job(many, false), "nothing changed\n7 cartridges looked at, 2 not\n"));
    CHECK(shows(view_job(many, false), "failed: A00001L8 (slot:20): hardware error"));
    const auto labels = view_media(parse(R"({"media":[
        {"barcode":"A00001L8","label":{"type":"ansi","id":"A00001"},"id":"a-m1"},
        {"barcode":"A00002L8","label":null,"identification":{"outcome":"blank"},"id":"a-m2"},
        {"barcode":"A00003L8","label":null,"identification":null,"id":"a-m3"}]})"),
                                   false);
    CHECK(shows(labels, "A00001L8  ansi A00001  "));
    CHECK(shows(labels, "A00002L8  (blank)  "));
    CHECK(shows(labels, "A00003L8  -  "));
}

TEST_CASE("the door job of a cabinet tells what changed in each library") {
    const auto job = parse(R"({"id":"a-1","operation":"door","state":"failed","result":
        {"inventory":"fast","diff":[],"members":[
          {"library":"a","job":"a-1","state":"passed","error":null,"diff":[]},
          {"library":"b","job":"b-4","state":"failed","error":{"message":"no answer"},
           "diff":[{"change":"added","barcode":"NEW001L8"}]}]}})");
    const auto text = view_job(job, false);
    CHECK(shows(text, "library a (a-1): passed\nnothing changed"));
    CHECK(shows(text, "library b (b-4): failed: no answer"));
    CHECK(shows(text, "NEW001L8"));
    CHECK(shows(view_job(parse(R"({"id":"b-4","part_of":"a-1"})"), false), "part of:    a-1"));
}

TEST_CASE("no view believes that what it shows has the right shape") {
    const auto views = {view_libraries,
                        view_library,
                        view_door,
                        view_elements,
                        view_media,
                        view_medium,
                        view_diff,
                        view_jobs,
                        view_job,
                        view_requests};
    for (const char* text : {"null",
                             "[]",
                             "7",
                             "{}",
                             R"({"libraries":7,"elements":{},"media":null,"jobs":"x"})",
                             R"({"libraries":[7],"elements":[null],"media":["x"],"jobs":[[]],
                                 "operator_requests":[{}],"counts":[],"door":"x","log":[1],
                                 "result":{"diff":[3],"destination":{}},"error":{}})",
                             R"([{"change":7,"from":"x"},null])",
                             R"({"id":7,"state":["\u001b[2J"],"number":1.5,"address":-1})"}) {
        CAPTURE(text);
        const auto value = parse(text);
        for (const auto view : views)
            CHECK_FALSE(view(value, false).empty());
        CHECK_FALSE(job_line(value).empty());
        CHECK_FALSE(place(value).empty());
    }
}

TEST_CASE("what a job moved is said cartridge by cartridge, and how far an exchange went") {
    const std::string slot = R"({"address":1001,"type":"storage","number":1})";
    const std::string drive = R"({"address":256,"type":"data_transfer","number":2})";
    const auto moved = [&](const std::string& result) {
        return moves_of(parse((R"({"state":"passed","result":)" + result + "}").c_str()));
    };
    using Sentences = std::vector<std::string>;
    CHECK(moved(R"({"barcode":"A1","source":)" + slot + R"(,"destination":)" + drive + "}") ==
          Sentences{"A1 from slot:1 to drive:2"});
    CHECK(moved(R"({"barcode":"A1","second_barcode":null,"source":)" + slot + R"(,"destination":)" +
                drive + R"(,"second_destination":)" + slot + R"(,"steps":[]})") ==
          Sentences{"A1 from slot:1 to drive:2",
                    "a cartridge without barcode from drive:2 to slot:1"});
    CHECK(moved(R"({"destination":)" + slot + "}") == Sentences{"the arm to slot:1"});
    CHECK(moved(R"({"steps":[{"barcode":"A1","source":)" + slot + R"(,"destination":)" + drive +
                R"(,"state":"not_run"}]})") == Sentences{"A1 from slot:1 to drive:2 (not_run)"});
    CHECK(moved("null").empty());
    CHECK(moved(R"({"diff":[]})").empty());
}

TEST_SUITE_END();
