// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/context.hpp"
#include "jobs/door/state.hpp"
#include "jobs/job.hpp"
#include "support/clock.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

/// Several libraries behind one door: partitions of one physical library, or libraries that were
/// configured to be one cabinet.
///
/// A door request is a job of the library it was made to, the first job. Every other library gets a
/// companion job that is part of it. Each runs a door machine of its own; the coordinator tells
/// them what the others have come to:
///
/// - nothing is unlocked before every library is drained, and the operator has answered for the
///   partitions that nobody here controls;
/// - one that sees the door open, sees it for all; `open` ends when it is closed and quiet for all;
/// - one whose part is over stays at rest until all are over: only then do the jobs end, the
///   companions first, the first job last, with what became of each.
///
/// A library that comes to be known as a member while the door is used is taken in; a door job that
/// began as that of one library alone stays so.
///
/// Durability. Each library has a journal of its own, and there is no transaction over several. The
/// coordinator therefore knows nothing but what is durable in the members' journals: it is given
/// their views after each commit, and decides anew from all of them, each time. What it orders may
/// be lost or come twice: it is ordered again until the member's own record shows it, and a member
/// that has done it does nothing. Every decision rests on facts that a member does not take back:
///
/// - `drained` stays until the member's job ends, and that is after everybody's part is over. So
///   whoever is released after a crash may be, if one other was released before it.
/// - Openings are counted, as all of them know it (`round`). Whoever is found at a lower number
///   missed one, and goes back to `open`; whoever was quiet, and is disturbed or restarted, counts
///   one more, so that nobody's "closed" outlives what another saw later.
/// - `closing` (every part is over) is recorded by each before one job ends. None goes back from it
///   unless another has not recorded it yet, and then no job has ended.
/// - The first job ends when the companions' ends are durable; its record repeats their results.
///
/// So the members' commits may be cut off in any order: every combination is one that the next run
/// goes on from, under the same ids.
namespace changer::jobs::cabinet {

/// What a library is told of the cabinet it belongs to.
struct Membership {
    std::string id;
    std::vector<std::string> members = {}; ///< libraries of this daemon, this one too; sorted
    std::vector<std::string> foreign = {}; ///< partitions that nobody here controls

    bool operator==(const Membership&) const = default;
};

/// How far a library's part of a door job is.
enum class Stage : std::uint8_t {
    queued,   ///< a companion that waits for the job which its library still runs
    draining, ///< its drives are being emptied
    drained,
    unlocking,
    unlocked,
    open,
    reading, ///< from close to the end of its inventory
    over,    ///< its outcome is known
    closing, ///< and so are all the others'
    ended,   ///< the job has ended
};

/// What one live request asks of the door.
struct Wish {
    InventoryAction inventory = InventoryAction::by_default;
    std::optional<std::chrono::seconds> max_open = std::nullopt; ///< none: as set

    bool operator==(const Wish&) const = default;
};

/// What holds for all parts: what every live request asked for, and the smallest times.
struct Terms {
    std::vector<InventoryAction> inventories = {}; ///< the strongest counts, by each one's default
    std::chrono::seconds max_open{};
    std::chrono::seconds unlock_timeout{};

    bool operator==(const Terms&) const = default;
};

/// A library's part of a door job.
struct Part {
    std::string job;
    std::string first; ///< the first job; itself if this is it
    std::vector<std::string> members = {};
    JobRequest request = {};
    std::string submitted_by = {};
    WallTime queued_at{};
    Stage stage = Stage::queued;
    std::uint32_t round = 0;
    std::string evidence = {}; ///< of the last opening
    bool quiet = false;
    bool overruled = false;
    bool withdrawn = false;        ///< of a first job: its own request was cancelled
    std::string cancelled = {};    ///< why, if it was: by request, by refusal, or called off
    bool absent = false;           ///< its device does not answer
    bool asking = false;           ///< a human has not answered yet
    bool unasked = false;          ///< a companion that would ask, if it might
    std::vector<Wish> wishes = {}; ///< of its live requests: its own, and those merged into it
    std::optional<Terms> terms = std::nullopt;           ///< that it has taken in
    std::optional<door::Outcome> outcome = std::nullopt; ///< from `over` on
    nlohmann::json result = nullptr;                     ///< from `over` on
    std::string awaits = {};                             ///< what it was told it waits for

    bool operator==(const Part&) const = default;

    bool leads() const { return job == first; }
};

/// What is durable of a library, as far as a cabinet is concerned.
struct View {
    std::string library;
    std::optional<Membership> cabinet = std::nullopt;
    std::string away = {};           ///< why it cannot be reached; empty: it can
    std::string busy_with = {};      ///< the job that its companion waits for
    std::chrono::seconds max_open{}; ///< its settings
    std::chrono::seconds unlock_timeout{};
    std::optional<Part> part = std::nullopt; ///< not ended
    std::optional<Part> last = std::nullopt; ///< the last companion that has ended

    bool operator==(const View&) const = default;
};

/// Become a companion.
struct Join {
    JobRequest request;
    std::string submitted_by;
    std::vector<std::string> members;
    std::uint32_t round = 0; ///< openings so far: requests of your own wait for another door
};

/// Take these terms in.
struct Agree {
    Terms terms;
};

struct Release {};

struct Opened {
    std::uint32_t round = 0;
    std::string why;
};

struct Closed {
    std::uint32_t round = 0;
    bool overruled = false;
};

struct CallOff {
    std::string why;
};

struct Ask {};

struct Over {
    std::uint32_t round = 0;
    bool for_others = false; ///< the first request was cancelled, others wanted the door still
};

/// Say for whom the first job waits.
struct Await {
    std::string what;
};

/// End the job.
struct Done {
    door::Outcome total;
    nlohmann::json members; ///< what became of each part
    bool orphaned = false;  ///< the first job is gone: what was merged is queued again
};

/// What a member is told, about the door job of `first`. Told twice, it changes nothing.
struct Order {
    std::string library;
    std::string first;
    std::variant<Join, Agree, Release, Opened, Closed, CallOff, Ask, Over, Await, Done> what;
};

using Views = std::map<std::string, View, std::less<>>; ///< of every library of the daemon

/// Leads the door jobs of all cabinets. Losing it loses nothing, see above; it remembers only which
/// of two first jobs of one cabinet it chose, until that shows in the records.
class Coordinator {
  public:
    /// Decides what is to be told to whom, from what is durable now. Call it after every change and
    /// once a second.
    std::vector<Order> step(const Views& views);

  private:
    std::set<std::string> chosen_;
};

} // namespace changer::jobs::cabinet
