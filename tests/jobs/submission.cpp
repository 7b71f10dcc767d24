// SPDX-License-Identifier: Apache-2.0
#include "jobs/submission.hpp"

#include "library/reconcile.hpp"
#include "scsi/smc/element_status.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;

namespace {

struct Fixture {
    Fixture() {
        std::vector<scsi::ElementStatus> elements(3);
        elements[0].address = scsi::ElementAddress{1000};
        elements[0].full = true;
        elements[0].volume_tag = "A00001";
        elements[1].address = scsi::ElementAddress{1001};
        elements[2].address = scsi::ElementAddress{500};
        elements[2].type = scsi::ElementType::data_transfer;
        library::reconcile(model, {elements, WallTime{}, "start", std::nullopt});
    }

    Code check(const JobRequest& request) {
        const auto checked = check_submission(
            request, who, {model, settings, reach, "no answer", members, door_job});
        what = checked ? "" : checked.error().what;
        return checked ? Code::ok : checked.error().code;
    }

    library::Model model{"main"};
    library::Settings settings;
    Principal who{"uid:0", true, true, true};
    Reach reach = Reach::online;
    std::vector<CabinetMember> members;
    std::optional<std::string> door_job;
    std::string what;
};

JobRequest load(std::string source, std::optional<std::string> drive = std::nullopt) {
    JobRequest request;
    request.operation = Operation::load;
    request.source = std::move(source);
    request.destination = std::move(drive);
    return request;
}

} // namespace

TEST_SUITE("jobs/submission") {
    TEST_CASE(
        "a shared door takes the right to control every library behind it, then each enabled") {
        Fixture f;
        f.who = {"uid:7", true, false, true};
        f.settings.enabled.value = false;
        f.members = {{"b", true, true}, {"c", false, false}, {"d", true, true}};
        JobRequest door;
        CHECK(f.check(door) == Code::access_denied);
        CHECK(f.what.find("library main shares its door with library c") != std::string::npos);
        f.members[1].control = true;
        CHECK(f.check(door) == Code::resource_disabled);
        CHECK(f.what.find("library main is disabled") != std::string::npos);
        f.settings.enabled.value = true;
        CHECK(f.check(door) == Code::resource_disabled);
        CHECK(f.what.find("library c, which is disabled") != std::string::npos);
        f.members[1].enabled = true;
        CHECK(f.check(door) == Code::ok);
    }

    TEST_CASE("what is not about the door asks nothing of the other libraries behind it") {
        Fixture f;
        f.members = {{"b", false, false}};
        JobRequest inventory;
        inventory.operation = Operation::inventory;
        CHECK(f.check(inventory) == Code::ok);
        CHECK(f.check(load("slot:1")) == Code::ok);
    }

    TEST_CASE("the first thing that is wrong is told: access, enabled, online, door") {
        Fixture f;
        f.who = {"uid:7"};
        f.settings.enabled.value = false;
        f.settings.door.present.value = false;
        f.reach = Reach::offline;
        JobRequest door;
        CHECK(f.check(door) == Code::access_denied);
        f.who.control = true;
        CHECK(f.check(door) == Code::resource_disabled);
        f.settings.enabled.value = true;
        CHECK(f.check(door) == Code::library_offline);
        CHECK(f.what.find("no answer") != std::string::npos);
        CHECK(f.what.find("check its power") != std::string::npos);
        f.reach = Reach::grace;
        CHECK(f.check(door) == Code::busy);
        f.reach = Reach::starting;
        CHECK(f.check(door) == Code::busy);
        f.reach = Reach::online;
        CHECK(f.check(door) == Code::resource_not_present);
        f.settings.door.present.value = true;
        CHECK(f.check(door) == Code::ok);
        door.inventory = InventoryAction::full;
        CHECK(f.check(door) == Code::device_not_available);
    }

    TEST_CASE("parameters go before access") {
        Fixture f;
        f.who = {"uid:7"};
        CHECK(f.check(load("slot:9")) == Code::invalid_parameter);
        CHECK(f.check(load("slot:1")) == Code::access_denied);
        f.who.use = true;
        CHECK(f.check(load("slot:1")) == Code::ok);
        JobRequest move = load("slot:1", "slot:2");
        move.operation = Operation::move;
        CHECK(f.check(move) == Code::access_denied);
    }

    TEST_CASE("behind an open door only who waits for a move is turned away, after all else") {
        Fixture f;
        f.door_job = "main-7";
        JobRequest request = load("slot:1");
        CHECK(f.check(request) == Code::ok);
        request.while_connected = true;
        CHECK(f.check(request) == Code::door_open);
        CHECK(f.what.find("main-7") != std::string::npos);
        f.reach = Reach::offline;
        CHECK(f.check(request) == Code::library_offline);
        f.reach = Reach::online;
        JobRequest door;
        door.while_connected = true;
        CHECK(f.check(door) == Code::ok);
    }

    TEST_CASE("places are checked against what is known, and not before anything is") {
        Fixture f;
        CHECK(f.check(load("A00001", "drive:1")) == Code::ok);
        CHECK(f.check(load("A00001", "1")) == Code::ok);
        CHECK(f.check(load("A00001", "slot:2")) == Code::invalid_parameter);
        CHECK(f.what.find("drive:N") != std::string::npos);
        CHECK(f.check(load("B00002")) == Code::not_found);
        JobRequest unload = load("A00001");
        unload.operation = Operation::unload;
        CHECK(f.check(unload) == Code::invalid_parameter);
        f.model = library::Model("main");
        CHECK(f.check(load("B00002")) == Code::ok);
    }
}
