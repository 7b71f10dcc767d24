// SPDX-License-Identifier: Apache-2.0
#include "jobs/cabinet_session.hpp"

#include "jobs/door/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::jobs::cabinet {

namespace {

bool over(const Part& part) {
    return part.stage >= Stage::over;
}

bool failed(const Part& part) {
    return over(part) && part.outcome && part.outcome->ending == door::Ending::failed;
}

/// One that waited in vain for its door does not end the others' waiting: each compares its slots.
bool not_opened(const Part& part) {
    return failed(part) && part.outcome->error &&
           part.outcome->error->code == Code::door_not_opened;
}

std::string named(const std::string& library, const std::string& what) {
    return fmt::format("library {}: {}", library, what);
}

/// What all decisions of one step look at.
class Decisions {
  public:
    Decisions(const Session& session, std::vector<Order>& orders)
        : session_(session)
        , orders_(orders) {
        for (const Member& member : session.members) {
            if (member.part == nullptr)
                continue;
            round_ = std::max(round_, member.part->round);
            if (member.part->leads())
                lead_ = &member;
            wanted_ = wanted_ || !member.part->wishes.empty();
        }
    }

    void decide() {
        why_off_ = reason_to_call_off();
        invite();
        if (!why_off_.empty())
            each(&Decisions::call_off);
        agree();
        release();
        each(&Decisions::open);
        close();
        each(&Decisions::let_ask);
        await();
        end();
    }

  private:
    template <class What>
    void tell(const Member& member, What what) {
        orders_.push_back({member.library, session_.first, std::move(what)});
    }

    void each(void (Decisions::*rule)(const Member&)) {
        for (const Member& member : session_.members)
            if (member.part != nullptr && member.part->stage != Stage::ended)
                (this->*rule)(member);
    }

    template <class Predicate>
    bool all_parts(Predicate holds) const {
        return std::all_of(
            session_.members.begin(), session_.members.end(), [&](const Member& member) {
                return member.part == nullptr || member.part->stage == Stage::ended ||
                       holds(*member.part);
            });
    }

    template <class Predicate>
    bool any_part(Predicate holds) const {
        return !all_parts([&](const Part& part) { return !holds(part); });
    }

    std::string reason_to_call_off() const {
        if (lead_ == nullptr)
            return fmt::format("its first job {} is gone", session_.first);
        if (!wanted_)
            return "cancelled by request";
        for (const Member& member : session_.members)
            if (member.part != nullptr && !member.part->cancelled.empty())
                return member.part->cancelled;
        if (round_ > 0)
            return {}; // the door is, or was, open: the others go on to their inventories
        for (const Member& member : session_.members) {
            if (member.view == nullptr)
                return named(member.library, "this daemon does not serve it any more");
            if (member.part != nullptr && failed(*member.part) && !not_opened(*member.part))
                return named(member.library, member.part->outcome->error->what);
        }
        return {};
    }

    /// A library that is still free to move its arm must not be so behind an open door.
    bool to_join(const Member& member) const {
        return member.view != nullptr && member.part == nullptr && lead_ != nullptr &&
               !over(*lead_->part) && (round_ > 0 || why_off_.empty());
    }

    void invite() {
        if (lead_ == nullptr)
            return;
        std::vector<std::string> libraries;
        for (const Member& member : session_.members)
            libraries.push_back(member.library);
        const Part& first = *lead_->part;
        for (const Member& member : session_.members)
            if (to_join(member))
                tell(member, Join{first.request, first.submitted_by, libraries, round_});
    }

    bool all_joined() const {
        return std::none_of(session_.members.begin(),
                            session_.members.end(),
                            [&](const Member& member) { return to_join(member); });
    }

    void call_off(const Member& member) {
        if (!over(*member.part) && member.part->cancelled.empty())
            tell(member, CallOff{why_off_});
    }

    /// An explicit time counts for every library; where there is none, the smallest that is set.
    Terms terms() const {
        Terms terms;
        auto set = std::chrono::seconds::max();
        auto timeout = std::chrono::seconds::max();
        for (const Member& member : session_.members)
            if (member.view != nullptr) {
                set = std::min(set, member.view->max_open);
                timeout = std::min(timeout, member.view->unlock_timeout);
            }
        terms.unlock_timeout = timeout;
        terms.max_open = std::chrono::seconds::max();
        for (const Member& member : session_.members)
            if (member.part != nullptr)
                for (const Wish& wish : member.part->wishes) {
                    terms.inventories.push_back(wish.inventory);
                    terms.max_open = std::min(terms.max_open, wish.max_open.value_or(set));
                }
        return terms;
    }

    /// Not before a member knows how often the door was opened: it merges requests from then on.
    void agree() {
        if (!wanted_)
            return;
        const Terms wanted = terms();
        for (const Member& member : session_.members)
            if (member.part != nullptr && member.part->stage > Stage::queued &&
                !over(*member.part) && member.part->round == round_ && member.part->terms != wanted)
                tell(member, Agree{wanted});
    }

    void release() {
        if (round_ > 0 || !why_off_.empty() || !all_joined())
            return;
        const bool released =
            any_part([](const Part& part) { return part.stage > Stage::drained; });
        const bool at_rest = all_parts([](const Part& part) {
            return part.stage == Stage::drained && !part.absent && !part.asking;
        });
        if (!released && !at_rest)
            return;
        for (const Member& member : session_.members)
            if (member.part != nullptr && member.part->stage == Stage::drained)
                tell(member, Release{});
    }

    void open(const Member& member) {
        if (member.part->stage == Stage::queued || member.part->round >= round_)
            return;
        for (const Member& other : session_.members)
            if (other.part != nullptr && other.part->round == round_)
                return tell(member, Opened{round_, named(other.library, other.part->evidence)});
    }

    void close() {
        const auto is_open = [](const Part& part) { return part.stage == Stage::open; };
        const bool known_to_all = all_parts(
            [&](const Part& part) { return part.stage > Stage::queued && part.round == round_; });
        if (!any_part(is_open) || !known_to_all)
            return;
        const bool overruled =
            any_part([&](const Part& part) { return is_open(part) && part.overruled; });
        const bool quiet =
            all_parts([&](const Part& part) { return !is_open(part) || part.quiet; });
        if (!overruled && !quiet)
            return;
        for (const Member& member : session_.members)
            if (member.part != nullptr && is_open(*member.part))
                tell(member, Closed{round_, overruled});
    }

    /// A companion asks only what the first job does not ask for all.
    void let_ask(const Member& member) {
        if (lead_ == nullptr || !member.part->unasked)
            return;
        const Part& first = *lead_->part;
        if (first.stage == Stage::unlocked && !first.asking)
            tell(member, Ask{});
    }

    std::string state_of(const Member& member) const {
        if (!member.view->away.empty())
            return fmt::format("library {} ({})", member.library, member.view->away);
        if (!member.view->busy_with.empty())
            return fmt::format(
                "library {} ({} ends first)", member.library, member.view->busy_with);
        return "library " + member.library;
    }

    /// The first job says whom it waits for: before it unlocks, and when its own part is over.
    void await() {
        if (lead_ == nullptr)
            return;
        const Part& first = *lead_->part;
        std::string what;
        for (const Member& member : session_.members) {
            if (&member == lead_ || member.view == nullptr)
                continue;
            const Part* part = member.part;
            const bool moving = part == nullptr || part->stage < Stage::drained || part->absent;
            const bool waits = first.stage == Stage::drained ? moving
                               : first.stage == Stage::over  ? part != nullptr && !over(*part)
                                                             : false;
            if (waits)
                what += (what.empty() ? "" : ", ") + state_of(member);
        }
        if (what != first.awaits)
            tell(*lead_, Await{what});
    }

    void end() {
        if (!all_joined())
            return;
        const auto all_at = [&](Stage stage) {
            return all_parts(
                [&](const Part& part) { return part.stage >= stage && part.round == round_; });
        };
        if (!all_at(Stage::over))
            return;
        if (!all_at(Stage::closing)) {
            const bool withdrawn = lead_ != nullptr && lead_->part->withdrawn;
            for (const Member& member : session_.members)
                if (member.part != nullptr && member.part->stage == Stage::over)
                    tell(member, Over{round_, wanted_ && withdrawn});
            return;
        }
        const Done done{total_of(session_), results_of(session_), lead_ == nullptr};
        bool companions = false;
        for (const Member& member : session_.members)
            if (member.part != nullptr && member.part->stage == Stage::closing &&
                &member != lead_) {
                companions = true;
                tell(member, done);
            }
        if (!companions && lead_ != nullptr)
            tell(*lead_, done);
    }

    const Session& session_;
    std::vector<Order>& orders_;
    const Member* lead_ = nullptr;
    std::uint32_t round_ = 0;
    bool wanted_ = false;
    std::string why_off_;
};

const Error& error_of(const Part& part) {
    static const Error unknown{Code::failed, "it ended without a reason"};
    return part.outcome && part.outcome->error ? *part.outcome->error : unknown;
}

/// Adds one failure; the same text of several libraries is said once.
void add(std::optional<Error>& all, const Member& member, const Error& error) {
    const bool own = member.part != nullptr && member.part->leads();
    const std::string text = own ? error.what : named(member.library, error.what);
    if (!all) {
        all = Error{error.code, text, error.sense, error.sense_raw};
        return;
    }
    if (all->what.find(error.what) == std::string::npos)
        all->what += "; " + text;
    if (own) // what its own library says is what the first job is about
        all->code = error.code;
}

} // namespace

void decide(const Session& session, std::vector<Order>& orders) {
    Decisions(session, orders).decide();
}

door::Outcome total_of(const Session& session) {
    std::optional<Error> failure;
    std::optional<Error> cancellation;
    for (const Member& member : session.members) {
        if (member.view == nullptr)
            add(failure, member, Error{Code::not_found, "this daemon does not serve it any more"});
        if (member.part == nullptr || !member.part->outcome)
            continue;
        if (member.part->outcome->ending == door::Ending::failed)
            add(failure, member, error_of(*member.part));
        if (member.part->outcome->ending == door::Ending::cancelled && !cancellation)
            cancellation = error_of(*member.part);
    }
    if (failure)
        return {door::Ending::failed, std::move(failure)};
    if (cancellation)
        return {door::Ending::cancelled, std::move(cancellation)};
    return {};
}

nlohmann::json results_of(const Session& session) {
    auto all = nlohmann::json::array();
    for (const Member& member : session.members) {
        nlohmann::json entry{{"library", member.library},
                             {"job", nullptr},
                             {"state", "cancelled"},
                             {"error", nullptr},
                             {"inventory", nullptr},
                             {"diff", nullptr}};
        if (member.view == nullptr) {
            entry["state"] = "failed";
            entry["error"] =
                to_json(Error{Code::not_found, "this daemon does not serve it any more"});
        }
        if (member.part != nullptr) {
            const Part& part = *member.part;
            entry["job"] = part.job;
            if (part.outcome) {
                entry["state"] = door::name(part.outcome->ending);
                if (part.outcome->error)
                    entry["error"] = to_json(*part.outcome->error);
            }
            if (part.result.is_object())
                for (const char* key : {"inventory", "diff"})
                    if (part.result.contains(key))
                        entry[key] = part.result[key];
        }
        all.push_back(std::move(entry));
    }
    return all;
}

} // namespace changer::jobs::cabinet
