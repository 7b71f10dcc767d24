// SPDX-License-Identifier: Apache-2.0
#include "door_driver.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::door;
using namespace changer::jobs::door::test;

// Jobs led through random answers, losses, restarts and humans. The driver checks at each step
// what always holds; here the lock that the machine claims is compared with the library's own.

namespace {

class Walk {
  public:
    Walk(unsigned seed, library::LockPolicy policy)
        : random_(seed)
        , chaos_(static_cast<int>(10 + seed % 16 * 10))
        , job_(with(policy)) {}

    const Driver& job() const { return job_; }

    /// Leads the job to its end; false if it does not end.
    bool run() {
        job_.feed(Started{});
        for (int i = 0; i < 20000 && job_.phase() != "done"; ++i) {
            // Chaos at first, then peace: a job must end once the world behaves.
            const bool calm = i > chaos_;
            if (job_.outstanding())
                job_.feed(answer(calm));
            else if (job_.phase() == "identifying" && one_in(3))
                job_.feed(Identified{});
            else if (job_.phase() == "reconciling" && one_in(2))
                job_.feed(Reconciled{});
            else
                between(calm);
        }
        return job_.phase() == "done";
    }

    bool prevented() const { return prevented_; }

  private:
    static Parameters with(library::LockPolicy policy) {
        Parameters p = parameters();
        p.lock_policy = policy;
        p.empties_drives = true;
        p.rescans = true;
        p.unlock_timeout = seconds{60};
        p.max_open = seconds{5};
        return p;
    }

    bool one_in(unsigned n) { return random_() % n == 0; }

    Sense any_sense() {
        static const std::vector<Sense> all{door_is_open,
                                            becoming_ready,
                                            manual_intervention,
                                            medium_changed,
                                            mail_slot_used,
                                            power_on,
                                            new_nexus,
                                            not_supported,
                                            {0x6, 0x3B, 0x13},
                                            {0x2, 0x3B, 0x12},
                                            {0x6, 0x2A, 0x15}};
        return all[random_() % all.size()];
    }

    DeviceAnswer answer(bool calm) {
        std::vector<scsi::UnitAttention> attentions;
        if (!calm && one_in(6))
            attentions.push_back({any_sense(), 0x00});
        for (const auto& attention : attentions)
            if (attention.sense.key == 0x6 &&
                (attention.sense.asc == 0x29 || attention.sense.asc == 0x2A))
                prevented_ = false;
        DeviceAnswer given = !calm && one_in(8)
                                 ? failed({Code::device_refused, "refused", any_sense()})
                                 : fitting(calm);
        given.unit_attentions = std::move(attentions);
        return given;
    }

    DeviceAnswer fitting(bool calm) {
        if (job_.awaits<TestReady>())
            return calm || one_in(2) ? ready() : not_ready(any_sense());
        if (job_.awaits<ReadAlerts>())
            return no_alerts();
        if (job_.awaits<ReadElements>())
            return elements(calm || one_in(2) ? slots() : slots({"A", "", "B", ""}));
        if (job_.awaits<Rescan>())
            return DeviceAnswer{Rescanned{}};
        if (job_.awaits<MoveMedium>())
            return DeviceAnswer{Moved{.verdict = MoveVerdict::done}};
        if (!calm && one_in(4))
            return removal(one_in(2) ? RemovalVerdict::unknown : RemovalVerdict::refused,
                           becoming_ready);
        prevented_ = job_.awaits<PreventRemoval>();
        return good();
    }

    void between(bool calm) {
        if (calm || one_in(2)) {
            if (waiting(job_.state()) && one_in(20))
                job_.feed(Complete{});
            return job_.tick();
        }
        switch (random_() % 9) {
        case 0:
            return job_.feed(Complete{});
        case 1:
            return job_.feed(Refuse{});
        case 2:
            if (one_in(10))
                job_.feed(Cancel{});
            return;
        case 3:
            job_.feed(DeviceLost{});
            prevented_ = false;
            job_.tick();
            return job_.feed(DeviceBack{});
        case 4:
            prevented_ = false;
            return job_.restart();
        case 5:
            return job_.feed(Amended{.max_open = seconds{random_() % 100}});
        case 6:
            return job_.feed(Attention{{{mail_slot_used, 0x00}}});
        case 7:
            return job_.feed(ready()); // nobody awaits it
        default:
            return job_.tick();
        }
    }

    std::mt19937 random_;
    int chaos_; ///< steps
    Driver job_;
    bool prevented_ = false;
};

} // namespace

TEST_SUITE("jobs/door: random walks") {
    TEST_CASE("every job ends, and claims of its lock what is true") {
        using library::LockPolicy;
        for (const LockPolicy policy : {LockPolicy::never, LockPolicy::jobs, LockPolicy::always})
            for (unsigned seed = 0; seed < 48; ++seed) {
                CAPTURE(library::name(policy));
                CAPTURE(seed);
                Walk walk(seed, policy);
                const bool ended = walk.run();
                REQUIRE(ended);
                const Context& end = walk.job().context();
                if (end.lock_held())
                    CHECK(walk.prevented());
                if (end.lock == LockState::unlocked)
                    CHECK_FALSE(walk.prevented());
                if (policy == LockPolicy::never)
                    CHECK_FALSE(walk.prevented());
                if (policy == LockPolicy::jobs)
                    CHECK_FALSE(end.lock_held());
                // Once ALLOW was sent, only a library that does not answer stays otherwise.
                if (policy == LockPolicy::always && end.allowed)
                    CHECK(end.lock != LockState::unlocked);
                CHECK_FALSE(end.request);
            }
    }
}
