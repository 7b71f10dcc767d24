// SPDX-License-Identifier: Apache-2.0
#include "changer/exchange.hpp"
#include "changer/scripted_changer.hpp"

#include <algorithm>
#include <array>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/exchange_verdict");

namespace {

using enum ExchangeVerdict;

const std::string one = "A00001L8";
const std::string two = "B00002L8";
const ExchangedPair named{one, two};
const ExchangedPair nameless{};
const std::optional<std::string> nothing;
const std::optional<std::string> blank = "";

ExchangePlaces swap_of(std::optional<std::string> first, std::optional<std::string> second) {
    return {.first = slot(0x1000, std::move(first)), .second = drive(0x100, std::move(second))};
}

ExchangePlaces three(std::optional<std::string> first,
                     std::optional<std::string> second,
                     std::optional<std::string> third) {
    ExchangePlaces places = swap_of(std::move(first), std::move(second));
    places.third = slot(0x1002, std::move(third));
    return places;
}

ExchangePlaces with_spare(ExchangePlaces places, std::optional<std::string> spare) {
    places.spare = slot(0x1005, std::move(spare));
    return places;
}

ExchangePlaces with_arm(ExchangePlaces places, std::optional<std::string> content) {
    places.arms = {arm(0, std::move(content))};
    return places;
}

} // namespace

TEST_CASE("two barcodes tell every stage of an exchange") {
    CHECK(judge_exchange(three(nothing, one, two), named) == done);
    CHECK(judge_exchange(three(one, two, nothing), named) == not_done);
    CHECK(judge_exchange(three(one, nothing, two), named) == partly_done);
    CHECK(judge_exchange(three(one, nothing, nothing), named) == unknown);
    CHECK(judge_exchange(with_arm(three(one, nothing, nothing), two), named) == in_arm);
    CHECK(judge_exchange(with_arm(three(nothing, nothing, two), one), named) == in_arm);
    CHECK(judge_exchange(with_arm(three(one, nothing, nothing), "C00003L8"), named) == unknown);
    CHECK(judge_exchange(three("C00003L8", one, two), named) == done); // somebody else came along
    CHECK(judge_exchange(three(nothing, one, "C00003L8"), named) == unknown);
}

TEST_CASE("two barcodes tell every stage of a swap, through a spare slot or not") {
    CHECK(judge_exchange(swap_of(two, one), named) == done);
    CHECK(judge_exchange(swap_of(one, two), named) == not_done);
    CHECK(judge_exchange(swap_of(nothing, one), named) == unknown);
    CHECK(judge_exchange(with_arm(swap_of(nothing, one), two), named) == in_arm);
    CHECK(judge_exchange(with_spare(swap_of(one, nothing), two), named) == partly_done);
    CHECK(judge_exchange(with_spare(swap_of(nothing, one), two), named) == partly_done);
    CHECK(judge_exchange(with_spare(swap_of(two, one), nothing), named) == done);
    CHECK(judge_exchange(with_spare(swap_of(one, two), nothing), named) == not_done);
}

TEST_CASE("without barcodes full and empty tell an exchange, and nothing tells a swap") {
    CHECK(judge_exchange(three(nothing, blank, blank), nameless) == done);
    CHECK(judge_exchange(three(blank, blank, nothing), nameless) == not_done);
    CHECK(judge_exchange(three(blank, nothing, blank), nameless) == partly_done);
    CHECK(judge_exchange(three(blank, blank, blank), nameless) == unknown);
    CHECK(judge_exchange(swap_of(blank, blank), nameless) == unknown);
    CHECK(judge_exchange(with_arm(swap_of(blank, nothing), blank), nameless) == in_arm);
    CHECK(judge_exchange(with_spare(swap_of(blank, nothing), blank), nameless) == partly_done);
}

TEST_CASE("one barcode is enough where the other cartridge has none") {
    const ExchangedPair half{one, nothing};
    CHECK(judge_exchange(swap_of(blank, one), half) == done);
    CHECK(judge_exchange(swap_of(one, blank), half) == not_done);
    CHECK(judge_exchange(three(nothing, one, blank), half) == done);
    CHECK(judge_exchange(three(one, blank, nothing), half) == not_done);
}

TEST_CASE("a label without its media id is that of the cartridge") {
    CHECK(judge_exchange(swap_of("B00002", "A00001"), named) == done);
}

TEST_CASE(
    "every arrangement of two cartridges over the elements has one verdict, and it is right") {
    // Cells: first, second, third, arm. -1: that cartridge has left the library.
    for (int place_of_one = -1; place_of_one < 4; ++place_of_one)
        for (int place_of_two = -1; place_of_two < 4; ++place_of_two) {
            if (place_of_one == place_of_two && place_of_one >= 0)
                continue;
            std::array<std::optional<std::string>, 4> cells;
            if (place_of_one >= 0)
                cells.at(static_cast<std::size_t>(place_of_one)) = one;
            if (place_of_two >= 0)
                cells.at(static_cast<std::size_t>(place_of_two)) = two;
            CAPTURE(place_of_one);
            CAPTURE(place_of_two);
            const auto verdict =
                judge_exchange(with_arm(three(cells[0], cells[1], cells[2]), cells[3]), named);
            const bool held = place_of_one == 3 || place_of_two == 3;
            const ExchangeVerdict right = held                                     ? in_arm
                                          : place_of_one == 1 && place_of_two == 2 ? done
                                          : place_of_one == 0 && place_of_two == 1 ? not_done
                                          : place_of_one == 0 && place_of_two == 2 ? partly_done
                                                                                   : unknown;
            CHECK(verdict == right);
        }
}

TEST_CASE("what cannot be exchanged is refused with the reason") {
    const auto refusal = [](const ExchangePlaces& places, const ExchangedPair& pair = named) {
        const auto may = check_exchange(places, pair, {});
        return may ? Code::ok : may.error().code;
    };
    CHECK(refusal(three(one, two, nothing)) == Code::ok);
    CHECK(refusal(swap_of(one, two)) == Code::ok);
    CHECK(refusal(swap_of(blank, blank), nameless) == Code::ok);
    CHECK(refusal(three(nothing, two, nothing)) == Code::source_empty);
    CHECK(refusal(three(one, nothing, nothing)) == Code::source_empty);
    CHECK(refusal(three(one, two, "C00003L8")) == Code::destination_full);
    CHECK(refusal(three("C00003L8", two, nothing)) == Code::wrong_cartridge);
    CHECK(refusal(swap_of(one, "C00003L8")) == Code::wrong_cartridge);
    CHECK(refusal(with_spare(swap_of(one, two), "C00003L8")) == Code::destination_full);
    for (const auto member : {&ExchangePlaces::first, &ExchangePlaces::second}) {
        ExchangePlaces away = swap_of(one, two);
        (away.*member).accessible = false;
        CHECK(refusal(away) == Code::medium_not_accessible);
    }
    ExchangePlaces out = three(one, two, nothing);
    out.third->disabled = true;
    CHECK(refusal(out) == Code::medium_not_accessible);
}

TEST_SUITE_END();
