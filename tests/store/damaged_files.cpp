// SPDX-License-Identifier: Apache-2.0
// Bits flip and files are cut, at random, in every file of a state directory: a start finds the
// state of some moment and says how far it can be believed, or refuses and touches nothing.
#include "store/memory_files.hpp"
#include "store/scripted_day.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

using namespace changer;
using namespace changer::store;
using namespace changer::test;

namespace {

using Disk = std::map<std::string, std::string>;

unsigned from_environment(const char* name, unsigned otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// What a day leaves, and every state each library was in.
struct WholeDay {
    MemoryFiles files;
    std::map<std::string, std::vector<Documents>> moments;

    WholeDay() {
        ScriptedDay day(files);
        day.run();
        REQUIRE(day.errors().empty());
        std::map<std::string, DocumentSet> sets;
        for (const auto& library : ScriptedDay::libraries())
            moments[library] = {{}};
        for (const Attempt& attempt : day.attempts()) {
            sets[attempt.library].apply(attempt.changes);
            moments[attempt.library].push_back(sets[attempt.library].copy());
        }
    }
};

class Damage {
  public:
    Damage(const Disk& whole, unsigned seed)
        : random_(seed)
        , disk_(whole) {
        for (const auto& [path, text] : whole)
            paths_.push_back(path);
    }

    /// Flips a bit, or cuts a file; most often once, in any file.
    void strike() {
        const unsigned times = pick(4) == 0 ? 2 + pick(3) : 1;
        for (unsigned i = 0; i < times; ++i) {
            const std::string& path = paths_[pick(static_cast<unsigned>(paths_.size()))];
            std::string& text = disk_[path];
            if (text.empty())
                continue;
            const unsigned at = pick(static_cast<unsigned>(text.size()));
            const bool cut = pick(3) == 0;
            if (cut)
                text.resize(at);
            else
                text[at] = static_cast<char>(text[at] ^ 1 << pick(8));
            cut_ = cut_ || cut;
            what_ += fmt::format("{} {} at {}; ", cut ? "cut" : "flipped a bit of", path, at);
            struck_.insert(path);
        }
    }

    const Disk& disk() const { return disk_; }

    const std::set<std::string>& struck() const { return struck_; }

    /// A journal that was cut between two records cannot be told from one that ended there.
    bool cut() const { return cut_; }

    const std::string& what() const { return what_; }

  private:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

    std::mt19937 random_;
    Disk disk_;
    std::vector<std::string> paths_;
    std::set<std::string> struck_;
    std::string what_;
    bool cut_ = false;
};

struct Outcomes {
    unsigned refused = 0;
    unsigned whole = 0;
    unsigned older_by_a_cut = 0;
    unsigned stale = 0;
    unsigned needs_inventory = 0;
};

/// True if somewhere among the files the bytes are kept.
bool kept(const Disk& disk, const std::string& bytes) {
    return std::any_of(
        disk.begin(), disk.end(), [&](const auto& entry) { return entry.second == bytes; });
}

std::string judge_library(const std::string& library,
                          StateDirectory& directory,
                          MemoryFiles& files,
                          const std::vector<Documents>& moments,
                          const Damage& damage,
                          Outcomes& outcomes) {
    const ManualClock clock;
    const auto home = *directory.library_directory(library);
    auto opened = Store::open(home, files, directory.reserve(), clock);
    if (!opened)
        return opened.error().what;
    const auto found = std::find(moments.rbegin(), moments.rend(), opened->documents);
    if (found == moments.rend())
        return library + " holds a mixture of moments";
    const bool newest = found == moments.rbegin();
    const bool hit = std::any_of(damage.struck().begin(),
                                 damage.struck().end(),
                                 [&](const auto& path) { return path.starts_with(home + "/"); });
    if (!newest && opened->report.trust == Trust::whole && !damage.cut())
        return library + " is older than it was and calls itself whole";
    if (!hit && (!newest || opened->report.trust != Trust::whole))
        return library + " suffered from damage elsewhere";
    switch (opened->report.trust) {
    case Trust::whole:
        ++(newest ? outcomes.whole : outcomes.older_by_a_cut);
        break;
    case Trust::stale:
        ++outcomes.stale;
        break;
    case Trust::needs_inventory:
        ++outcomes.needs_inventory;
        for (const auto& path : damage.struck())
            if (path.starts_with(home + "/") && !path.ends_with(".bak") &&
                !damage.disk().at(path).empty() && opened->report.messages.empty())
                return library + " says nothing of its damage";
        break;
    }
    const std::vector<Change> more{{"next", "{}"}};
    if (auto appended = opened->store.append(more); !appended)
        return appended.error().what;
    auto documents = std::move(opened->documents);
    documents["next"] = "{}";
    const auto again = Store::open(home, files, directory.reserve(), clock);
    if (!again || again->documents != documents)
        return library + " cannot be written on after the start";
    return again->report.trust == opened->report.trust ? "" : library + " forgot its damage";
}

/// Starts on the damaged disk; says what is wrong; nothing: "".
std::string judge(const WholeDay& day, const Damage& damage, Outcomes& outcomes) {
    MemoryFiles files;
    for (const auto& [path, text] : damage.disk())
        files.put(path, text);
    auto directory = StateDirectory::open(ScriptedDay::directory, files);
    const std::string format = std::string(ScriptedDay::directory) + "/format";
    if (!directory) {
        ++outcomes.refused;
        if (damage.struck().count(format) == 0 ||
            directory.error().what.find(ScriptedDay::directory) == std::string::npos)
            return directory.error().what;
        return files.everything() == damage.disk() ? "" : "refused, but something was changed";
    }
    for (const auto& library : ScriptedDay::libraries())
        if (auto wrong = judge_library(
                library, *directory, files, day.moments.at(library), damage, outcomes);
            !wrong.empty())
            return wrong;
    for (const auto& path : damage.struck())
        if (path.ends_with("/state.json") && !kept(files.everything(), damage.disk().at(path)))
            return path + " was damaged and is not kept";
    return "";
}

} // namespace

TEST_SUITE_BEGIN("store/damaged_files");

/// CHANGER_DAMAGE_CASES: how many; CHANGER_DAMAGE_SEED: of the first, to try a failed one again.
TEST_CASE("flipped bits and cuts are found out, and never mix two states") {
    const unsigned cases = from_environment("CHANGER_DAMAGE_CASES", 1'000);
    const unsigned seed = from_environment("CHANGER_DAMAGE_SEED", 1);
    const WholeDay day;
    const Disk whole = day.files.everything();
    Outcomes outcomes;
    unsigned wrong = 0;
    for (unsigned i = 0; i < cases && wrong < 10; ++i) {
        Damage damage(whole, seed + i);
        damage.strike();
        if (const auto why = judge(day, damage, outcomes); !why.empty()) {
            ++wrong;
            FAIL_CHECK("seed " << seed + i << ": " << damage.what() << why);
        }
    }
    MESSAGE(cases << " damaged disks, seeds from " << seed << ": " << outcomes.refused
                  << " refused; libraries: " << outcomes.whole << " whole, "
                  << outcomes.older_by_a_cut << " cut between records, " << outcomes.stale
                  << " stale, " << outcomes.needs_inventory << " need an inventory");
    CHECK(outcomes.whole > 0);
    CHECK(outcomes.stale > 0);
    CHECK(outcomes.needs_inventory > 0);
}

TEST_SUITE_END();
