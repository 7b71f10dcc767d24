// SPDX-License-Identifier: Apache-2.0
#include "changer/move_verdict.hpp"

#include "changer/scripted_changer.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("changer/move_verdict");

namespace {

const std::optional<std::string> wanted = "A00001L8";
const std::optional<std::string> other = "B00002L8";
const std::optional<std::string> blank = "";
const std::optional<std::string> nothing;

Places places(const std::optional<std::string>& source,
              const std::optional<std::string>& destination,
              const std::optional<std::string>& in_arm = std::nullopt) {
    return {slot(0x1000, source), drive(0x100, destination), {arm(0, in_arm)}};
}

Code refusal(const Places& places,
             const std::optional<std::string>& barcode = wanted,
             const MoveRules& rules = {}) {
    const auto checked = check_move(places, barcode, rules);
    return checked ? Code::ok : checked.error().code;
}

} // namespace

TEST_CASE("the verdict follows from where the wanted cartridge is") {
    CHECK(judge_move(places(nothing, wanted), wanted) == MoveVerdict::done);
    CHECK(judge_move(places(wanted, nothing), wanted) == MoveVerdict::not_done);
    CHECK(judge_move(places(nothing, nothing, wanted), wanted) == MoveVerdict::in_arm);
    CHECK(judge_move(places(nothing, nothing), wanted) == MoveVerdict::unknown);
}

TEST_CASE("a cartridge that shows no barcode may be the wanted one where nothing contradicts") {
    CHECK(judge_move(places(nothing, blank), wanted) == MoveVerdict::done);
    CHECK(judge_move(places(blank, nothing), wanted) == MoveVerdict::not_done);
    CHECK(judge_move(places(nothing, nothing, blank), wanted) == MoveVerdict::in_arm);
    CHECK(judge_move(places(blank, blank), wanted) == MoveVerdict::unknown);
}

TEST_CASE("another cartridge proves nothing of the wanted one") {
    CHECK(judge_move(places(nothing, other), wanted) == MoveVerdict::unknown);
    CHECK(judge_move(places(nothing, nothing, other), wanted) == MoveVerdict::unknown);
    CHECK(judge_move(places(other, nothing), wanted) == MoveVerdict::unknown);
    CHECK(judge_move(places(wanted, other), wanted) == MoveVerdict::not_done);
    CHECK(judge_move(places(other, wanted), wanted) == MoveVerdict::done);
    CHECK(judge_move(places(wanted, wanted), wanted) == MoveVerdict::unknown);
}

TEST_CASE("without barcodes full and empty decide") {
    CHECK(judge_move(places(nothing, other), nothing) == MoveVerdict::done);
    CHECK(judge_move(places(other, nothing), nothing) == MoveVerdict::not_done);
    CHECK(judge_move(places(other, other), nothing) == MoveVerdict::unknown);
    CHECK(judge_move(places(nothing, nothing, other), nothing) == MoveVerdict::in_arm);
}

TEST_CASE("a move is allowed from a full source with the wanted barcode to an empty destination") {
    CHECK(refusal(places(wanted, nothing)) == Code::ok);
    CHECK(refusal(places(other, nothing), nothing) == Code::ok);
    CHECK(refusal(places(nothing, nothing)) == Code::source_empty);
    CHECK(refusal(places(wanted, other)) == Code::destination_full);
    CHECK(refusal(places(other, nothing)) == Code::wrong_cartridge);
    CHECK(refusal(places(blank, nothing)) == Code::wrong_cartridge);
}

TEST_CASE("where the changer reports no barcodes at all, none can be held against it") {
    Places unlabelled = places(wanted, nothing);
    unlabelled.source.volume_tag.reset();
    CHECK(refusal(unlabelled) == Code::ok);
}

TEST_CASE("a refusal names the element and what is in it") {
    const auto checked = check_move(places(other, nothing), wanted, {});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().what == "the slot at element 4096 holds B00002L8, not A00001L8");
}

TEST_CASE("elements out of the arm's reach are refused, where the flag means something") {
    Places there = places(wanted, nothing);
    SUBCASE("source") {
        there.source.accessible = false;
    }
    SUBCASE("destination") {
        there.destination.accessible = false;
    }
    CHECK(refusal(there) == Code::medium_not_accessible);
    CHECK(refusal(there, wanted, {.access_means_something = false}) == Code::ok);
}

TEST_CASE("a drive that holds its tape is a source only where a move unloads it") {
    Places out{drive(0x100, wanted), slot(0x1000), {}};
    out.source.accessible = false;
    CHECK(refusal(out) == Code::medium_not_accessible);
    CHECK(refusal(out, wanted, {.implicit_unload = true}) == Code::ok);
}

TEST_CASE("an element that is disabled or not installed is no destination") {
    Places there = places(wanted, nothing);
    SUBCASE("magazine out") {
        there.destination.disabled = true;
        CHECK(refusal(there) == Code::medium_not_accessible);
    }
    SUBCASE("no drive in the bay") {
        there.destination.exception = true;
        there.destination.asc = 0x83;
        there.destination.ascq = 0x04;
        CHECK(refusal(there, wanted, {.sense_family = scsi::VendorFamily::mhvtl}) ==
              Code::resource_not_present);
    }
}

TEST_CASE("only a barcode proves that there is nothing left to move") {
    CHECK(already_moved(places(nothing, wanted), wanted));
    CHECK_FALSE(already_moved(places(nothing, other), nothing));
    CHECK_FALSE(already_moved(places(nothing, blank), wanted));
    CHECK_FALSE(already_moved(places(wanted, wanted), wanted));
}

TEST_SUITE_END();
