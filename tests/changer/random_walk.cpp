// SPDX-License-Identifier: Apache-2.0
// Operations at random, with faults at random: after each, what the changer's reports say of every
// cartridge is what the simulated library knows to be true.
#include "changer/faults.hpp"
#include "changer/simulated_robot.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <random>
#include <string>

using namespace changer;
using namespace changer::test;
using scsi::ElementAddress;

TEST_SUITE_BEGIN("changer/random_walk");

namespace {

/// One host that remembers where every cartridge is, by nothing but what its changer reports.
class Walker {
  public:
    Walker(std::string_view url, unsigned seed)
        : random_(seed)
        , robot_(url) {
        REQUIRE(robot_.open());
        for (const sim::ElementView& element : robot_.library->snapshot().elements) {
            if (element.type == scsi::ElementType::transport)
                arm_ = element.address;
            else
                places_.push_back(element.address);
            if (element.type == scsi::ElementType::storage)
                slots_.push_back(element.address);
        }
        model_ = robot_.truth();
    }

    /// Does one thing; returns what is wrong after it; empty: nothing.
    std::string step() {
        done_.clear();
        if (chance(30))
            something_goes_wrong();
        switch (pick(20)) {
        case 0:
            return read();
        case 1:
            return lock_or_unlock();
        case 2:
            return rescan();
        case 3:
            return open_the_door();
        case 4:
        case 5:
            return exchange();
        case 6:
            return find();
        default:
            return move();
        }
    }

    /// The last operation in words.
    const std::string& last() const { return done_; }

    /// How many outcomes were left open.
    unsigned unknown() const { return unknown_; }

  private:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

    bool chance(unsigned percent) { return pick(100) < percent; }

    void note(const std::string& what) { done_ += (done_.empty() ? "" : ", ") + what; }

    void something_goes_wrong() {
        static const std::vector<NamedFault> all = faults();
        const NamedFault& fault = all.at(pick(static_cast<unsigned>(all.size())));
        const unsigned nth = 1 + pick(8);
        note(fmt::format("{} at command {}", fault.name, nth));
        robot_.host.before(0, nullptr);
        fault.arm(robot_, nth);
    }

    /// Half of the time an element that fits, else any one, or none at all.
    ElementAddress place(bool full) {
        if (chance(2))
            return static_cast<ElementAddress>(pick(0x1200));
        ElementAddress chosen = places_.at(pick(static_cast<unsigned>(places_.size())));
        for (int tries = 0; tries < 50 && chance(98) && model_.contains(chosen) != full; ++tries)
            chosen = places_.at(pick(static_cast<unsigned>(places_.size())));
        return chosen;
    }

    std::optional<std::string> barcode_at(ElementAddress address) {
        const auto found = model_.find(address);
        return found == model_.end() || found->second.empty() ? std::nullopt
                                                              : std::optional(found->second);
    }

    void carry(ElementAddress from, ElementAddress to) {
        if (const auto found = model_.find(from); found != model_.end()) {
            model_[to] = found->second;
            model_.erase(from);
        }
    }

    /// A cartridge in the arm is put back before anything else is asked of the robot.
    void empty_arm_() {
        robot_.library->clear_faults();
        robot_.host.before(0, nullptr);
        robot_.clock.advance(std::chrono::minutes{10});
        const auto to = std::find_if(places_.rbegin(), places_.rend(), [&](ElementAddress address) {
            return !model_.contains(address);
        });
        REQUIRE(to != places_.rend());
        const MoveReport report = robot_.changer->move(arm_, *to, barcode_at(arm_));
        CHECK_MESSAGE(report.verdict == MoveVerdict::done,
                      (report.error ? to_string(*report.error) : "no error"));
        carry(arm_, *to);
    }

    std::string move() {
        if (model_.contains(arm_))
            empty_arm_();
        const ElementAddress from = place(true);
        const ElementAddress to = place(false);
        note(fmt::format("move {} to {}", number(from), number(to)));
        const auto barcode = chance(50) ? barcode_at(from) : std::nullopt;
        const MoveReport report = robot_.changer->move(from, to, barcode);
        note(fmt::format("verdict {}", static_cast<int>(report.verdict)));
        if (report.verdict == MoveVerdict::unknown)
            return not_told();
        if (report.verdict == MoveVerdict::done && model_.contains(from))
            carry(from, to);
        if (report.verdict == MoveVerdict::in_arm)
            carry(from, arm_);
        return compare();
    }

    std::string exchange() {
        if (model_.contains(arm_))
            empty_arm_();
        const ElementAddress first = place(true);
        const ElementAddress second = place(true);
        const ElementAddress third = chance(50) ? first : place(false);
        note(fmt::format("exchange {}, {}, {}", number(first), number(second), number(third)));
        std::vector<ExchangeStep> steps;
        const ExchangeReport report =
            robot_.changer->exchange({.first = first, .second = second, .third = third});
        note(fmt::format("verdict {}", static_cast<int>(report.verdict)));
        if (report.verdict == ExchangeVerdict::unknown)
            return not_told();
        for (const ExchangeStep& step : report.steps)
            follow(step);
        // One command that moves two cartridges and fails tells by the elements which one it moved.
        const bool native = report.steps.size() == 1 && report.verdict != ExchangeVerdict::done &&
                            report.verdict != ExchangeVerdict::refused_before &&
                            report.verdict != ExchangeVerdict::not_done;
        return native || !barcodes() ? read_again() : compare();
    }

    void follow(const ExchangeStep& step) {
        if (step.verdict == MoveVerdict::in_arm && step.kind == ExchangeStep::Kind::move)
            carry(step.source, arm_);
        if (step.verdict != MoveVerdict::done)
            return;
        if (step.second_destination && step.second_destination == step.source) {
            std::swap(model_[step.source], model_[step.destination]);
            return;
        }
        if (step.second_destination)
            carry(step.destination, *step.second_destination);
        carry(step.source, step.destination);
    }

    bool barcodes() const { return robot_.changer->identity().barcode_reader; }

    std::string read() {
        note("read");
        const auto elements = robot_.changer->read_elements();
        if (!elements)
            return compare();
        const Truth read = as_read(*elements);
        const std::string wrong = difference(read, robot_.truth());
        return wrong.empty() ? compare() : "what was read is not so:" + wrong;
    }

    /// Several faults at once may leave an outcome open; never another one.
    std::string not_told() {
        ++unknown_;
        return read_again();
    }

    /// Reads until it is read, and takes it over.
    std::string read_again() {
        robot_.library->clear_faults();
        robot_.host.before(0, nullptr);
        robot_.clock.advance(std::chrono::minutes{10});
        const auto elements = robot_.changer->read_elements();
        if (!elements)
            return "cannot be read: " + to_string(elements.error());
        if (const auto wrong = difference(as_read(*elements), robot_.truth()); !wrong.empty())
            return "what was read is not so:" + wrong;
        model_ = robot_.truth();
        return {};
    }

    std::string find() {
        if (model_.empty() || !barcodes())
            return {};
        auto wanted = std::next(model_.begin(), pick(static_cast<unsigned>(model_.size())));
        note("find " + wanted->second);
        const auto found = robot_.changer->find_volume({.volume_identifier = wanted->second});
        if (found && (found->size() != 1 || found->front().address != wanted->first))
            return fmt::format("{} is found {} times, or elsewhere", wanted->second, found->size());
        return compare();
    }

    std::string lock_or_unlock() {
        const bool lock = chance(50);
        note(lock ? "lock" : "unlock");
        const RemovalAnswer answer =
            lock ? robot_.changer->prevent_removal() : robot_.changer->allow_removal();
        const bool held = !robot_.library->snapshot().lock_holders.empty();
        const bool lost = robot_.changer->take_invalidations().removal_prevention;
        if (answer.verdict == RemovalVerdict::good && held != lock && !lost)
            return lock ? "locked, and it is not" : "unlocked, and it is not";
        return compare();
    }

    std::string rescan() {
        note("rescan");
        if (!robot_.changer->rescan())
            robot_.clock.advance(std::chrono::minutes{10});
        return compare();
    }

    /// A hand exchanges two cartridges; a library that does not report its door is rescanned.
    std::string open_the_door() {
        note("door");
        robot_.library->clear_faults();
        robot_.host.before(0, nullptr);
        robot_.clock.advance(std::chrono::minutes{10});
        robot_.changer->allow_removal();
        if (!robot_.library->open_door())
            return compare();
        const ElementAddress one = slots_.at(pick(static_cast<unsigned>(slots_.size())));
        const ElementAddress other = slots_.at(pick(static_cast<unsigned>(slots_.size())));
        const bool swapped = one != other && robot_.library->swap(one, other);
        REQUIRE(robot_.library->close_door());
        robot_.clock.advance(std::chrono::minutes{10});
        if (swapped && !robot_.changer->rescan())
            return "cannot be rescanned after its door was closed";
        return read_again();
    }

    std::string compare() {
        const Truth truth = robot_.truth();
        if (model_ == truth)
            return {};
        std::string wrong;
        for (const auto& [address, barcode] : truth)
            if (const auto found = model_.find(address);
                found == model_.end() || found->second != barcode)
                wrong += fmt::format(" {} is at {};", barcode, number(address));
        return "the model has it otherwise:" + wrong;
    }

    std::mt19937 random_;
    SimulatedRobot robot_;
    ElementAddress arm_{};
    std::vector<ElementAddress> places_; ///< all but the arm
    std::vector<ElementAddress> slots_;
    Truth model_;
    std::string done_;
    unsigned unknown_ = 0;
};

/// What all walks together have come to.
struct Walked {
    unsigned steps = 0;
    unsigned unknown = 0;
};

/// Walks until something is wrong.
void walk(std::string_view url, unsigned seed, unsigned steps, Walked& all) {
    Walker walker(url, seed);
    std::string wrong;
    for (unsigned step = 1; step <= steps && wrong.empty(); ++step, ++all.steps) {
        wrong = walker.step();
        if (!wrong.empty())
            FAIL_CHECK("seed " << seed << ", step " << step << " on " << url << ": "
                               << walker.last() << ": " << wrong);
    }
    all.unknown += walker.unknown();
}

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* const text = std::getenv(name);
    return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

} // namespace

/// CHANGER_WALK_STEPS: of each walk; CHANGER_WALK_SEED: of the first, to walk a failed one again.
TEST_CASE("whatever happens, the reports tell where every cartridge is") {
    const unsigned steps = from_environment("CHANGER_WALK_STEPS", 120);
    const unsigned seed = from_environment("CHANGER_WALK_SEED", 1);
    Walked all;
    for (const sim::Personality& personality : sim::personalities())
        for (unsigned i = 0; i < 3; ++i)
            walk(personality.name, seed + i, steps, all);
    MESSAGE(all.steps << " operations, seeds from " << seed << ", " << all.unknown
                      << " outcomes left open");
    CHECK(all.unknown <= all.steps / 50);
}

TEST_SUITE_END();
