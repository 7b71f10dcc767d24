// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"
#include "sim/fault.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::jobs;
using namespace std::chrono_literals;
using library::Identification;
using Lines = std::vector<std::string>;
using Json = nlohmann::json;

namespace {

const Json full_inventory{{"operation", "inventory"}, {"inventory", "full"}};

/// A library of four cartridges and two drives that this host can use.
struct Labels : Bench {
    explicit Labels(std::string_view simulated = "default?slots=8&drives=2&mail=1&tapes=4&instant",
                    const std::map<std::string, Json>& settings = {})
        : Bench(simulated, settings) {
        pass(3s);
        have_drives();
    }

    /// The label that was found of the cartridge with this barcode; empty: none.
    std::string label(const std::string& barcode) {
        const auto records = engine().model().with_barcode(barcode);
        REQUIRE(records.size() == 1);
        const auto& identification = records.front()->identification;
        return identification && identification->label ? identification->label->id : "";
    }

    bool all_home() {
        for (const auto& view : library().snapshot().elements)
            if (view.cartridge && view.type != scsi::ElementType::storage)
                return false;
        for (const auto& view : library().snapshot().elements) {
            const auto* known = engine().model().element(view.address);
            if (known == nullptr || known->full != view.cartridge.has_value())
                return false; // barcodes not every library knows
        }
        return true;
    }
};

Identification labelled(const std::string& id, const std::string& serial) {
    Identification found;
    found.outcome = Identification::Outcome::labelled;
    found.label = {"ansi", id, ""};
    found.medium_serial = serial;
    return found;
}

} // namespace

TEST_SUITE("jobs/engine/examination") {
    TEST_CASE("every cartridge is looked at by a drive and is home again") {
        Labels f;
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).progress == 100);
        CHECK(f.job(id).result["inventory"] == "full");
        CHECK(f.job(id).result["examined"] == 4);
        CHECK(f.job(id).result["failures"] == 0);
        for (const auto* barcode : {"VT0001L8", "VT0002L8", "VT0003L8", "VT0004L8"})
            CHECK(f.label(barcode) == barcode);
        CHECK(f.all_home());
        CHECK(f.taken_drives().empty());
    }

    TEST_CASE("without a drive a full inventory is refused, or is a fast one by default") {
        Bench f("default?slots=8&drives=2&mail=1&tapes=4&instant", {{"inventory_method", "full"}});
        f.pass(3s);
        CHECK(f.submit(full_inventory).error().code == Code::device_not_available);
        const auto id = f.queue({{"operation", "inventory"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).result["inventory"] == "fast");
    }

    TEST_CASE("what a drive cannot read is told, and the job goes on") {
        Labels f;
        Identification unreadable;
        unreadable.outcome = Identification::Outcome::unreadable;
        unreadable.text = "medium error";
        f.tapes["VT0002L8"] = unreadable;
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.diff(id) == Lines{"unreadable VT0002L8 - storage:2"});
        CHECK(f.all_home());
    }

    TEST_CASE("a cartridge that a drive fails at is tried in another, then told as failed") {
        Labels f;
        int failures = 0;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (std::holds_alternative<IdentifyTape>(command) &&
                f.library().snapshot().at(at) == "VT0003L8") {
                ++failures;
                return DriveFailed{{Code::device_refused, "hardware error"}};
            }
            return f.carry_out(at, command);
        };
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(failures == 2);
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 3);
        REQUIRE(f.job(id).result["failed"].size() == 1);
        CHECK(f.job(id).result["failed"][0]["barcode"] == "VT0003L8");
        CHECK(f.job(id).result["failed"][0]["error"]["code"] == "device_refused");
        CHECK(f.all_home());
    }

    TEST_CASE("a drive that others use is left alone, and the other does all the work") {
        Labels f;
        const auto first = f.at("drive:1");
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (at == first && !std::holds_alternative<TakeDrive>(command))
                FAIL("a command for a drive that was not to be had");
            if (at == first)
                return DriveFailed{{Code::drive_in_use, "a program has it open"}};
            return f.carry_out(at, command);
        };
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 4);
        CHECK(f.all_home());
    }

    TEST_CASE("without any drive it waits, and goes on when one is free") {
        Labels f;
        bool used = true;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (used)
                return DriveFailed{{Code::drive_in_use, "a program has it open"}};
            return f.carry_out(at, command);
        };
        const auto id = f.queue(full_inventory);
        f.pass(100s);
        CHECK_FALSE(f.finished(id));
        used = false;
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 4);
    }

    TEST_CASE("it gives up after a quarter of an hour without a drive") {
        Labels f;
        f.drive = [&](scsi::ElementAddress, const DriveCommand&) -> DriveAnswer {
            return DriveFailed{{Code::drive_in_use, "a program has it open"}};
        };
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }, 1000s));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::device_not_available);
        CHECK(f.job(id).result["not_examined"] == 4);
    }

    TEST_CASE("a drive that does not let go of a cartridge keeps it, and the rest is done") {
        Labels f;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (std::holds_alternative<UnloadTape>(command) &&
                f.library().snapshot().at(at) == "VT0001L8")
                return DriveFailed{{Code::device_refused, "it is stuck"}};
            return f.carry_out(at, command);
        };
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 4);
        CHECK(f.job(id).result["failed"][0]["barcode"] == "VT0001L8");
        CHECK(f.agrees());
    }

    TEST_CASE("a load comes between, in a drive of its own") {
        Labels f("default?slots=40&drives=2&mail=1&tapes=30&instant");
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        const auto load =
            f.queue({{"operation", "load"}, {"source", "VT0030L8"}, {"destination", "drive:1"}});
        f.pass(2s);
        CHECK_FALSE(f.finished(load));
        f.hold_drives = false;
        REQUIRE(f.pass_until([&] { return f.finished(load); }));
        CHECK(f.job(load).state == JobState::passed);
        CHECK_FALSE(f.finished(id));
        CHECK(f.library().snapshot().at(f.at("drive:1")) == "VT0030L8");
        f.queue({{"operation", "unload"}, {"source", "drive:1"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.all_home());
    }

    TEST_CASE("a door comes first: what is in drives goes home, and it goes on afterwards") {
        Labels f("default?slots=8&drives=2&mail=1&tapes=4&instant");
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        const auto door = f.queue({{"operation", "door"}, {"inventory", "fast"}});
        f.release_drives();
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        CHECK(f.all_home());
        CHECK(f.taken_drives().empty());
        CHECK(f.job(id).state == JobState::queued);
        REQUIRE(f.library().open_door());
        f.pass(3s);
        REQUIRE(f.library().remove(f.at("slot:4")));
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.finished(door); }));
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.label("VT0003L8") == "VT0003L8");
        CHECK(f.all_home());
    }

    TEST_CASE("cancelled, it brings home what it has taken and looks at no other") {
        Labels f;
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        REQUIRE(f.cancel(id));
        f.release_drives();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::cancelled);
        CHECK(f.all_home());
        CHECK(f.taken_drives().empty());
    }

    TEST_CASE("killed at every record, it goes on, and no cartridge is lost or looked at in vain") {
        for (const auto cut : {Cut::before_command, Cut::after_command}) {
            for (const auto* library :
                 {"default?slots=8&drives=2&mail=1&tapes=4&instant",
                  "no-barcode-reader?slots=8&drives=2&mail=1&tapes=4&instant"}) {
                for (std::size_t record = 1;; ++record) {
                    CAPTURE(library);
                    CAPTURE(record);
                    CAPTURE(static_cast<int>(cut));
                    Labels f(library);
                    const auto id = f.queue(full_inventory);
                    const auto before = f.records();
                    f.kill_at(record, cut);
                    REQUIRE(f.pass_until([&] { return f.finished(id); }, 600s));
                    CHECK(f.job(id).state == JobState::passed);
                    CHECK(f.all_home());
                    CHECK(f.engine().model().media().size() == 4);
                    for (const auto& [key, media] : f.engine().model().media())
                        CHECK(media.identification);
                    CHECK(f.taken_drives().empty());
                    if (f.records() < before + record)
                        break;
                    REQUIRE(record < 500);
                }
            }
        }
    }

    TEST_CASE("a cartridge that the arm does not let go of is brought home out of the arm") {
        Labels f;
        auto fault = sim::parse_fault("A5:stuck");
        REQUIRE(fault);
        f.library().inject(*fault);
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 4);
        CHECK(f.all_home());
    }

    TEST_CASE("a lost library is waited for, and the move under way judged by its elements") {
        Labels f;
        f.hold = true;
        const auto id = f.queue(full_inventory);
        f.pass(1s);
        f.hold = false;
        f.pass(1s);
        f.lose_device();
        f.pass(30s);
        f.connect();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.all_home());
    }

    TEST_CASE("a door job with a full inventory looks at every cartridge behind the door") {
        Labels f;
        const auto door = f.queue({{"operation", "door"}, {"inventory", "full"}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        REQUIRE(f.library().open_door());
        f.pass(3s);
        REQUIRE(f.library().insert("NEW001L8", f.at("slot:6")));
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.finished(door); }));
        CHECK(f.job(door).state == JobState::passed);
        CHECK(f.job(door).result["inventory"] == "full");
        CHECK(f.job(door).result["examined"] == 5);
        CHECK(f.diff(door) == Lines{"added NEW001L8 - storage:6"});
        CHECK(f.label("NEW001L8") == "NEW001L8");
        CHECK(f.all_home());
    }

    TEST_CASE("without a reader only the slots that were filled behind the door are looked at") {
        Labels f("no-barcode-reader?slots=8&drives=2&mail=1&tapes=4&instant");
        const auto door = f.queue({{"operation", "door"}, {"inventory", "fast"}});
        REQUIRE(f.pass_until([&] { return f.phase(door) == "unlocked"; }));
        REQUIRE(f.library().open_door());
        f.pass(3s);
        REQUIRE(f.library().insert("NEW001L8", f.at("slot:6")));
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.finished(door); }));
        CHECK(f.job(door).state == JobState::passed);
        CHECK(f.job(door).result["inventory"] == "fast");
        CHECK(f.job(door).result["examined"] == 1);
        CHECK(f.all_home());
    }

    TEST_CASE("a cartridge whose label was changed is the same one, relabelled") {
        Labels f;
        REQUIRE(f.pass_until([&, id = f.queue(full_inventory)] { return f.finished(id); }));
        f.tapes["VT0001L8"] = labelled("ANOTHER", "SVT0001L8");
        const auto id = f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.diff(id) == Lines{"relabelled VT0001L8 - storage:1"});
        CHECK(f.label("VT0001L8") == "ANOTHER");
        CHECK(f.engine().model().media().size() == 4);
    }

    TEST_CASE("one cartridge is identified, wherever the library keeps it") {
        Labels f;
        const auto id = f.queue({{"operation", "identify"}, {"source", "VT0003L8"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.job(id).result["examined"] == 1);
        CHECK(f.job(id).result["identification"]["label"]["id"] == "VT0003L8");
        CHECK(f.label("VT0003L8") == "VT0003L8");
        CHECK(f.label("VT0001L8").empty());
        CHECK(f.all_home());
    }

    TEST_CASE("an empty slot cannot be identified, nor one that no drive can look at") {
        Labels f;
        const auto id = f.queue({{"operation", "identify"}, {"source", "slot:8"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).error->code == Code::source_empty);
        CHECK(f.submit({{"operation", "identify"}}).error().code == Code::invalid_parameter);
        f.have_drives({});
        CHECK(f.submit({{"operation", "identify"}, {"source", "slot:1"}}).error().code ==
              Code::device_not_available);
    }

    TEST_CASE("a cartridge that cannot be identified fails the job, and is home") {
        Labels f;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (std::holds_alternative<IdentifyTape>(command))
                return DriveFailed{{Code::device_refused, "hardware error"}};
            return f.carry_out(at, command);
        };
        const auto id = f.queue({{"operation", "identify"}, {"source", "slot:1"}});
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::failed);
        CHECK(f.job(id).error->code == Code::device_refused);
        CHECK(f.job(id).result["identification"].is_null());
        CHECK(f.all_home());
    }

    TEST_CASE("stopped, a full inventory ends between cartridges and keeps what it has found") {
        Labels f("default?slots=40&drives=1&mail=1&tapes=30&instant");
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        const auto stop = f.queue({{"operation", "stop"}});
        CHECK(f.job(stop).state == JobState::passed);
        CHECK(f.job(stop).result["running"] == id);
        f.release_drives();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::stopped);
        CHECK(f.job(id).error->code == Code::stopped);
        CHECK(f.all_home());
        CHECK(f.taken_drives().empty());
        const auto nothing = f.queue({{"operation", "stop"}});
        CHECK(f.job(nothing).result["changed"] == false);
    }

    TEST_CASE("stopped while it still reads the elements, it looks at no cartridge") {
        Labels f;
        f.hold = true;
        const auto id = f.queue(full_inventory);
        f.pass(1s);
        REQUIRE(f.phase(id) == "scanning");
        CHECK(f.job(f.queue({{"operation", "stop"}})).result["running"] == id);
        f.hold = false;
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::stopped);
        CHECK(f.job(id).result["examined"] == 0);
    }

    TEST_CASE("a stop that was promised holds over a restart") {
        Labels f("default?slots=40&drives=1&mail=1&tapes=30&instant");
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        f.queue({{"operation", "stop"}});
        f.hold_drives = false;
        f.kill();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        CHECK(f.job(id).state == JobState::stopped);
        CHECK(f.all_home());
    }

    TEST_CASE("after a load its drive is left to others for a while, then used again") {
        Labels f("default?slots=40&drives=2&mail=1&tapes=30&instant");
        f.hold_drives = true;
        f.queue(full_inventory);
        f.pass(1s);
        CHECK(f.taken_drives().empty()); // both are asked for, neither has answered
        const auto load =
            f.queue({{"operation", "load"}, {"source", "VT0030L8"}, {"destination", "drive:2"}});
        const auto unload = f.queue({{"operation", "unload"}, {"source", "drive:2"}});
        std::size_t most = 0;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            auto answer = f.carry_out(at, command);
            if (f.finished(unload) && std::holds_alternative<IdentifyTape>(command))
                most = std::max(most, f.taken_drives().size());
            return answer;
        };
        f.release_drives();
        REQUIRE(f.pass_until([&] { return f.finished(unload) && f.finished(load); }));
        f.pass(5s);
        CHECK(most <= 1);
    }

    TEST_CASE("the door is locked while cartridges are under way, and unlocked afterwards") {
        Labels f;
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        CHECK(f.library().open_door().error().code == Code::busy);
        f.release_drives();
        REQUIRE(f.pass_until([&] { return f.finished(id); }));
        f.pass(2s);
        CHECK(f.engine().door().lock == door::LockState::unlocked);
        CHECK(f.library().open_door());
    }

    TEST_CASE("the lock policy never keeps the door as it is") {
        Labels f("default?slots=8&drives=2&mail=1&tapes=4&instant",
                 {{"door.lock_policy", "never"}});
        f.hold_drives = true;
        f.queue(full_inventory);
        f.pass(2s);
        CHECK(f.library().snapshot().lock_holders.empty());
    }

    TEST_CASE(
        "a door that is opened all the same interrupts it, and it goes on when that is over") {
        Labels f("cannot-lock?slots=8&drives=2&mail=1&tapes=4&instant");
        f.hold_drives = true;
        const auto id = f.queue(full_inventory);
        f.pass(2s);
        REQUIRE(f.library().open_door());
        f.release_drives();
        f.pass(30s);
        CHECK(f.job(id).state == JobState::queued);
        const auto* asked = f.pending();
        REQUIRE(asked != nullptr);
        CHECK(asked->type == "close_door");
        REQUIRE(f.library().close_door());
        REQUIRE(f.pass_until([&] { return f.finished(id); }, 900s));
        CHECK(f.job(id).state == JobState::passed);
        CHECK(f.engine().model().media().size() == 4);
        for (const auto& [key, media] : f.engine().model().media())
            CHECK(media.identification);
        CHECK(f.all_home());
        CHECK(f.taken_drives().empty());
    }

    TEST_CASE("a load from a slot whose cartridge is being looked at waits until it is home") {
        Labels f("default?slots=40&drives=2&mail=1&tapes=30&instant");
        f.pass(1s);
        int held = 0;
        f.drive = [&](scsi::ElementAddress at, const DriveCommand& command) -> DriveAnswer {
            if (std::holds_alternative<IdentifyTape>(command) && ++held == 1) {
                CHECK(f.library().snapshot().at(at) == "VT0001L8");
                f.queue({{"operation", "load"}, {"source", "slot:1"}});
            }
            return f.carry_out(at, command);
        };
        f.queue(full_inventory);
        REQUIRE(f.pass_until([&] { return f.engine().job("main-2") != nullptr; }));
        REQUIRE(f.pass_until([&] { return f.finished("main-2"); }));
        CHECK(f.job("main-2").state == JobState::passed);
        CHECK(f.job("main-2").result["barcode"] == "VT0001L8");
    }
}
