// SPDX-License-Identifier: Apache-2.0
#include "jobs/on_media/session.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::jobs;
using namespace changer::jobs::on_media;
using scsi::ElementAddress;

namespace {

ElementAddress drive(unsigned number) {
    return ElementAddress(static_cast<std::uint16_t>(255 + number));
}

ElementAddress slot(unsigned number) {
    return ElementAddress(static_cast<std::uint16_t>(1023 + number));
}

std::deque<Visit> visits(unsigned count) {
    std::deque<Visit> list;
    for (unsigned i = 1; i <= count; ++i)
        list.push_back({"m" + std::to_string(i), slot(i), "TAPE0" + std::to_string(i) + "L8"});
    return list;
}

std::vector<DriveReach> drives(unsigned count) {
    std::vector<DriveReach> list;
    for (unsigned i = 1; i <= count; ++i)
        list.push_back({drive(i), "", "ULT3580-TD8"});
    return list;
}

/// Answers what a session has due as drives without trouble do.
void answer_all(Session& session) {
    for (auto commands = session.due(); !commands.empty(); commands = session.due())
        for (const auto& [address, command] : commands) {
            library::Identification found;
            found.outcome = library::Identification::Outcome::labelled;
            if (std::holds_alternative<IdentifyTape>(command))
                session.answered(address, Identified{found});
            else
                session.answered(address, DriveDone{});
        }
}

void carry(Session& session, const Carry& order) {
    session.begin(order);
    session.carried(order);
}

const Error trouble{Code::device_refused, "hardware error"};

} // namespace

TEST_SUITE("jobs/on_media/session") {
    TEST_CASE("each cartridge goes to a drive, is read, and goes home to where it was") {
        Session session(visits(3), drives(1));
        answer_all(session);
        for (unsigned i = 1; i <= 3; ++i) {
            const auto in = session.next();
            REQUIRE(in);
            CHECK(in->way == Carry::Way::to_drive);
            CHECK(in->visit.home == slot(i));
            carry(session, *in);
            answer_all(session);
            const auto out = session.next();
            REQUIRE(out);
            CHECK(out->way == Carry::Way::home);
            CHECK(out->visit == in->visit);
            carry(session, *out);
            answer_all(session);
        }
        CHECK(session.over());
        CHECK(session.examined() == 3);
        CHECK_FALSE(session.next());
    }

    TEST_CASE("no more drives are taken than there are cartridges, or than is allowed") {
        Session one(visits(1), drives(4));
        CHECK(one.due().size() == 1);
        Session limited(visits(9), drives(4));
        limited.set_limits(2, {});
        CHECK(limited.due().size() == 2);
        Session withheld(visits(9), drives(4));
        withheld.set_limits(4, {drive(1), drive(3)});
        const auto commands = withheld.due();
        REQUIRE(commands.size() == 2);
        CHECK(commands[0].first == drive(2));
        CHECK(commands[1].first == drive(4));
    }

    TEST_CASE("an empty drive is filled before a full one is emptied, the longest waiting first") {
        Session session(visits(5), drives(2));
        answer_all(session);
        const auto first = session.next();
        REQUIRE(first);
        CHECK(first->drive == drive(1));
        carry(session, *first);
        answer_all(session); // the first is ready to be taken home
        const auto second = session.next();
        REQUIRE(second);
        CHECK(second->way == Carry::Way::to_drive);
        CHECK(second->drive == drive(2));
        carry(session, *second);
        answer_all(session);
        const auto third = session.next();
        REQUIRE(third);
        CHECK(third->way == Carry::Way::home);
        CHECK(third->drive == drive(1));
    }

    TEST_CASE("a drive that others want is given back when its cartridge is home") {
        Session session(visits(5), drives(1));
        answer_all(session);
        const auto in = session.next();
        REQUIRE(in);
        carry(session, *in);
        session.set_limits(1, {drive(1)});
        answer_all(session);
        carry(session, *session.next());
        const auto commands = session.due();
        REQUIRE(commands.size() == 1);
        CHECK(std::holds_alternative<ReleaseDrive>(commands[0].second));
        session.answered(drive(1), DriveDone{});
        CHECK(session.idle());
        CHECK_FALSE(session.over());
        CHECK(session.due().empty());
        session.set_limits(1, {});
        CHECK(session.due().size() == 1); // it is taken again
    }

    TEST_CASE("stopped, what is in a drive is read to its end and goes home, and nothing follows") {
        Session session(visits(5), drives(1));
        answer_all(session);
        carry(session, *session.next());
        session.stop();
        answer_all(session);
        carry(session, *session.next());
        answer_all(session);
        CHECK(session.over());
        CHECK(session.examined() == 1);
        CHECK(session.pending().size() == 4);
    }

    TEST_CASE("a drive that fails twice running is left out, and its cartridges go to another") {
        Session session(visits(4), drives(2));
        for (int turns = 0; turns < 40 && !session.over(); ++turns) {
            for (auto commands = session.due(); !commands.empty(); commands = session.due())
                for (const auto& [address, command] : commands)
                    if (address == drive(1) && std::holds_alternative<IdentifyTape>(command))
                        session.answered(address, DriveFailed{trouble});
                    else if (std::holds_alternative<IdentifyTape>(command))
                        session.answered(address, Identified{});
                    else
                        session.answered(address, DriveDone{});
            if (const auto next = session.next())
                carry(session, *next);
        }
        CHECK(session.over());
        CHECK(session.examined() == 4);
        CHECK(session.failures().empty());
        CHECK(session.bays().at(drive(1)).stage == Stage::out);
        CHECK(session.bays().at(drive(1)).why == trouble.what);
    }

    TEST_CASE("somebody who uses a drive keeps it, with the cartridge that is in it") {
        Session session(visits(2), drives(1));
        answer_all(session);
        carry(session, *session.next());
        REQUIRE(session.due().size() == 1);
        session.answered(drive(1), DriveFailed{{Code::drive_in_use, "reserved"}});
        CHECK(session.due().empty());
        CHECK_FALSE(session.next());
        CHECK(session.failures().size() == 1);
        CHECK(session.starved());
        CHECK(session.bays().at(drive(1)).occupied());
    }

    TEST_CASE("a cartridge that was taken from its slot fails alone; the drive is not to blame") {
        Session session(visits(4), drives(1));
        answer_all(session);
        for (int i = 0; i < 3; ++i) {
            const auto next = session.next();
            REQUIRE(next);
            session.begin(*next);
            session.not_carried(*next, {Code::source_empty, "the slot is empty"});
            answer_all(session);
        }
        CHECK(session.failures().size() == 3);
        CHECK(session.next());
    }

    TEST_CASE("a drive that cannot be filled twice running is left out") {
        Session session(visits(4), drives(1));
        answer_all(session);
        for (int i = 0; i < 2; ++i) {
            const auto next = session.next();
            REQUIRE(next);
            session.begin(*next);
            session.not_carried(*next, {Code::device_refused, "the drive is shut"});
            answer_all(session);
        }
        CHECK_FALSE(session.next());
        CHECK(session.starved());
        CHECK(session.all_home());
    }

    TEST_CASE("what does not come out of a drive is tried three times, then it is stuck") {
        Session session(visits(2), drives(1));
        answer_all(session);
        carry(session, *session.next());
        REQUIRE(session.due().size() == 1);
        session.answered(drive(1), Identified{});
        for (int i = 0; i < 3; ++i) {
            const auto unload = session.due();
            REQUIRE(unload.size() == 1);
            CHECK(std::holds_alternative<UnloadTape>(unload[0].second));
            session.answered(drive(1), DriveFailed{trouble});
        }
        CHECK(session.due().empty());
        CHECK(session.bays().at(drive(1)).stage == Stage::out);
        CHECK(session.bays().at(drive(1)).occupied());
        CHECK(session.failures().size() == 1);
    }

    TEST_CASE("what an earlier run left in a drive goes home before anything else") {
        Session session(visits(2), drives(1));
        session.left_over(drive(1), {"m9", slot(9), "TAPE09L8"}, Session::Then::done);
        const auto take = session.due();
        REQUIRE(take.size() == 1);
        CHECK(take[0].second == DriveCommand{TakeDrive{TakeDrive::Holds::ours}});
        session.answered(drive(1), DriveDone{});
        answer_all(session);
        const auto next = session.next();
        REQUIRE(next);
        CHECK(next->way == Carry::Way::home);
        CHECK(next->visit.home == slot(9));
        CHECK(session.examined() == 0);
    }

    TEST_CASE("drives only get what they can read") {
        auto tapes = visits(2);
        tapes[0].barcode = "OLD001L3";
        Session session(tapes, drives(1));
        answer_all(session);
        const auto next = session.next();
        REQUIRE(next);
        CHECK(next->visit.home == slot(2));
        CHECK(can_read({drive(1), "", "ULT3580-TD8"}, "TAPE01L8"));
        CHECK(can_read({drive(1), "", "ULT3580-TD8"}, "TAPE01L7"));
        CHECK_FALSE(can_read({drive(1), "", "ULT3580-TD8"}, "TAPE01L6"));
        CHECK_FALSE(can_read({drive(1), "", "ULT3580-TD8"}, "TAPE01L9"));
        CHECK(can_read({drive(1), "", "Ultrium 6-SCSI"}, "TAPE01L4"));
        CHECK_FALSE(can_read({drive(1), "", "Ultrium 6-SCSI"}, "TAPE01L3"));
        CHECK(can_read({drive(1), "", "ULTRIUM-HH7"}, "TAPE01LX")); // WORM of the seventh
        CHECK(can_read({drive(1), "", "VS160"}, "TAPE01L3"));       // nobody knows
        CHECK(can_read({drive(1), "", "ULT3580-TD8"}, std::nullopt));
        CHECK(can_read({drive(1), "", "ULT3580-TD8"}, "L8"));
    }

    TEST_CASE("a drive that this host may not use is never asked for") {
        auto all = drives(2);
        all[0].barred = "it is cabled to another host";
        Session session(visits(2), all);
        const auto commands = session.due();
        REQUIRE(commands.size() == 1);
        CHECK(commands[0].first == drive(2));
        all[1].barred = "it says two serial numbers";
        session.set_drives(all);
        session.answered(drive(2), DriveDone{});
        answer_all(session);
        CHECK(session.starved());
    }

    TEST_CASE("what is in drives is written and read back; what does not fit is refused") {
        Session session(visits(2), drives(2));
        answer_all(session);
        carry(session, *session.next());
        const auto document = session.bays_to_json();
        const auto read = Session::bays_from_json(document);
        REQUIRE(read);
        REQUIRE(read->size() == 1);
        CHECK(read->front().first == drive(1));
        CHECK(read->front().second == Visit{"m1", slot(1), "TAPE01L8"});
        CHECK_FALSE(Session::bays_from_json(nlohmann::json::object()));
        CHECK_FALSE(Session::bays_from_json({{{"drive", 256}}}));
        CHECK_FALSE(Session::bays_from_json({1}));
    }

    TEST_CASE("nothing is faster than its arm, or than its drives") {
        using namespace std::chrono_literals;
        const Times times{20s, 35s};
        CHECK(lower_bound(200, 1, times) == 200 * 75s);
        CHECK(lower_bound(200, 16, times) == 200 * 40s);
        CHECK(lower_bound(0, 1, times) == 0s);
    }
}
