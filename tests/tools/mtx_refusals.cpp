// SPDX-License-Identifier: Apache-2.0
#include "mtx_fixture.hpp"

using namespace changer;
using namespace changer::test;
namespace opcode = scsi::opcode;

TEST_SUITE_BEGIN("tools/mtx/refusals");

namespace {

struct Case {
    std::vector<std::string> words;
    std::string err;
};

/// Whether something was sent that does something to media or to the robot.
bool acted(const MtxBench& it) {
    return std::any_of(it.commands.begin(), it.commands.end(), [](const scsi::Cdb& cdb) {
        const auto code = cdb.opcode();
        return code != opcode::inquiry && code != opcode::mode_sense_6 &&
               code != opcode::read_element_status && code != opcode::test_unit_ready;
    });
}

} // namespace

TEST_CASE("what no library can do is refused before anything is sent") {
    MtxBench it;
    const std::vector<Case> cases{
        {{"unload", "0", "0"}, "illegal <storage-element-number> argument '0' to 'unload' command"},
        {{"exchange", "2", "3", "99999"}, "Invalid destination"},
        {{"load", "65536"}, "Invalid <storage-element-number> argument '65536' to 'load' command"},
        {{"load", "0"}, "No source specified"},
        {{"load", "-1"}, "No source specified"},
        {{"load", "3", "-1"}, "Usage:"},
        {{"load", "4294967297"}, "Invalid <storage-element-number>"},
        {{"load", "1x"}, "'1x' is no number"},
        {{"load", ""}, "No source specified"},
        {{"unload", "1", "70000"}, "illegal <drive-number> argument '70000' to 'unload' command"},
        {{"transfer", "1"}, "No destination specified"},
        {{"transfer", "0", "1"}, "No source specified"},
        {{"exchange", "1", "2", "0"}, "Invalid destination"},
        {{"position", "0"}, "Invalid <storage-element-number> argument '0' to 'position' command"},
        {{"first", "99999"}, "illegal <drive-number> argument '99999' to 'first' command"},
        {{"eepos", "4", "transfer", "1", "2"}, "eepos equires argument between 0 and 3."},
        {{"erase"}, "nothing is sent"},
        {{"frobnicate"}, "Usage:"},
        {{"eject", "1"}, "Usage:"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.words.front());
        const MtxRan ran = it.run(each.words);
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK_MESSAGE(has(ran.err, each.err), ran.err);
        CHECK(it.commands.empty());
    }
}

TEST_CASE("what this library cannot do is refused before anything moves") {
    MtxBench it;
    it.run({"load", "1", "1"});
    const std::vector<Case> cases{
        {{"load", "29"}, "Invalid <storage-element-number> argument '29' to 'load' command\n"},
        {{"load", "2", "2"}, "illegal <drive-number> argument '2' to 'load' command\n"},
        {{"load", "2", "1"}, "Drive 1 Full (Storage Element 1 loaded)\n"},
        {{"unload", "29", "1"},
         "illegal <storage-element-number> argument '29' to 'unload' command\n"},
        {{"unload", "1", "2"}, "illegal <drive-number> argument '2' to 'unload' command\n"},
        {{"unload", "1", "0"}, "Data Transfer Element 0 is Empty\n"},
        {{"unload", "2", "1"}, "Storage Element 2 is Already Full\n"},
        {{"transfer", "29", "1"}, "Invalid source\n"},
        {{"transfer", "1", "29"}, "Invalid destination\n"},
        {{"transfer", "20", "21"}, "Source Element Address 1043 is Empty\n"},
        {{"transfer", "2", "3"}, "Destination Element Address 1026 is Already Full\n"},
        {{"exchange", "1", "2", "29"}, "Invalid destination\n"},
        {{"first", "7"}, "illegal <drive-number> argument '7' to 'first' command\n"},
        {{"position", "29"},
         "Invalid <storage-element-number> argument '29' to 'position' command\n"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.words);
        const MtxRan ran = it.run(each.words);
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(ran.err == each.err);
        CHECK_FALSE(acted(it));
    }
}

TEST_CASE("an empty slot is found empty on the device, after the move was announced") {
    MtxBench it;
    const MtxRan ran = it.run({"load", "20"});
    CHECK(ran.exit == 1);
    CHECK(ran.out == "Loading media from Storage Element 20 into drive 0...");
    CHECK(ran.err == "Source Element Address 1043 is Empty\n");
    CHECK_FALSE(acted(it));
}

TEST_CASE("a cartridge that has nowhere to go stays in its drive") {
    MtxBench it("default?instant&slots=2&tapes=2&drives=1&mail=1");
    it.run({"load", "1"});
    it.run({"transfer", "2", "3"});
    it.run({"unload", "2"});
    it.run({"load", "2"});
    // Both slots are taken behind the drive's back, and the reported one with them.
    CHECK(it.library->open_door());
    CHECK(it.library->insert("NEW001L8", *it.library->element("1")));
    CHECK(it.library->insert("NEW002L8", *it.library->element("2")));
    CHECK(it.library->close_door());
    it.clock.advance(std::chrono::minutes{1});
    for (const std::string word : {"unload", "next", "first"}) {
        CAPTURE(word);
        const MtxRan ran = it.run({word});
        CHECK(ran.exit == 1);
        CHECK(has(ran.err, "No Source for tape in drive 0!\n"));
        CHECK_FALSE(acted(it));
    }
    CHECK(has(it.run({"status"}).out, "Full (Unknown Storage Element Loaded)"));
}

TEST_CASE("of a line that moves something, a mistake anywhere stops all of it") {
    MtxBench it;
    for (const auto& words : {std::vector<std::string>{"load", "1", "0", "frobnicate"},
                              std::vector<std::string>{"load", "3", "-1"},
                              std::vector<std::string>{"unload", "x"},
                              std::vector<std::string>{"status", "load", "1", "load", "0"},
                              std::vector<std::string>{"inventory", "1"}}) {
        CAPTURE(words);
        const MtxRan ran = it.run(words);
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "nothing of this line was done"));
        CHECK(it.commands.empty());
    }
    CHECK(it.in("1") == "VT0001L8");
}

TEST_CASE("a line that only shows something is done up to its mistake, as mtx does it") {
    MtxBench it;
    const MtxRan ran = it.run({"inquiry", "frobnicate", "status"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.out, "Product Type: Medium Changer\n"));
    CHECK_FALSE(has(ran.out, "Storage Changer"));
    CHECK(has(ran.err, "Usage:"));
}

TEST_CASE("the first move of a line that fails ends it") {
    MtxBench it;
    const MtxRan ran = it.run({"load", "20", "load", "1"});
    CHECK(ran.exit == 1);
    CHECK(it.in("1") == "VT0001L8");
}

TEST_CASE("nothing but INQUIRY is sent to what is no changer") {
    MtxBench it;
    for (const auto& words : {std::vector<std::string>{"status"},
                              std::vector<std::string>{"load", "1"},
                              std::vector<std::string>{"eject"},
                              std::vector<std::string>{"inventory"}}) {
        CAPTURE(words);
        it.lun = 1; // the first drive
        const MtxRan ran = it.run(words);
        CHECK(ran.exit == 1);
        CHECK(ran.out.empty());
        CHECK(has(ran.err, "not a media changer"));
        CHECK(it.sent(opcode::inquiry) == it.commands.size());
    }
    CHECK(has(it.run({"inquiry"}).out, "Product Type: Tape Drive\n"));
    const MtxRan ran = it.loaderinfo({"-f", "sim:it"});
    CHECK(ran.exit == 1);
    CHECK(has(ran.out, "Product Type: Tape Drive\n"));
    CHECK(it.sent(opcode::inquiry) == it.commands.size());
}

TEST_CASE("output that cannot be written is a failure") {
    MtxBench it;
    std::string err;
    const int exit = mtx::run_mtx(std::vector<std::string>{"-f", "sim:it", "inquiry"},
                                  it.environment,
                                  {[](std::string_view) { return false; },
                                   [&](std::string_view text) {
                                       err += text;
                                       return true;
                                   }},
                                  it.opener());
    CHECK(exit == 1);
    CHECK(has(err, "standard output cannot be written to"));
}
