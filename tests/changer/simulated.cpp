// SPDX-License-Identifier: Apache-2.0
#include "changer/changer.hpp"
#include "scsi/opcode.hpp"
#include "sim/library.hpp"
#include "sim/sim_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace changer;
using scsi::ElementAddress;
using sim::Effect;

TEST_SUITE_BEGIN("changer/simulated");

namespace {

constexpr ElementAddress first_slot{0x400};
constexpr ElementAddress last_slot{0x417};
constexpr ElementAddress first_drive{0x100};
constexpr ElementAddress the_arm{1};
constexpr std::string_view cartridge = "VT0001L8";

/// A simulated library and a changer opened on it.
struct Robot {
    explicit Robot(std::string_view personality = "default")
        : library(std::make_shared<sim::Library>(options(personality), clock))
        , transport(library, clock, {.name = "iqn.2026-01.test:host"}) {
        auto opened = Changer::open(transport, clock, Quirks::builtin());
        REQUIRE_MESSAGE(opened, (opened ? "" : to_string(opened.error())));
        changer.emplace(*std::move(opened));
    }

    static sim::Options options(std::string_view personality) {
        auto options = sim::parse_options(personality);
        REQUIRE(options);
        return *std::move(options);
    }

    /// Where the cartridge really is, in one word.
    std::string place() {
        for (const sim::ElementView& element : library->snapshot().elements)
            if (element.cartridge == cartridge)
                return element.type == scsi::ElementType::transport ? "arm"
                       : element.address == first_slot              ? "source"
                       : element.address == first_drive             ? "destination"
                                                                    : "elsewhere";
        return "nowhere";
    }

    MoveReport move() { return changer->move(first_slot, first_drive, std::string(cartridge)); }

    ManualClock clock;
    std::shared_ptr<sim::Library> library;
    sim::SimTransport transport;
    std::optional<Changer> changer;
};

std::string place_of(MoveVerdict verdict) {
    switch (verdict) {
    case MoveVerdict::done:
        return "destination";
    case MoveVerdict::not_done:
    case MoveVerdict::refused_before:
        return "source";
    case MoveVerdict::in_arm:
        return "arm";
    case MoveVerdict::unknown:
        break;
    }
    return "unknown";
}

} // namespace

TEST_CASE("what the library holds is what is read") {
    for (const std::string_view url :
         {"default", "default?slots=3000&tapes=2500&drives=9&mail=0"}) {
        CAPTURE(url);
        Robot robot(url);
        const auto elements = robot.changer->read_elements();
        REQUIRE(elements);
        const auto truth = robot.library->snapshot().elements;
        CHECK(elements->size() == truth.size());
        for (const scsi::ElementStatus& element : *elements) {
            const auto really = std::find_if(truth.begin(), truth.end(), [&](const auto& view) {
                return view.address == element.address;
            });
            REQUIRE(really != truth.end());
            CHECK(element.type == really->type);
            CHECK(element.full == really->cartridge.has_value());
            CHECK(element.volume_tag.value_or("") == really->cartridge.value_or(""));
            CHECK(element.identifier.has_value() ==
                  (element.type == scsi::ElementType::data_transfer));
        }
    }
}

TEST_CASE("a cartridge goes into a drive and comes back") {
    Robot robot;
    CHECK(robot.move().verdict == MoveVerdict::done);
    CHECK(robot.place() == "destination");
    CHECK(robot.changer->move(first_drive, last_slot).verdict == MoveVerdict::done);
    CHECK(robot.library->snapshot().at(last_slot) == std::string(cartridge));
    CHECK(robot.library->snapshot().moves == 2);
}

TEST_CASE("the connection drops right after the MOVE, or its response is lost: one MOVE, done") {
    for (const Effect effect : {Effect::drop, Effect::drop_after, Effect::timeout_after}) {
        CAPTURE(static_cast<int>(effect));
        Robot robot;
        REQUIRE(robot.changer->prevent_removal().verdict == RemovalVerdict::good);
        robot.library->inject({.effect = effect, .opcode = scsi::opcode::move_medium});
        const MoveReport report = robot.move();
        CHECK(report.verdict == MoveVerdict::done);
        CHECK_FALSE(report.note.empty());
        CHECK(robot.place() == "destination");
        CHECK(robot.library->snapshot().moves == 1);
        CHECK(robot.library->snapshot().count(scsi::opcode::move_medium) == 1);
        CHECK(robot.library->snapshot().lock_holders.empty());
        CHECK(robot.changer->take_invalidations().removal_prevention);
    }
}

TEST_CASE("after any single failure of any command the verdict is where the cartridge is") {
    const std::vector effects{Effect::sense,
                              Effect::sense_after,
                              Effect::status,
                              Effect::timeout,
                              Effect::timeout_after,
                              Effect::drop_before,
                              Effect::drop,
                              Effect::drop_after,
                              Effect::garbage,
                              Effect::short_data,
                              Effect::delay,
                              Effect::stuck,
                              Effect::reset};
    for (const Effect effect : effects)
        for (unsigned nth = 1; nth <= 8; ++nth) {
            CAPTURE(static_cast<int>(effect));
            CAPTURE(nth);
            Robot robot;
            robot.library->inject({.effect = effect, .value = 8, .nth = nth});
            const MoveReport report = robot.move();
            CAPTURE((report.error ? to_string(*report.error) : report.note));
            CHECK(place_of(report.verdict) == robot.place());
            CHECK(robot.library->snapshot().moves <= 1);
            CHECK(report.error.has_value() == (report.verdict != MoveVerdict::done));
        }
}

TEST_CASE("after any single failure a read is right or an error") {
    for (const Effect effect : {Effect::sense,
                                Effect::status,
                                Effect::drop_before,
                                Effect::drop_after,
                                Effect::garbage,
                                Effect::short_data})
        for (unsigned nth = 1; nth <= 6; ++nth) {
            CAPTURE(static_cast<int>(effect));
            CAPTURE(nth);
            Robot robot;
            robot.library->inject(
                {.effect = effect, .sense = {0x6, 0x28, 0x00}, .value = 20, .nth = nth});
            const auto elements = robot.changer->read_elements();
            if (!elements)
                continue;
            CHECK(elements->size() == robot.library->snapshot().elements.size());
            CHECK(std::count_if(elements->begin(), elements->end(), [](const auto& element) {
                      return element.full && element.volume_tag.value_or("").starts_with("VT");
                  }) == 16);
        }
}

TEST_CASE("a restart in the middle of a move leaves the cartridge in the arm, and it is found") {
    Robot robot;
    robot.library->inject({.effect = Effect::reset, .opcode = scsi::opcode::move_medium});
    const MoveReport report = robot.move();
    CHECK(report.verdict == MoveVerdict::in_arm);
    CHECK(report.error->code == Code::cartridge_in_arm);
    CHECK(robot.changer->move(the_arm, first_slot, std::string(cartridge)).verdict ==
          MoveVerdict::done);
    CHECK(robot.place() == "source");
}

TEST_CASE("locked, unlocked, opened: the changer says what the library does") {
    Robot robot;
    CHECK(robot.changer->door_lock_effective() == Support::yes);
    CHECK(robot.changer->prevent_removal().verdict == RemovalVerdict::good);
    CHECK_FALSE(robot.library->open_door());
    CHECK(robot.changer->allow_removal().verdict == RemovalVerdict::good);
    REQUIRE(robot.library->open_door());
    CHECK(robot.changer->test_ready()->not_ready == Sense{0x2, 0x04, 0x18});
    CHECK(robot.move().verdict == MoveVerdict::refused_before);
    CHECK(robot.library->snapshot().count(scsi::opcode::move_medium) == 0);
    REQUIRE(robot.library->swap(first_slot, last_slot));
    REQUIRE(robot.library->close_door());
    robot.changer->take_unit_attentions();
    robot.clock.advance(std::chrono::minutes{5});
    CHECK(robot.changer->test_ready()->ready);
    CHECK(robot.changer->take_unit_attentions() ==
          std::vector<scsi::UnitAttention>{{{0x6, 0x28, 0x00}, 0x00}});
    CHECK(robot.changer->read_element(last_slot)->volume_tag == std::string(cartridge));
}

TEST_CASE("a library that cannot lock refuses, one without effect leaves it open") {
    Robot without("cannot-lock");
    CHECK(without.changer->prevent_removal().verdict == RemovalVerdict::refused);
    CHECK(without.changer->door_lock_effective() == Support::no);
    Robot pretending("lock-without-effect");
    CHECK(pretending.changer->prevent_removal().verdict == RemovalVerdict::good);
    CHECK(pretending.changer->door_lock_effective() == Support::unknown);
}

TEST_CASE("without a barcode reader a cartridge is moved by where it is") {
    Robot robot("no-barcode-reader");
    CHECK(robot.changer->move(first_slot, first_drive).verdict == MoveVerdict::done);
    CHECK(robot.place() == "destination");
}

TEST_CASE("the door code of a vendor is known by its row") {
    Robot robot("vendor-door-code");
    CHECK(robot.changer->sense_family() == scsi::VendorFamily::bdt);
    CHECK(robot.changer->quirk().door_kind == "magazines");
}

TEST_SUITE_END();
