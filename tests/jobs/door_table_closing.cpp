// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::door;
using namespace changer::jobs::door::test;

// One case for each row of the door's table of situations: from open to the end.

namespace {

/// Ends the job well, and checks that it did.
void passes(Driver& job, const std::vector<scsi::ElementStatus>& read = slots()) {
    job.run_down(read);
    REQUIRE(job.phase() == "done");
    CHECK(std::get<Done>(job.state().phase).outcome.ending == Ending::passed);
}

Outcome outcome(const Driver& job) {
    REQUIRE(job.phase() == "done");
    return std::get<Done>(job.state().phase).outcome;
}

int count_raised(const Driver& job, RequestType type) {
    int n = 0;
    for (const Notice& notice : job.all_notices())
        if (const auto* raised = std::get_if<RaiseRequest>(&notice))
            n += raised->type == type ? 1 : 0;
    return n;
}

Parameters with_policy(library::LockPolicy policy) {
    Parameters p = parameters();
    p.lock_policy = policy;
    return p;
}

} // namespace

TEST_SUITE("jobs/door: open longer than max_open_seconds") {
    TEST_CASE("the operator is asked once to close; closing satisfies it") {
        Driver job;
        job.to_open();
        job.watch(seconds{1799}, not_ready(door_is_open));
        CHECK_FALSE(job.context().request);
        job.watch(seconds{2}, not_ready(door_is_open));
        CHECK(job.context().request == RequestType::close_door);
        CHECK(job.phase() == "open");
        job.watch(seconds{100}, not_ready(door_is_open));
        CHECK(count_raised(job, RequestType::close_door) == 1);
        SUBCASE("closed") {
            job.watch(seconds{12}, ready());
            const auto* ended = job.last<EndRequest>();
            REQUIRE(ended);
            CHECK(*ended == EndRequest{RequestType::close_door, true});
            passes(job);
        }
        SUBCASE("refused: nothing is forced") {
            job.feed(Refuse{});
            job.watch(seconds{100}, not_ready(door_is_open));
            CHECK(job.phase() == "open");
        }
    }

    TEST_CASE("0 asks as soon as it opens") {
        Parameters p = parameters();
        p.max_open = seconds{0};
        Driver job(p);
        job.to_open();
        CHECK(job.context().request == RequestType::close_door);
    }

    TEST_CASE("a merged request makes it shorter") {
        Driver job;
        job.to_open();
        job.watch(seconds{60}, not_ready(door_is_open));
        job.feed(Amended{.max_open = seconds{30}});
        CHECK(job.context().request == RequestType::close_door);
    }
}

TEST_SUITE("jobs/door: leaving open") {
    TEST_CASE("the second magazine keeps it open: quiet time starts over") {
        Parameters p = parameters();
        p.kind = library::DoorKind::magazines;
        p.quiet = seconds{120};
        Driver job(p);
        job.to_open();
        job.watch(seconds{110}, ready());
        job.watch(seconds{20}, not_ready({0x2, 0x3B, 0x12}));
        job.watch(seconds{110}, ready());
        CHECK(job.phase() == "open");
        job.watch(seconds{12}, ready());
        CHECK(job.phase() == "settling");
    }

    TEST_CASE("complete overrules a library that goes on as before, not one that has news") {
        Parameters p = parameters();
        p.max_open = seconds{0};
        Driver job(p);
        job.to_open();
        job.watch(seconds{5}, not_ready(door_is_open));
        job.feed(Complete{});
        CHECK(job.phase() == "settling");
        REQUIRE(job.awaits<PreventRemoval>());
        job.feed(good());
        job.watch(seconds{3}, not_ready(door_is_open));
        CHECK(job.phase() == "settling");
        job.watch(seconds{1}, not_ready(becoming_ready));
        job.watch(seconds{2}, not_ready(door_is_open));
        CHECK(job.phase() == "open");
    }

    TEST_CASE("new evidence while settling, locking, scanning, identifying: open again") {
        Parameters p = parameters();
        p.inventory = InventoryAction::full;
        Driver job(p);
        job.to_scanning();
        SUBCASE("scanning") {
            job.feed(failed({Code::device_refused, "not ready", door_is_open}));
        }
        SUBCASE("identifying") {
            job.feed(elements());
            REQUIRE(job.phase() == "identifying");
            job.feed(Attention{{{{0x6, 0x3B, 0x13}, 0xA5}}});
            CHECK(job.noticed<StopIdentifying>());
        }
        SUBCASE("settling") {
            job.feed(with(elements(), medium_changed)); // weak: the inventory starts over
            REQUIRE(job.phase() == "settling");
            job.feed(good());
            job.watch(seconds{1}, not_ready(door_is_open));
        }
        SUBCASE("locking") {
            job.restart();
            REQUIRE(job.phase() == "settling");
            for (int i = 0; i < 20 && job.phase() == "settling"; ++i) {
                if (job.awaits<PreventRemoval>())
                    job.feed(good());
                else if (job.awaits<ReadElements>())
                    job.feed(elements());
                else
                    job.watch(seconds{1}, ready());
            }
            REQUIRE(job.phase() == "locking");
            job.feed(removal(RemovalVerdict::refused, door_is_open));
        }
        CHECK(job.phase() == "open");
        CHECK(job.context().door == DoorState::open);
        CHECK_FALSE(job.context().resolved);
        job.watch(seconds{12}, ready());
        passes(job);
    }
}

TEST_SUITE("jobs/door: settling") {
    TEST_CASE("PREVENT at once and again when ready; over when nothing is left to be scanned") {
        Driver job;
        job.to_settling();
        REQUIRE(job.awaits<PreventRemoval>());
        job.feed(removal(RemovalVerdict::unknown, becoming_ready));
        job.watch(seconds{5}, not_ready(becoming_ready));
        job.tick();
        job.feed(with(ready(), medium_changed));
        REQUIRE(job.awaits<ReadElements>());
        auto read = slots();
        read[0].exception = read[1].exception = true;
        read[0].asc = read[1].asc = 0x83;
        job.feed(elements(read));
        CHECK(job.phase() == "settling");
        job.watch(seconds{8}, ready());
        CHECK_FALSE(job.awaits<ReadElements>()); // not every second
        REQUIRE(job.reaches<ReadElements>(ready(), 4));
        job.feed(elements());
        CHECK(job.phase() == "locking");
        CHECK(job.awaits<PreventRemoval>());
        job.feed(good());
        CHECK(job.phase() == "scanning");
    }

    TEST_CASE("elements that nobody will ever look at end it after two minutes, as unknown") {
        Driver job;
        job.to_settling();
        job.feed(good());
        auto read = slots();
        read[0].exception = true;
        read[0].asc = 0x83;
        for (int i = 0; i < 125 && job.phase() == "settling"; ++i) {
            job.watch(seconds{1}, ready());
            if (job.awaits<ReadElements>())
                job.feed(elements(read));
        }
        CHECK(job.phase() == "locking");
        passes(job, read);
        CHECK(job.last<Reconcile>()->unsettled == 1);
    }

    TEST_CASE("budget exhausted: the operator is told, it is locked, and it goes on when ready") {
        Parameters p = parameters();
        p.settle_budget = seconds{60};
        Driver job(p);
        job.to_settling();
        job.feed(removal(RemovalVerdict::unknown, becoming_ready));
        job.watch(seconds{50}, not_ready(becoming_ready));
        CHECK_FALSE(waiting(job.state()));
        while (!waiting(job.state()))
            job.watch(seconds{1}, not_ready(becoming_ready));
        CHECK(job.context().request == RequestType::service);
        REQUIRE(job.awaits<PreventRemoval>());
        job.feed(good());
        CHECK(job.context().lock == LockState::requested);
        SUBCASE("ready at last") {
            passes(job);
            CHECK(count_raised(job, RequestType::service) == 1);
        }
        SUBCASE("complete: as long again") {
            job.feed(Complete{});
            job.watch(seconds{50}, not_ready(becoming_ready));
            CHECK_FALSE(waiting(job.state()));
            job.watch(seconds{12}, not_ready(becoming_ready));
            CHECK(waiting(job.state()));
        }
        SUBCASE("refuse: given up") {
            job.feed(Refuse{});
            job.run_down();
            CHECK(outcome(job).error->code == Code::request_refused);
        }
    }

    TEST_CASE("a reset while settling sends PREVENT again") {
        Driver job;
        job.to_settling();
        job.feed(good());
        job.tick();
        job.feed(with(not_ready(becoming_ready), power_on));
        CHECK(job.awaits<PreventRemoval>());
    }
}

TEST_SUITE("jobs/door: the lock") {
    TEST_CASE("at the end it is as the policy says") {
        Driver never(with_policy(library::LockPolicy::never));
        Driver jobs(with_policy(library::LockPolicy::jobs));
        Driver always(with_policy(library::LockPolicy::always));
        for (Driver* job : {&never, &jobs, &always}) {
            job->to_settling();
            CHECK(job->awaits<PreventRemoval>() == (job != &never));
            passes(*job);
        }
        CHECK(never.context().lock == LockState::unlocked);
        CHECK(jobs.context().lock == LockState::unlocked);
        CHECK(always.context().lock == LockState::requested);
    }

    TEST_CASE("`locked` is said only where PREVENT is known to hold the door") {
        Parameters p = with_policy(library::LockPolicy::always);
        p.lock_holds_door = true;
        Driver job(p);
        job.to_settling();
        passes(job);
        CHECK(job.context().lock == LockState::locked);
    }

    TEST_CASE("a lock that never answers ends unknown, and the operator is told") {
        Driver job(with_policy(library::LockPolicy::always));
        job.to_settling();
        for (int i = 0; i < 60 && job.phase() != "done"; ++i) {
            if (job.awaits<PreventRemoval>())
                job.feed(removal(RemovalVerdict::unknown));
            else if (job.awaits<TestReady>())
                job.feed(ready());
            else if (job.awaits<ReadElements>())
                job.feed(elements());
            else if (job.phase() == "reconciling" && !job.outstanding())
                job.feed(Reconciled{});
            if (!job.outstanding())
                job.tick();
        }
        CHECK(outcome(job).ending == Ending::passed);
        CHECK(job.context().lock == LockState::unknown);
        CHECK(job.last<RaiseRequest>()->type == RequestType::service);
    }
}
