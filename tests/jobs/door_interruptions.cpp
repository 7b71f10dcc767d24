// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::door;
using namespace changer::jobs::door::test;

// Cancel, the inventory asked for, merged requests, the daemon's death, a lost device.

namespace {

Outcome outcome(const Driver& job) {
    REQUIRE(job.phase() == "done");
    return std::get<Done>(job.state().phase).outcome;
}

Parameters asking_for(InventoryAction inventory) {
    Parameters p = parameters();
    p.inventory = inventory;
    return p;
}

} // namespace

TEST_SUITE("jobs/door: cancel") {
    TEST_CASE("queued, draining: at once") {
        Driver job;
        SUBCASE("queued") {}
        SUBCASE("draining") {
            job.feed(Selected{});
        }
        job.feed(Cancel{});
        CHECK(outcome(job).ending == Ending::cancelled);
    }

    TEST_CASE("unlocking: the command ends, a lock that was touched is put right") {
        Driver job;
        job.feed(Started{});
        SUBCASE("before ALLOW") {
            job.feed(Cancel{});
            CHECK(job.phase() == "unlocking");
            job.feed(ready());
        }
        SUBCASE("during ALLOW") {
            job.feed(ready());
            job.feed(no_alerts());
            job.feed(elements());
            job.feed(Cancel{});
            CHECK(job.phase() == "unlocking");
            job.feed(good());
        }
        CHECK(outcome(job).ending == Ending::cancelled);
    }

    TEST_CASE("unlocked: locked, read again") {
        Driver job;
        job.to_unlocked();
        job.feed(Cancel{});
        REQUIRE(job.awaits<PreventRemoval>());
        job.feed(good());
        REQUIRE(job.awaits<ReadElements>());
        job.run_down();
        CHECK(outcome(job).ending == Ending::cancelled);
        CHECK(job.last<Reconcile>()->inventory == library::InventoryMethod::none);
    }

    TEST_CASE("open: when closed, locked and read again") {
        Driver job;
        job.to_open();
        job.feed(Cancel{});
        job.watch(seconds{60}, not_ready(door_is_open));
        CHECK(job.phase() == "open");
        job.watch(seconds{12}, ready());
        CHECK(job.phase() == "settling");
        REQUIRE(job.awaits<PreventRemoval>());
        job.run_down();
        CHECK(outcome(job).ending == Ending::cancelled);
        CHECK(job.last<ElementsScanned>());
    }

    TEST_CASE("settling: it ends, read again") {
        Driver job;
        job.to_settling();
        job.feed(Cancel{});
        CHECK(job.phase() == "settling");
        job.run_down();
        CHECK(outcome(job).ending == Ending::cancelled);
        CHECK(job.last<Reconcile>());
    }

    TEST_CASE("scanning: after the running command") {
        Parameters p = parameters();
        SUBCASE("a read is taken over") {
            Driver job(p);
            job.to_scanning();
            job.feed(Cancel{});
            CHECK(job.phase() == "scanning");
            job.feed(elements());
            CHECK(job.phase() == "reconciling");
            job.run_down();
            CHECK(outcome(job).ending == Ending::cancelled);
        }
        SUBCASE("behind a rescan nothing is read, the elements stay stale") {
            p.rescans = true;
            Driver job(p);
            job.to_scanning();
            REQUIRE(job.awaits<Rescan>());
            job.feed(Cancel{});
            job.feed(DeviceAnswer{Rescanned{}});
            job.run_down();
            CHECK(outcome(job).ending == Ending::cancelled);
            CHECK_FALSE(job.last<Reconcile>());
        }
    }

    TEST_CASE("identifying: the cartridge goes home first") {
        Driver job(asking_for(InventoryAction::full));
        job.to_scanning();
        job.feed(elements());
        REQUIRE(job.phase() == "identifying");
        job.feed(Cancel{});
        CHECK(job.noticed<StopIdentifying>());
        CHECK(job.phase() == "identifying");
        job.feed(Identified{});
        job.run_down();
        CHECK(outcome(job).ending == Ending::cancelled);
    }

    TEST_CASE("reconciling: too late, it passes and says so") {
        Driver job;
        job.to_scanning();
        job.feed(elements());
        REQUIRE(job.phase() == "reconciling");
        job.feed(Cancel{});
        CHECK(job.noticed<Log>());
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
    }
}

TEST_SUITE("jobs/door: inventory") {
    TEST_CASE("none: elements are read again, nothing is identified") {
        Driver job(asking_for(InventoryAction::none));
        job.to_scanning();
        REQUIRE(job.awaits<ReadElements>());
        job.feed(elements());
        CHECK(job.phase() == "reconciling");
        CHECK(job.last<Reconcile>()->inventory == library::InventoryMethod::none);
    }

    TEST_CASE("fast: rescanned where the library needs it, then settled, then read") {
        Parameters p = parameters();
        p.rescans = true;
        Driver job(p);
        job.to_scanning();
        REQUIRE(job.awaits<Rescan>());
        job.feed(DeviceAnswer{Rescanned{}});
        CHECK(job.phase() == "settling");
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
    }

    TEST_CASE("fast without a barcode reader: only slots that were filled are identified") {
        Parameters p = parameters();
        p.barcode_reader = false;
        Driver job(p);
        job.to_scanning();
        job.feed(elements());
        CHECK(job.phase() == "identifying");
        REQUIRE(job.last<Identify>());
        CHECK_FALSE(job.last<Identify>()->everything);
    }

    TEST_CASE("default: resolved at close by what the library's setting is then") {
        Driver job(asking_for(InventoryAction::by_default));
        job.to_open();
        job.feed(Amended{.inventory_method = library::InventoryMethod::none});
        CHECK_FALSE(job.context().resolved);
        job.watch(seconds{12}, ready());
        CHECK(job.context().resolved == library::InventoryMethod::none);
        job.feed(Amended{.inventory_method = library::InventoryMethod::full});
        job.run_down();
        CHECK(job.last<Reconcile>()->inventory == library::InventoryMethod::none);
    }

    TEST_CASE("a read that does not complete gives no diff: the job fails") {
        Driver job;
        job.to_scanning();
        for (int i = 0; i < 3; ++i) {
            REQUIRE(job.awaits<ReadElements>());
            job.feed(failed({Code::malformed_response, "truncated"}));
            if (job.phase() == "scanning")
                job.tick();
        }
        job.run_down();
        CHECK(outcome(job).error->code == Code::malformed_response);
        CHECK_FALSE(job.last<Reconcile>());
        CHECK(job.context().lock == LockState::unlocked);
    }
}

TEST_SUITE("jobs/door: merged requests") {
    TEST_CASE("can be taken in before the door was seen open, and change what is asked for") {
        Driver job(asking_for(InventoryAction::none));
        job.to_unlocked();
        CHECK(before_open(job.state()));
        job.feed(Amended{.inventory = InventoryAction::fast, .max_open = seconds{60}});
        CHECK(job.context().parameters.inventory == InventoryAction::fast);
        job.watch(seconds{1}, not_ready(door_is_open));
        CHECK_FALSE(before_open(job.state()));
        job.watch(seconds{62}, not_ready(door_is_open));
        CHECK(job.context().request == RequestType::close_door);
    }
}

TEST_SUITE("jobs/door: opened without a request") {
    TEST_CASE("the operator is asked to close it; at most a fast inventory follows") {
        Parameters p = parameters();
        p.inventory_method = library::InventoryMethod::full;
        const auto why = opened(not_ready(door_is_open), scsi::VendorFamily::generic);
        REQUIRE(why);
        State asked_for_nothing;
        asked_for_nothing.context.parameters = unsolicited(p);
        const Step begun = found_open(asked_for_nothing, *why, Driver().now());
        CHECK(begun.record);
        CHECK(begun.next.context.request == RequestType::close_door);
        Driver job(begun.next);
        job.watch(seconds{30}, not_ready(door_is_open));
        job.watch(seconds{12}, ready());
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
        CHECK(job.last<Reconcile>()->inventory == library::InventoryMethod::fast);
    }

    TEST_CASE("codes that only may mean a door do not start one") {
        CHECK_FALSE(opened(not_ready(manual_intervention), scsi::VendorFamily::generic));
        CHECK_FALSE(opened(with(ready(), medium_changed), scsi::VendorFamily::generic));
        CHECK_FALSE(opened(with(ready(), power_on), scsi::VendorFamily::generic));
    }
}

TEST_SUITE("jobs/door: the daemon dies") {
    TEST_CASE("while open: it goes on from what is seen") {
        Driver job;
        job.to_open();
        job.restart();
        CHECK(job.awaits<TestReady>());
        CHECK(job.noticed<MarkStale>());
        CHECK(job.context().door == DoorState::unknown);
        CHECK(job.context().lock == LockState::unknown);
        SUBCASE("still open") {
            job.feed(not_ready(door_is_open));
            CHECK(job.context().door == DoorState::open);
            job.watch(seconds{30}, not_ready(door_is_open));
            CHECK(job.phase() == "open");
        }
        job.watch(seconds{12}, ready());
        CHECK(job.phase() == "settling");
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
    }

    TEST_CASE("while unlocked: what was done meanwhile is found by comparing") {
        Driver job;
        job.to_unlocked();
        job.restart(false);
        CHECK_FALSE(job.outstanding());
        job.feed(DeviceBack{});
        REQUIRE(job.awaits<TestReady>());
        job.feed(with(ready(), new_nexus));
        REQUIRE(job.awaits<AllowRemoval>());
        job.feed(good());
        REQUIRE(job.awaits<ReadElements>());
        SUBCASE("nothing") {
            job.feed(elements());
            CHECK(job.phase() == "unlocked");
            CHECK_FALSE(job.context().request);
        }
        SUBCASE("a cartridge was taken") {
            job.feed(elements(slots({"A", "", "", ""})));
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("a policy of no lock needs no PREVENT to know at the end that it is unlocked") {
        Parameters p = parameters();
        p.lock_policy = library::LockPolicy::never;
        Driver job(p);
        job.to_open();
        job.restart();
        job.watch(seconds{12}, ready());
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
        CHECK(job.context().lock == LockState::unlocked);
        CHECK(job.context().door == DoorState::closed);
    }

    TEST_CASE("while ALLOW was on its way: it is sent again, the snapshot stays") {
        Driver job;
        job.feed(Started{});
        job.feed(ready());
        job.feed(no_alerts());
        job.feed(elements());
        REQUIRE(job.awaits<AllowRemoval>());
        const auto before = job.context().before;
        job.restart();
        CHECK(job.phase() == "unlocked");
        CHECK(job.context().before == before);
        job.feed(ready());
        CHECK(job.awaits<AllowRemoval>());
    }

    TEST_CASE("while locking, scanning, identifying, reconciling: the inventory starts over") {
        Driver job(asking_for(InventoryAction::full));
        job.to_scanning();
        SUBCASE("scanning") {}
        SUBCASE("identifying") {
            job.feed(elements());
        }
        SUBCASE("reconciling") {
            job.feed(elements());
            job.feed(Identified{});
        }
        job.restart();
        CHECK(job.phase() == "settling");
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
    }

    TEST_CASE("after the model agreed: only the lock is left") {
        Driver job;
        job.to_scanning();
        job.feed(elements());
        job.feed(Reconciled{});
        REQUIRE(job.awaits<AllowRemoval>());
        job.restart();
        REQUIRE(job.awaits<AllowRemoval>());
        job.feed(good());
        CHECK(outcome(job).ending == Ending::passed);
    }

    TEST_CASE("budgets go on from the wall clock, whatever that did") {
        Driver job;
        job.to_unlocked();
        job.watch(seconds{600}, ready());
        job.pass(seconds{200});
        job.restart();
        job.feed(ready());
        job.feed(good());
        job.feed(elements());
        job.watch(seconds{90}, ready());
        CHECK(job.phase() == "unlocked");
        job.watch(seconds{20}, ready());
        CHECK(job.phase() == "locking");
    }
}

TEST_SUITE("jobs/door: device lost") {
    TEST_CASE("it is waited for; back again the job observes and goes on") {
        Driver job;
        job.to_open();
        job.feed(DeviceLost{});
        for (int i = 0; i < 600; ++i)
            job.tick();
        CHECK_FALSE(job.outstanding());
        CHECK(job.phase() == "open");
        job.feed(DeviceBack{});
        CHECK(job.awaits<TestReady>());
        job.watch(seconds{12}, ready());
        job.run_down();
        CHECK(outcome(job).ending == Ending::passed);
    }

    TEST_CASE("longer than its budget: library_offline, the lock unknown, the operator told") {
        for (const bool silent : {false, true}) {
            CAPTURE(silent);
            Driver job;
            job.to_settling();
            job.feed(good());
            if (!silent)
                job.feed(DeviceLost{});
            for (int i = 0; i < 1000 && job.phase() != "done"; ++i) {
                if (job.outstanding())
                    job.feed(lost_answer());
                job.tick();
            }
            CHECK(outcome(job).error->code == Code::library_offline);
            CHECK(job.context().lock == LockState::unknown);
            CHECK(job.noticed<MarkStale>());
            CHECK(job.last<RaiseRequest>()->type == RequestType::service);
        }
    }
}

TEST_SUITE("jobs/door: journal form") {
    TEST_CASE("a document with any field missing or of another type is refused, not crashed on") {
        Parameters p = parameters();
        p.lockable = true;
        Driver job(p);
        job.to_unlocked();
        const auto whole = to_json(job.state());
        REQUIRE(state_from_json(whole));
        const auto flat = whole.flatten();
        for (const auto& item : flat.items()) {
            const std::string path = item.key();
            const nlohmann::json& value = item.value();
            CAPTURE(path);
            const nlohmann::json::json_pointer pointer(path);
            for (const nlohmann::json& hostile :
                 {nlohmann::json::array({"x"}), nlohmann::json(-1), nlohmann::json(1e300)}) {
                auto bent = whole;
                bent[pointer] = hostile;
                const auto read = state_from_json(bent);
                const bool list = whole.at(pointer).is_array(); // empty ones flatten to null
                if (!list || !hostile.is_array())
                    CHECK_FALSE(read);
            }
            if (value.is_null() || path == "/context/parameters/lockable" ||
                path.rfind("/context/before", 0) == 0)
                continue; // unknown is null
            auto bent = whole;
            bent[pointer] = nullptr;
            CHECK_FALSE(state_from_json(bent));
        }
        for (const auto* text : {"null", "[]", "{}", "3", R"({"schema":"changer.door_machine/2"})"})
            CHECK_FALSE(state_from_json(nlohmann::json::parse(text)));
    }

    TEST_CASE("every vendor family survives it") {
        for (int i = 0; i <= static_cast<int>(scsi::VendorFamily::mhvtl); ++i) {
            State state;
            state.context.parameters.family = static_cast<scsi::VendorFamily>(i);
            const auto read = state_from_json(to_json(state));
            REQUIRE(read);
            CHECK(*read == state);
        }
    }
}
