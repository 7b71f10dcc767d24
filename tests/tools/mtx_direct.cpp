// SPDX-License-Identifier: Apache-2.0
#include "mtx_fixture.hpp"

using namespace changer;
using namespace changer::test;
namespace opcode = scsi::opcode;

TEST_SUITE_BEGIN("tools/mtx/direct");

TEST_CASE("status shows drives, slots and mail slots as mtx does") {
    MtxBench it("default?instant&slots=3&drives=1&mail=1&tapes=2");
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 0);
    CHECK(ran.err.empty());
    CHECK(ran.out == "  Storage Changer sim:it:1 Drives, 4 Slots ( 1 Import/Export )\n"
                     "Data Transfer Element 0:Empty\n"
                     "      Storage Element 1:Full :VolumeTag=VT0001L8                        \n"
                     "      Storage Element 2:Full :VolumeTag=VT0002L8                        \n"
                     "      Storage Element 3:Empty\n"
                     "      Storage Element 4 IMPORT/EXPORT:Empty\n");
}

TEST_CASE("load, unload and transfer move, and say what mtx says") {
    MtxBench it;
    CHECK(it.run({"load", "3", "1"}).out ==
          "Loading media from Storage Element 3 into drive 1...done\n");
    CHECK(it.in("drive:2") == "VT0003L8");
    CHECK(has(it.run({"status"}).out,
              "Data Transfer Element 1:Full (Storage Element 3 Loaded)"
              ":VolumeTag = VT0003L8                        \n"));
    CHECK(it.run({"unload", "20", "1"}).out ==
          "Unloading drive 1 into Storage Element 20...done\n");
    CHECK(it.in("20") == "VT0003L8");
    const MtxRan transfer = it.run({"transfer", "20", "25"});
    CHECK(transfer.exit == 0);
    CHECK(transfer.out.empty());
    CHECK(it.in("mail:1") == "VT0003L8");
    CHECK(it.run({"load", "25"}).exit == 0);
    CHECK(it.in("drive:1") == "VT0003L8");
}

TEST_CASE("unload without a slot goes back to where the cartridge came from") {
    MtxBench it;
    it.run({"load", "7", "1"});
    CHECK(it.run({"unload"}).err == "Data Transfer Element 0 is Empty\n");
    it.run({"load", "5"});
    CHECK(it.run({"unload"}).out == "Unloading drive 0 into Storage Element 5...done\n");
    CHECK(it.in("5") == "VT0005L8");
    CHECK(it.in("drive:2") == "VT0007L8");
}

TEST_CASE("a home slot that was taken meanwhile gives way to the first empty one") {
    MtxBench it;
    it.run({"load", "7"});
    it.run({"transfer", "1", "7"});
    CHECK(it.run({"unload"}).out == "Unloading drive 0 into Storage Element 1...done\n");
    CHECK(it.in("1") == "VT0007L8");
}

TEST_CASE("a move takes seven commands at any size of the library, four of them for one element") {
    for (const std::string options :
         {"default?instant", "default?instant&slots=20000&tapes=20000&drives=64"}) {
        CAPTURE(options);
        MtxBench it(options);
        it.run({"inquiry"}); // the unit attention of the first login is not this test's
        REQUIRE(it.run({"load", "12"}).exit == 0);
        std::vector<std::uint8_t> opcodes;
        for (const scsi::Cdb& cdb : it.commands)
            opcodes.push_back(cdb.opcode());
        // A new login meets one unit attention; MODE SENSE is repeated for it.
        CHECK(opcodes == std::vector{opcode::inquiry,
                                     opcode::mode_sense_6,
                                     opcode::mode_sense_6,
                                     opcode::read_element_status,
                                     opcode::read_element_status,
                                     opcode::move_medium,
                                     opcode::read_element_status,
                                     opcode::read_element_status});
        for (const scsi::Cdb& cdb : it.commands)
            if (cdb.opcode() == opcode::read_element_status)
                CHECK(cdb.be(7, 3) <= 120); // room for one
        CHECK(it.run({"unload", "12"}).exit == 0);
        CHECK(it.commands.size() == 8);
        // Whether bays before it are empty, the drives have to tell: one command all the same.
        CHECK(it.run({"load", "12", "1"}).exit == 0);
        CHECK(it.commands.size() == 8);
        CHECK(it.run({"unload", "12", "1"}).exit == 0);
        CHECK(it.commands.size() == 8);
        it.run({"load", "12", "1"});
        CHECK(it.run({"unload"}).exit == 1);
        const MtxRan home = it.run({"unload", "12", "1"});
        CHECK(home.exit == 0);
    }
}

TEST_CASE("unload without a slot takes seven commands too") {
    MtxBench it("default?instant&slots=20000&tapes=20000&drives=64");
    it.run({"load", "12"});
    REQUIRE(it.run({"unload"}).exit == 0);
    CHECK(it.commands.size() == 8); // and one for the unit attention of a new login
    CHECK(it.in("12") == "VT0012L8");
}

TEST_CASE("status takes no more commands than mtx: elements by type, in large portions") {
    MtxBench it("default?instant&slots=10000&tapes=9000");
    const MtxRan ran = it.run({"status"});
    CHECK(ran.exit == 0);
    // mtx: slots once, mail slots, drives, the arm.
    CHECK(it.sent(opcode::read_element_status) == 4);
    CHECK(it.sent(opcode::inquiry) == 1);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1 + 2 + 10'000 + 4);
    MtxBench large("default?instant&slots=60000&tapes=60000&drives=144&mail=128");
    const MtxRan all = large.run({"status"});
    CHECK(large.sent(opcode::read_element_status) == 9); // mtx: six times the slots
    CHECK(std::count(all.out.begin(), all.out.end(), '\n') == 1 + 144 + 60'000 + 128);
    CHECK(has(all.out, "Storage Element 60000:Full :VolumeTag="));
}

TEST_CASE(
    "what stands on one line is done one after the other, and the last shows what came of it") {
    MtxBench it;
    const MtxRan ran = it.run({"load", "1", "0", "load", "2", "1", "status"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.out,
              "Data Transfer Element 0:Full (Storage Element 1 Loaded)"
              ":VolumeTag = VT0001L8                        \n"
              "Data Transfer Element 1:Full (Storage Element 2 Loaded)"
              ":VolumeTag = VT0002L8                        \n"
              "      Storage Element 1:Empty\n"
              "      Storage Element 2:Empty\n"));
    const MtxRan swap = it.run({"status", "unload", "1", "0", "load", "4", "status"});
    CHECK(swap.exit == 0);
    CHECK(has(swap.out,
              "Data Transfer Element 0:Full (Storage Element 4 Loaded):VolumeTag = VT0004L8"));
    CHECK(has(swap.out, "Storage Element 1:Full :VolumeTag=VT0001L8"));
}

TEST_CASE("first, next, previous and last go from cartridge to cartridge") {
    MtxBench it("default?instant&slots=5&tapes=3&drives=2&mail=2");
    it.run({"transfer", "2", "4"}); // 1, 3 and 4 are full
    CHECK(it.run({"first"}).out == "Loading media from Storage Element 1 into drive 0...done\n");
    CHECK(it.run({"first"}).out == "loading...done.\n");
    CHECK(it.run({"next"}).out == "Unloading drive 0 into Storage Element 1...done\n"
                                  "Loading media from Storage Element 3 into drive 0...done\n");
    CHECK(it.run({"next"}).out == "Unloading drive 0 into Storage Element 3...done\n"
                                  "Loading media from Storage Element 4 into drive 0...done\n");
    const MtxRan end = it.run({"next"});
    CHECK(end.exit == 1);
    CHECK(end.out == "Unloading drive 0 into Storage Element 4...done\n");
    CHECK(end.err == "No More Media\n");
    CHECK(it.run({"previous", "1"}).out ==
          "Loading media from Storage Element 4 into drive 1...done\n");
    CHECK(it.run({"previous", "1"}).out ==
          "Unloading drive 1 into Storage Element 4...done\n"
          "Loading media from Storage Element 3 into drive 1...done\n");
    const MtxRan last = it.run({"last", "1"});
    CHECK(last.exit == 1); // slot 5 is empty
    CHECK(last.out == "Unloading drive 1 into Storage Element 3...done\n"
                      "Loading media from Storage Element 5 into drive 1...");
    CHECK(last.err == "Source Element Address 1028 is Empty\n");
    it.run({"transfer", "4", "5", "load", "5"});
    CHECK(it.run({"last"}).out == "loading...done.\n");
    it.run({"unload", "load", "1"});
    const MtxRan start = it.run({"previous"});
    CHECK(start.exit == 1);
    CHECK(start.out.empty());
    CHECK(start.err == "No More Media\n");
    CHECK(it.in("drive:1") == "VT0001L8");
}

TEST_CASE("nobarcode leaves the tags out, altres asks for all elements at once") {
    MtxBench it;
    CHECK_FALSE(has(it.run({"nobarcode", "status"}).out, "VolumeTag"));
    const std::string usual = it.run({"status"}).out;
    CHECK(it.run({"altres", "status"}).out == usual);
    for (const scsi::Cdb& cdb : it.commands)
        if (cdb.opcode() == opcode::read_element_status)
            CHECK((cdb.be(1, 1) & 0x0F) == 0);
    CHECK(it.run({"altres", "load", "1"}).exit == 0);
    CHECK(it.run({"nobarcode", "altres", "unload"}).exit == 0);
    CHECK(it.in("1") == "VT0001L8");
}

TEST_CASE("invert and eepos go into the MOVE") {
    MtxBench it;
    it.run({"invert", "eepos", "2", "transfer", "1", "20"}); // a one-sided library may refuse
    CHECK(it.sent(opcode::move_medium) == 1);
    for (const scsi::Cdb& cdb : it.commands)
        if (cdb.opcode() == opcode::move_medium)
            CHECK(cdb.be(10, 2) == 0x0180);
}

TEST_CASE("inventory makes the library look again") {
    MtxBench it;
    const MtxRan ran = it.run({"inventory"});
    CHECK(ran.exit == 0);
    CHECK(ran.out.empty());
    CHECK(it.sent(opcode::initialize_element_status) == 1);
    it.fault("ies:sense=4/15/01");
    const MtxRan failed = it.run({"inventory"});
    CHECK(failed.exit == 1);
    CHECK(has(failed.err, "Initialize Element Status (0x07) failed\nmtx:inventory failed\n"));
}

TEST_CASE("inquiry needs nothing else") {
    MtxBench it;
    const MtxRan ran = it.run({"inquiry"});
    CHECK(ran.out == "Product Type: Medium Changer\n"
                     "Vendor ID: 'CHANGER '\n"
                     "Product ID: 'SIMULATED LIB   '\n"
                     "Revision: '0100'\n"
                     "Attached Changer API: No\n");
    CHECK(it.commands.size() == 1);
}

TEST_CASE("each device has its own elements, and the words before -f are for the one before") {
    MtxBench it;
    const MtxRan ran = it.run({"status", "-f", "sim:other", "status"});
    CHECK(ran.exit == 0);
    CHECK(it.opened == std::vector<std::string>{"sim:it", "sim:other"});
    CHECK(has(ran.out, "Storage Changer sim:other:"));
    CHECK(it.sent(opcode::inquiry) == 2);
}

TEST_CASE("without -f the device is CHANGER, else TAPE, else /dev/changer") {
    MtxBench it;
    CHECK(has(it.run_raw({"status"}).err,
              "cannot open SCSI device '/dev/changer' - No such file or directory"));
    it.environment.variables["TAPE"] = "sim:tape";
    CHECK(has(it.run_raw({"status"}).out, "Storage Changer sim:tape:"));
    it.environment.variables["CHANGER"] = "sim:changer";
    CHECK(has(it.run_raw({"status"}).out, "Storage Changer sim:changer:"));
    it.environment.variables["CHANGER"] = "";
    const MtxRan ran = it.run_raw({"status"});
    CHECK(ran.exit == 1);
    CHECK(ran.err == "cannot open SCSI device '' - No such file or directory\n");
    CHECK(it.opened.empty());
}

TEST_CASE("nothing to do is done") {
    MtxBench it;
    for (const auto& words : {std::vector<std::string>{},
                              std::vector<std::string>{"-f", "sim:it"},
                              std::vector<std::string>{"invert", "nobarcode"}}) {
        const MtxRan ran = it.run_raw(words);
        CHECK(ran.exit == 0);
        CHECK(ran.out.empty());
        CHECK(ran.err.empty());
        CHECK(it.commands.empty());
    }
}

TEST_CASE("the version is told on standard error, with the usage and exit 1") {
    MtxBench it;
    const MtxRan ran = it.run_raw({"--version"});
    CHECK(ran.exit == 1);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("mtx version 1.3.12"));
    CHECK(has(ran.err, "\nUsage: mtx "));
}

TEST_CASE("loaderinfo prints what the pages say") {
    MtxBench it;
    const MtxRan ran = it.loaderinfo({"-f", "sim:it"});
    CHECK(ran.exit == 0);
    CHECK(has(ran.out,
              "Attached Changer: No\nBar Code Reader: Yes\nEAAP: Yes\n"
              "Number of Medium Transport Elements: 1\n"
              "Number of Storage Elements: 24\n"
              "Number of Import/Export Elements: 4\n"
              "Number of Data Transfer Elements: 2\n"));
    CHECK(has(ran.out, "Transfer Storage: ->Data Transfer, ->Import/Export, ->Storage\n"));
    for (const auto& words : {std::vector<std::string>{},
                              std::vector<std::string>{"-f"},
                              std::vector<std::string>{"sim:it", "-f"},
                              std::vector<std::string>{"-f", "sim:it", "x"}}) {
        const MtxRan refused = it.loaderinfo(words);
        CHECK(refused.exit == 1);
        CHECK(refused.err == "Usage: loaderinfo -f <generic-device>\n");
        CHECK(it.commands.empty());
    }
}
