// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::door;
using namespace changer::jobs::door::test;

// One case for each row of the door's table of situations.

namespace {

/// Ends the job well from `settling` on, and checks that it did.
void passes(Driver& job, const std::vector<scsi::ElementStatus>& read = slots()) {
    job.run_down(read);
    REQUIRE(job.phase() == "done");
    CHECK(std::get<Done>(job.state().phase).outcome.ending == Ending::passed);
}

Outcome outcome(const Driver& job) {
    REQUIRE(job.phase() == "done");
    return std::get<Done>(job.state().phase).outcome;
}

Parameters cannot_lock() {
    Parameters p = parameters();
    p.lockable = false;
    p.how_to_open = "turn the key";
    return p;
}

Parameters never_reports() {
    Parameters p = parameters();
    p.reports_door = false;
    return p;
}

} // namespace

TEST_SUITE("jobs/door: the whole way") {
    TEST_CASE("opened, exchanged, closed: locked, settled, scanned, reconciled, passed") {
        Driver job;
        job.to_open();
        CHECK(job.context().door == DoorState::open);
        CHECK(job.last<MarkStale>());
        job.watch(seconds{20}, not_ready(door_is_open));
        CHECK(job.phase() == "open");
        job.watch(seconds{12}, not_ready(becoming_ready));
        CHECK(job.phase() == "settling");
        CHECK(job.context().door == DoorState::closed);
        passes(job, slots({"A", "", "C", ""}));
        const auto* reconcile = job.last<Reconcile>();
        REQUIRE(reconcile);
        CHECK(reconcile->inventory == library::InventoryMethod::fast);
        CHECK(job.context().lock == LockState::unlocked); // policy `jobs`: ends with the job
        CHECK(job.last<Finished>());
    }

    TEST_CASE("what the library held is read and recorded before ALLOW") {
        Driver job;
        job.feed(Started{});
        job.feed(with(ready(), medium_changed)); // an old one: drained, no evidence
        REQUIRE(job.awaits<ReadAlerts>());
        job.feed(no_alerts());
        REQUIRE(job.awaits<ReadElements>());
        CHECK_FALSE(door_in_use(job.state()));
        job.feed(elements());
        CHECK(job.awaits<AllowRemoval>());
        CHECK(job.context().before.has_value());
        CHECK(job.noticed<ElementsObserved>());
        CHECK(door_in_use(job.state()));
    }

    TEST_CASE("a library that has no alerts and cannot be read is unlocked all the same") {
        Driver job;
        job.feed(Started{});
        job.feed(not_ready(manual_intervention));
        job.feed(failed({Code::device_refused, "refused", not_supported}));
        for (int i = 0; i < 3; ++i) {
            REQUIRE(job.awaits<ReadElements>());
            job.feed(failed({Code::device_refused, "not ready", manual_intervention}));
            if (!job.outstanding())
                job.tick();
        }
        REQUIRE(job.awaits<AllowRemoval>());
        job.feed(good());
        CHECK(job.phase() == "unlocked");
        SUBCASE("and the fault it had before is no evidence of an open door") {
            job.watch(seconds{30}, not_ready(manual_intervention));
            CHECK(job.phase() == "unlocked");
            job.watch(seconds{1}, ready());
            job.watch(seconds{1}, not_ready(manual_intervention)); // but a new one is
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("drives are emptied first where the library demands it") {
        Parameters p = parameters();
        p.empties_drives = true;
        Driver job(p);
        job.feed(Started{});
        CHECK(job.phase() == "emptying_drives");
        REQUIRE(job.awaits<ReadElements>());
        auto read = slots();
        read.back().full = true;
        read.back().volume_tag = "C";
        read.back().source = scsi::ElementAddress{1003};
        job.feed(elements(read));
        REQUIRE(job.awaits<MoveMedium>());
        CHECK(std::get<MoveMedium>(*job.outstanding()) ==
              MoveMedium{scsi::ElementAddress{256}, scsi::ElementAddress{1003}, "C"});
        SUBCASE("then the door is unlocked") {
            job.feed(DeviceAnswer{Moved{.verdict = MoveVerdict::done}});
            CHECK(job.phase() == "unlocking");
        }
        SUBCASE("a move that fails ends the job before anything was unlocked") {
            job.feed(DeviceAnswer{Moved{MoveVerdict::not_done, Error{Code::drive_in_use, "x"}}});
            CHECK(outcome(job).error->code == Code::drive_in_use);
        }
        SUBCASE("cancelled: the running move ends first") {
            job.feed(Cancel{});
            CHECK(job.phase() == "emptying_drives");
            job.feed(DeviceAnswer{Moved{.verdict = MoveVerdict::done}});
            CHECK(outcome(job).ending == Ending::cancelled);
        }
        SUBCASE("a move whose answer is lost is not sent again: the elements decide") {
            job.restart();
            REQUIRE(job.awaits<ReadElements>());
            job.feed(elements()); // the drive is empty: it was done
            CHECK(job.phase() == "unlocking");
        }
    }
}

TEST_SUITE("jobs/door: library busy") {
    TEST_CASE("it drains until nothing of ours runs, then goes on") {
        Driver job;
        job.feed(Selected{});
        CHECK(job.phase() == "draining");
        job.tick();
        CHECK_FALSE(job.outstanding());
        job.feed(Started{});
        CHECK(job.phase() == "unlocking");
    }

    TEST_CASE("ALLOW that answers not ready leaves the lock unknown and goes on, and is repeated "
              "when ready") {
        Driver job;
        job.feed(Started{});
        job.feed(ready());
        job.feed(no_alerts());
        job.feed(elements());
        job.feed(removal(RemovalVerdict::refused, becoming_ready));
        CHECK(job.phase() == "unlocked");
        CHECK(job.context().lock == LockState::unknown);
        CHECK(job.context().request == RequestType::open_door);
        REQUIRE(job.reaches<AllowRemoval>(ready()));
        job.feed(good());
        CHECK(job.context().lock == LockState::unlocked);
        CHECK_FALSE(job.context().request);
    }
}

TEST_SUITE("jobs/door: evidence of open") {
    TEST_CASE("strong: a not-ready code of a door, a magazine, a fault after ALLOW") {
        for (const Sense& sense : {door_is_open,
                                   Sense{0x2, 0x3B, 0x11},
                                   Sense{0x2, 0x3B, 0x12},
                                   Sense{0x2, 0x04, 0x00},
                                   manual_intervention,
                                   Sense{0x2, 0x04, 0x12}}) {
            CAPTURE(to_string(sense));
            Driver job;
            job.to_unlocked();
            job.watch(seconds{1}, not_ready(sense));
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("strong: a magazine that was inserted, a TapeAlert flag newly set") {
        Driver job;
        job.to_unlocked();
        SUBCASE("3B/13") {
            job.tick();
            job.feed(with(ready(), {0x6, 0x3B, 0x13}));
            CHECK(job.phase() == "open");
        }
        SUBCASE("flag 16") {
            REQUIRE(job.reaches<ReadAlerts>(ready()));
            AlertFlags flags;
            flags.set(16);
            job.feed(DeviceAnswer{Alerts{flags}});
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("a TapeAlert flag that was set before is no evidence") {
        Driver job;
        job.feed(Started{});
        job.feed(ready());
        AlertFlags flags;
        flags.set(16);
        job.feed(DeviceAnswer{Alerts{flags}});
        job.feed(elements());
        job.feed(good());
        REQUIRE(job.reaches<ReadAlerts>(ready()));
        job.feed(DeviceAnswer{Alerts{flags}});
        CHECK(job.phase() == "unlocked");
    }

    TEST_CASE("IBM 04/85 counts on that family alone") {
        Parameters p = parameters();
        SUBCASE("elsewhere it is a firmware upgrade") {
            p.family = scsi::VendorFamily::bdt;
            Driver job(p);
            job.to_unlocked();
            job.watch(seconds{3}, not_ready({0x2, 0x04, 0x85}));
            CHECK(job.phase() == "unlocked");
        }
        SUBCASE("there it counts") {
            p.family = scsi::VendorFamily::ibm_3584;
            Driver job(p);
            job.to_unlocked();
            job.watch(seconds{3}, not_ready({0x2, 0x04, 0x85}));
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("28/00 is weak: the elements are read, and decide") {
        Driver job;
        job.to_unlocked();
        job.tick();
        job.feed(with(ready(), medium_changed));
        REQUIRE(job.awaits<ReadElements>());
        SUBCASE("a slot holds another cartridge: it was opened") {
            job.feed(elements(slots({"A", "X", "", ""})));
            CHECK(job.phase() == "open");
        }
        SUBCASE("a magazine is out: it was opened") {
            auto read = slots();
            read[3].disabled = true;
            job.feed(elements(read));
            CHECK(job.phase() == "open");
        }
        SUBCASE("mail slots and drives do not count, the operator is asked") {
            auto read = slots();
            read[4].full = read[5].full = true;
            job.feed(elements(read));
            CHECK(job.phase() == "unlocked");
            CHECK(job.context().request == RequestType::confirm_opened);
            SUBCASE("complete: it was") {
                job.feed(Complete{});
                CHECK(job.phase() == "settling");
                passes(job);
            }
            SUBCASE("refuse: it was not; the job waits on") {
                job.feed(Refuse{});
                CHECK(job.phase() == "unlocked");
                CHECK_FALSE(job.context().request);
                job.watch(seconds{1}, not_ready(door_is_open));
                CHECK(job.phase() == "open");
            }
        }
    }

    TEST_CASE("mail slots, resets and new logins are never evidence; resets send ALLOW again") {
        Driver job;
        job.to_unlocked();
        for (const Sense& sense : {mail_slot_used, Sense{0x6, 0x28, 0x03}}) {
            job.tick();
            job.feed(with(ready(), sense));
            CHECK(job.phase() == "unlocked");
            CHECK_FALSE(job.outstanding());
        }
        for (const Sense& sense : {power_on, new_nexus}) {
            job.tick();
            job.feed(with(ready(), sense));
            CHECK(job.phase() == "unlocked");
            REQUIRE(job.awaits<AllowRemoval>());
            job.feed(good());
        }
    }
}

TEST_SUITE("jobs/door: opened and closed between two polls") {
    TEST_CASE("confirmed evidence counts for both") {
        Driver job;
        job.to_unlocked();
        job.tick();
        job.feed(with(ready(), medium_changed));
        job.feed(elements(slots({"", "B", "A", ""})));
        CHECK(job.phase() == "open");
        job.watch(seconds{12}, ready());
        CHECK(job.phase() == "settling");
        passes(job);
    }
}

TEST_SUITE("jobs/door: library cannot lock") {
    TEST_CASE("known: nothing is sent, the operator request says how to open") {
        Driver job(cannot_lock());
        job.to_unlocked();
        CHECK(job.context().lock == LockState::not_effective);
        const auto* raised = job.last<RaiseRequest>();
        REQUIRE(raised);
        CHECK(raised->type == RequestType::open_door);
        CHECK(raised->text.find("main") != std::string::npos);
        CHECK(raised->text.find("turn the key") != std::string::npos);
        CHECK(waiting(job.state()));
        SUBCASE("evidence moves it on") {
            job.watch(seconds{1}, not_ready(door_is_open));
            CHECK(job.phase() == "open");
            CHECK(job.noticed<EndRequest>());
            job.watch(seconds{12}, ready());
        }
        SUBCASE("an answer moves it on") {
            job.feed(Complete{});
        }
        CHECK(job.phase() == "settling");
        passes(job);
        CHECK(job.context().lock == LockState::not_effective);
    }

    TEST_CASE("found out by its refusal") {
        Driver job;
        job.feed(Started{});
        job.feed(ready());
        job.feed(no_alerts());
        job.feed(elements());
        job.feed(removal(RemovalVerdict::refused, not_supported));
        CHECK(job.context().lock == LockState::not_effective);
        CHECK(job.context().request == RequestType::open_door);
        job.feed(Complete{});
        CHECK_FALSE(job.awaits<PreventRemoval>());
        passes(job);
    }
}

TEST_SUITE("jobs/door: library that never reports its door") {
    TEST_CASE("the operator is asked whether it was opened and closed") {
        Driver job(never_reports());
        job.to_unlocked();
        CHECK(job.context().request == RequestType::confirm_opened);
        SUBCASE("complete moves on") {
            job.feed(Complete{});
            CHECK(job.phase() == "settling");
            passes(job);
        }
        SUBCASE("refuse cancels: locked, read again") {
            job.feed(Refuse{});
            CHECK(job.phase() == "locking");
            job.run_down();
            CHECK(outcome(job).ending == Ending::cancelled);
            CHECK(job.last<Reconcile>());
        }
    }
}

TEST_SUITE("jobs/door: not opened in time") {
    TEST_CASE("locked, read again, compared") {
        Driver job;
        job.to_unlocked();
        job.watch(seconds{899}, ready());
        CHECK(job.phase() == "unlocked");
        job.watch(seconds{2}, ready());
        CHECK(job.phase() == "locking");
        REQUIRE(job.awaits<PreventRemoval>());
        job.feed(good());
        CHECK(job.context().lock == LockState::requested);
        REQUIRE(job.awaits<ReadElements>());
        SUBCASE("equal: it fails, and PREVENT ends with the job") {
            job.run_down();
            CHECK(outcome(job).error->code == Code::door_not_opened);
            CHECK(job.context().lock == LockState::unlocked);
        }
        SUBCASE("different: it was opened, it goes on") {
            job.feed(elements(slots({"A", "", "", ""})));
            CHECK(job.phase() == "settling");
            passes(job, slots({"A", "", "", ""}));
            CHECK(job.last<Reconcile>());
        }
        SUBCASE("open by now: it waits for closing") {
            job.feed(failed({Code::device_refused, "not ready", door_is_open}));
            CHECK(job.phase() == "open");
        }
    }
}
