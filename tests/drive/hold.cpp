// SPDX-License-Identifier: Apache-2.0
#include "drive/hold.hpp"

#include "drive/drive_status.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changer;

TEST_SUITE_BEGIN("drive/hold");

namespace {

/// How a try to hold a drive ends, and whether its node was opened for it.
struct Tried {
    Code code = Code::ok;
    std::string what;
    std::string opened;
};

Tried take(const DriveSituation& situation, Code node = Code::device_not_available) {
    Tried tried;
    const auto hold = DriveHold::take(
        situation, [&](const std::string& path, const std::string& generic) -> Result<TapeNode> {
            tried.opened = path + " of " + generic;
            return Error{node, "the node"};
        });
    if (!hold) {
        tried.code = hold.error().code;
        tried.what = hold.error().what;
    }
    return tried;
}

} // namespace

TEST_CASE("a cartridge that no move of ours put there is somebody's: not even its node is opened") {
    const auto tried = take({.device = "/dev/sg3",
                             .tape_node = "/dev/nst0",
                             .exclusive = true,
                             .loaded_by = LoadedBy::somebody_else});
    CHECK(tried.code == Code::drive_in_use);
    CHECK(tried.what ==
          "/dev/sg3 is not touched: no move of ours put the cartridge there that is in it");
    CHECK(tried.opened.empty());
    CHECK(take({.device = "/dev/sg3"}).code == Code::drive_in_use); // nobody knows: the same
}

TEST_CASE("a drive that something is known against is not touched, and why is said") {
    const auto tried = take({.device = "/dev/sg3",
                             .tape_node = "/dev/nst0",
                             .exclusive = true,
                             .loaded_by = LoadedBy::us,
                             .barred = "it is cabled to another host"});
    CHECK(tried.code == Code::drive_in_use);
    CHECK(tried.what == "/dev/sg3 is not touched: it is cabled to another host");
    CHECK(tried.opened.empty());
}

TEST_CASE("the node is held where there is one, even if the drive is said to be ours alone") {
    for (const bool exclusive : {false, true}) {
        const DriveSituation situation{.device = "/dev/sg3",
                                       .tape_node = "/dev/nst0",
                                       .exclusive = exclusive,
                                       .loaded_by = LoadedBy::us};
        const auto busy = take(situation, Code::drive_in_use);
        CHECK(busy.code == Code::drive_in_use);
        CHECK(busy.opened == "/dev/nst0 of /dev/sg3");
        CHECK(take(situation, Code::access_denied).code == Code::access_denied);
        CHECK(take(situation, Code::device_not_available).code == Code::device_not_available);
    }
}

TEST_CASE("without a node the configuration must say that nobody else has the drive") {
    CHECK(take({.device = "sim", .loaded_by = LoadedBy::nobody}).code == Code::drive_in_use);
    CHECK(take({.device = "sim", .loaded_by = LoadedBy::nobody}).what.find("\"exclusive\": true") !=
          std::string::npos);
    CHECK(take({.device = "sim", .exclusive = true, .loaded_by = LoadedBy::nobody}).code ==
          Code::ok);
    CHECK(take({.device = "sim", .exclusive = true, .loaded_by = LoadedBy::us}).code == Code::ok);
}

TEST_CASE("an answer says that somebody uses the drive: a reservation, or removal prevented") {
    CHECK(says_in_use({Code::reservation_conflict, ""}));
    CHECK(says_in_use({Code::device_refused, "", Sense{0x5, 0x53, 0x02}}));
    CHECK(says_in_use({Code::device_refused, "", Sense{0x5, 0x53, 0x03}}));
    CHECK(says_in_use({Code::device_refused, "", Sense{0x6, 0x53, 0x02}}));
    CHECK_FALSE(says_in_use({Code::device_refused, "", Sense{0x4, 0x53, 0x00}}));
    CHECK_FALSE(says_in_use({Code::device_refused, "", Sense{0x4, 0x53, 0x04}}));
    CHECK_FALSE(says_in_use({Code::device_busy, ""}));
    CHECK_FALSE(says_in_use({Code::transport_failed, ""}));
}

TEST_CASE("what a drive answers to TEST UNIT READY is a state of it") {
    using enum DriveState;
    const auto state = [](Sense sense) { return drive_state(sense, scsi::VendorFamily::generic); };
    CHECK(state({0x2, 0x3A, 0x00}) == empty);
    CHECK(state({0x2, 0x3A, 0x02}) == empty);
    CHECK(state({0x2, 0x3A, 0x04}) == unloaded);
    CHECK(state({0x2, 0x04, 0x01}) == loading);
    CHECK(state({0x2, 0x04, 0x07}) == loading);
    CHECK(state({0x2, 0x04, 0x02}) == unloaded);
    CHECK(state({0x2, 0x04, 0x12}) == not_ready);
    CHECK(state({0x2, 0x30, 0x03}) == cleaning);
    CHECK(state({0x5, 0x30, 0x03}) == cleaning);
    CHECK(state({0x2, 0x30, 0x07}) == cleaning_refused);
    CHECK(state({0x3, 0x30, 0x00}) == incompatible);
    CHECK(state({0x3, 0x30, 0x02}) == incompatible);
    CHECK(state({0x4, 0x44, 0x00}) == not_ready);
    CHECK(state({0x3, 0x11, 0x00}) == not_ready);
    CHECK(name(ready) == "ready");
    CHECK(name(not_ready) == "not_ready");
    CHECK(name(cleaning_refused) == "cleaning_refused");
}

TEST_SUITE_END();
