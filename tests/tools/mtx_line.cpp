// SPDX-License-Identifier: Apache-2.0
#include "mtx/line.hpp"

#include <doctest/doctest.h>

using namespace changer::mtx;

TEST_SUITE_BEGIN("tools/mtx/line");

namespace {

Line parse(const std::vector<std::string>& words) {
    return parse_line(words);
}

std::vector<Word> words_of(const Line& line) {
    std::vector<Word> words;
    for (const Step& step : line.steps)
        words.push_back(step.word);
    return words;
}

std::string refusal(const std::vector<std::string>& words) {
    const Line line = parse(words);
    return line.refusal ? line.refusal->text : "(none)";
}

} // namespace

TEST_CASE("a line is words, each with the numbers that follow it") {
    const Line line =
        parse({"-f", "/dev/sg3", "unload", "3", "0", "load", "4", "-f", "x", "status"});
    CHECK_FALSE(line.refusal);
    REQUIRE(line.steps.size() == 5);
    CHECK(line.steps[0] == Step{.word = Word::device, .device = "/dev/sg3"});
    CHECK(line.steps[1] == Step{.word = Word::unload, .numbers = {3, 0, -1}});
    CHECK(line.steps[2] == Step{.word = Word::load, .numbers = {4, -1, -1}});
    CHECK(line.steps[3] == Step{.word = Word::device, .device = "x"});
    CHECK(line.steps[4] == Step{.word = Word::status});
}

TEST_CASE("every word of mtx is one, and takes no more numbers than it has use for") {
    struct Case {
        std::vector<std::string> typed;
        Step step;
    };

    const std::vector<Case> cases{
        {{"inquiry"}, {.word = Word::inquiry}},
        {{"status"}, {.word = Word::status}},
        {{"inventory"}, {.word = Word::inventory}},
        {{"eject"}, {.word = Word::eject}},
        {{"invert"}, {.word = Word::invert}},
        {{"invert2"}, {.word = Word::invert2}},
        {{"noattach"}, {.word = Word::noattach}},
        {{"nobarcode"}, {.word = Word::nobarcode}},
        {{"altres"}, {.word = Word::altres}},
        {{"--version"}, {.word = Word::version}},
        {{"eepos", "3"}, {.word = Word::eepos, .numbers = {3, -1, -1}}},
        {{"load", "1", "2"}, {.word = Word::load, .numbers = {1, 2, -1}}},
        {{"unload"}, {.word = Word::unload}},
        {{"unload", "1", "2"}, {.word = Word::unload, .numbers = {1, 2, -1}}},
        {{"transfer", "1", "2"}, {.word = Word::transfer, .numbers = {1, 2, -1}}},
        {{"exchange", "1", "2", "3"}, {.word = Word::exchange, .numbers = {1, 2, 3}}},
        {{"first"}, {.word = Word::first}},
        {{"last", "1"}, {.word = Word::last, .numbers = {1, -1, -1}}},
        {{"previous", "0"}, {.word = Word::previous, .numbers = {0, -1, -1}}},
        {{"next", "07"}, {.word = Word::next, .numbers = {7, -1, -1}}},
        {{"position"}, {.word = Word::position}},
        {{"position", "9 "}, {.word = Word::position, .numbers = {9, -1, -1}}},
    };
    for (const Case& each : cases) {
        CAPTURE(each.typed.front());
        const Line line = parse(each.typed);
        CHECK_FALSE(line.refusal);
        REQUIRE(line.steps.size() == 1);
        CHECK(line.steps[0] == each.step);
        auto longer = each.typed;
        longer.insert(longer.end(), 4, "1");
        CHECK(parse(longer).refusal == Refusal{.usage = true});
    }
}

TEST_CASE("what is no word ends the line with the usage, and what came before it is kept") {
    for (const std::string word : {"frobnicate", "STATUS", "-1", "--help", "", " status", "stat"}) {
        CAPTURE(word);
        const Line line = parse({"status", word, "inquiry"});
        CHECK(line.refusal == Refusal{.usage = true});
        CHECK(words_of(line) == std::vector{Word::status});
    }
    CHECK(parse({"-f"}).refusal == Refusal{.usage = true});
    CHECK(parse({"load", "1", "x"}).refusal == Refusal{.usage = true});
}

TEST_CASE("what no library can have is refused without one") {
    CHECK(refusal({"load"}) == "No source specified\n");
    CHECK(refusal({"load", "x"}) == "No source specified\n");
    CHECK(refusal({"load", "0"}) == "No source specified\n");
    CHECK(refusal({"load", "65536"}) ==
          "Invalid <storage-element-number> argument '65536' to 'load' command\n");
    CHECK(refusal({"load", "1", "65536"}) ==
          "illegal <drive-number> argument '65536' to 'load' command\n");
    CHECK(refusal({"unload", "0", "0"}) ==
          "illegal <storage-element-number> argument '0' to 'unload' command\n");
    CHECK(refusal({"unload", "99999"}) ==
          "illegal <storage-element-number> argument '99999' to 'unload' command\n");
    CHECK(refusal({"transfer"}) == "No source specified\n");
    CHECK(refusal({"transfer", "1"}) == "No destination specified\n");
    CHECK(refusal({"transfer", "1", "0"}) == "No destination specified\n");
    CHECK(refusal({"transfer", "70000", "1"}) == "Invalid source\n");
    CHECK(refusal({"exchange", "2", "70000"}) == "Invalid destination\n");
    CHECK(refusal({"exchange", "2", "3", "99999"}) == "Invalid destination\n");
    CHECK(refusal({"exchange", "2", "3", "0"}) == "Invalid destination\n");
    CHECK(refusal({"first", "65536"}) ==
          "illegal <drive-number> argument '65536' to 'first' command\n");
    CHECK(refusal({"position", "0"}) ==
          "Invalid <storage-element-number> argument '0' to 'position' command\n");
    CHECK(refusal({"eepos"}) == "eepos equires argument between 0 and 3.\n");
    CHECK(refusal({"eepos", "4"}) == "eepos equires argument between 0 and 3.\n");
    CHECK(refusal({"erase"}).find("nothing is sent") != std::string::npos);
}

TEST_CASE("a number is digits; however many there are, it stays too large") {
    CHECK(refusal({"load", "1x"}) == "mtx: '1x' is no number\n");
    CHECK(refusal({"load", "1.5"}) == "mtx: '1.5' is no number\n");
    CHECK(refusal({"load", "0x1"}) == "mtx: '0x1' is no number\n");
    for (const std::string number : {"65537", "4294967297", "18446744073709551617"}) {
        CAPTURE(number);
        CHECK(parse({"load", number}).refusal);
        CHECK(parse({"unload", "1", number}).refusal);
    }
}

TEST_CASE("the largest address is a possible number") {
    CHECK_FALSE(parse({"load", "65535", "65535"}).refusal);
    CHECK_FALSE(parse({"exchange", "65535", "65535", "65535"}).refusal);
}
