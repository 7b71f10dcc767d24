// SPDX-License-Identifier: Apache-2.0
#include "changer/motion_lock.hpp"
#include "mtx_fixture.hpp"

#include <unistd.h>

#include <array>

using namespace changer;
using namespace changer::test;
namespace opcode = scsi::opcode;

TEST_SUITE_BEGIN("tools/mtx/faults");

TEST_CASE("no unit attention on any command of a status loses a barcode") {
    MtxBench it;
    const std::string expected = it.run({"status"}).out;
    REQUIRE(has(expected, "VT0016L8"));
    for (const std::string event : {"6/28/00", "6/28/01", "6/29/00", "6/2A/01", "6/3F/0E"})
        for (unsigned nth = 1; nth <= 8; ++nth) {
            CAPTURE(event);
            CAPTURE(nth);
            it.fault("any:sense=" + event + "@" + std::to_string(nth));
            const MtxRan ran = it.run({"status"});
            CHECK(ran.exit == 0);
            CHECK(ran.out == expected);
            it.library->clear_faults();
        }
}

TEST_CASE("a unit attention behind the first read is said, and everything read again") {
    MtxBench it;
    it.fault("res:sense=6/28/00@3");
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.err, "mtx: the changer reported: "));
    CHECK(it.sent(opcode::read_element_status) == 7);
}

TEST_CASE("ten unit attentions in a row are ten events, not a failure") {
    MtxBench it;
    for (int i = 0; i < 10; ++i)
        it.fault("mode-sense:sense=6/28/0" + std::to_string(i % 2));
    CHECK(it.run({"status"}).exit == 0);
}

TEST_CASE("a changer that is becoming ready is waited for, not invented") {
    MtxBench it;
    it.run({"inquiry"});
    for (const std::string command : {"mode-sense", "res"}) {
        CAPTURE(command);
        it.fault(command + ":sense=2/04/01");
        it.fault("tur:sense=2/04/01x20"); // looked at after 1, 2, then each 5 seconds
        const auto before = it.clock.now().steady;
        const MtxRan ran = it.run({"status"});
        CHECK(it.clock.now().steady - before > std::chrono::seconds{90});
        CHECK(ran.exit == 0);
        CHECK(has(ran.out, ":2 Drives, 28 Slots ( 4 Import/Export )"));
        CHECK(has(ran.out, "VolumeTag=VT0001L8"));
        CHECK(has(ran.err, "waiting until it is ready, 240 s at most\n"));
        it.library->clear_faults();
    }
}

TEST_CASE("one that does not become ready is given up after MTX_WAIT seconds") {
    MtxBench it;
    it.environment.variables["MTX_WAIT"] = "7";
    it.fault("mode-sense:sense=2/04/01x1000");
    it.fault("tur:sense=2/04/01x1000");
    const auto before = it.clock.now().steady;
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 1);
    CHECK(ran.out.empty());
    CHECK(has(ran.err, "7 s at most\n"));
    CHECK(it.clock.now().steady - before < std::chrono::seconds{10});
}

TEST_CASE("a nonsensical MTX_WAIT is the usual one") {
    for (const std::string text : {"", "x", "-1", "1e3", "99999999999"}) {
        MtxBench it;
        it.environment.variables["MTX_WAIT"] = text;
        it.fault("mode-sense:sense=2/04/01");
        it.fault("tur:sense=2/04/01x3");
        CHECK(has(it.run({"status"}).err, "240 s at most"));
    }
}

TEST_CASE("a changer that does not tell its addresses, or refuses, is a failure") {
    for (const std::string fault :
         {"mode-sense:sense=5/24/00x8", "mode-sense:sense=4/44/00x8", "res:sense=4/15/01x8"}) {
        CAPTURE(fault);
        MtxBench it;
        it.run({"inquiry"});
        it.fault(fault);
        it.fault("5a:sense=5/24/00x8"); // nor in the long form of MODE SENSE
        const MtxRan ran = it.run({"status"});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "mtx: Request Sense: Long Report=yes\n"));
    }
}

TEST_CASE("half an answer is asked for again, and no slot is made up") {
    MtxBench it;
    const std::string expected = it.run({"status"}).out;
    for (const std::string length : {"0", "7", "8", "15", "16", "20", "100", "700"})
        for (unsigned nth = 1; nth <= 3; ++nth) {
            CAPTURE(length);
            CAPTURE(nth);
            it.fault("res:short=" + length + "@" + std::to_string(nth));
            const MtxRan ran = it.run({"status"});
            CHECK(ran.exit == 0);
            CHECK(ran.out == expected);
            it.library->clear_faults();
        }
    it.fault("res:short=100x1000");
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 1);
    CHECK(ran.out.empty());
}

TEST_CASE("garbage is no status") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        MtxBench it("default?instant&seed=" + std::to_string(seed));
        it.fault("res:garbagex1000");
        const MtxRan ran = it.run({"status"});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
    }
}

TEST_CASE("a move that meets a unit attention is proved anew and done") {
    for (const std::string event : {"6/28/00", "6/28/01", "6/29/00"}) {
        CAPTURE(event);
        MtxBench it;
        it.fault("move:sense=" + event);
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 0);
        CHECK(ran.out == "Loading media from Storage Element 1 into drive 0...done\n");
        CHECK(it.in("drive:1") == "VT0001L8");
        CHECK(it.library->snapshot().moves == 1);
    }
}

TEST_CASE("a move that is never answered is what the elements show") {
    struct Case {
        std::string fault;
        int exit;
        std::string place;
    };

    for (const Case& each : {Case{"move:timeout", 1, "1"},
                             Case{"move:timeout-after", 0, "drive:1"},
                             Case{"move:drop-before", 1, "1"},
                             Case{"move:drop-after", 0, "drive:1"},
                             Case{"move:sense-after=4/15/01", 0, "drive:1"},
                             Case{"move:sense=4/15/01", 1, "1"}}) {
        CAPTURE(each.fault);
        MtxBench it;
        it.fault(each.fault);
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == each.exit);
        CHECK(it.in(each.place) == "VT0001L8");
        CHECK(has(ran.out, "done\n") == (each.exit == 0));
        CHECK(it.sent(opcode::move_medium) == 1);
        CHECK_FALSE(ran.err.empty());
    }
}

TEST_CASE("a cartridge that hangs in the arm is no success, and the line says where it is") {
    MtxBench it;
    it.fault("move:stuck");
    const MtxRan ran = it.run({"load", "1"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.err, "hangs in the arm"));
    CHECK(has(ran.err, "MOVE MEDIUM from Element Address 1024 to 256 Failed\n"));
}

TEST_CASE("what a changer says of a refused move is said in mtx's words") {
    struct Case {
        std::string sense;
        std::string err;
    };

    for (const Case& each :
         {Case{"5/3B/0D", "Destination Element Address 256 is Already Full\n"},
          Case{"5/3B/0E", "Source Element Address 1024 is Empty\n"},
          Case{"5/30/03", "Cleaning Cartridge Installed and Ejected\n"},
          Case{"5/3A/00", "Drive needs offline before move\n"},
          Case{"5/53/02", "MOVE MEDIUM from Element Address 1024 to 256 Failed\n"}}) {
        CAPTURE(each.sense);
        MtxBench it;
        it.fault("move:sense=" + each.sense);
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 1);
        CHECK(ran.out == "Loading media from Storage Element 1 into drive 0...");
        CHECK_MESSAGE(ran.err.ends_with(each.err), ran.err);
        CHECK(it.in("1") == "VT0001L8");
    }
}

TEST_CASE("two programs do not move at once: one waits, then gives up; looking is free") {
    MtxBench it;
    it.environment.variables["MTX_WAIT"] = "5";
    {
        const auto held = MotionLock::take(it.directory.path(), "sim:it");
        REQUIRE(held);
        const MtxRan ran = it.run({"load", "1"});
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "another program is moving media in this library: waiting, 5 s"));
        CHECK(it.commands.empty());
        CHECK(it.run({"status"}).exit == 0);
    }
    CHECK(it.run({"load", "1"}).exit == 0);
}

TEST_CASE("without a place for locks nothing moves, and the line names it") {
    MtxBench it;
    it.environment.lock_directory = it.directory.path() / "absent";
    const MtxRan ran = it.run({"load", "1"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.err, "absent/changer-sim%3Ait.lock cannot be used"));
    CHECK(it.commands.empty());
    CHECK(it.run({"status"}).exit == 0);
}

TEST_CASE("whoever wants an end does not wait for a changer to become ready") {
    MtxBench it;
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    it.environment.interrupt_fd = ends[0];
    it.fault("mode-sense:sense=2/04/01");
    it.fault("tur:sense=2/04/01x1000");
    const auto before = it.clock.now().steady;
    CHECK(it.run({"status"}).exit == 1);
    CHECK(it.clock.now().steady - before < std::chrono::seconds{2});
    ::close(ends[0]);
    ::close(ends[1]);
}
