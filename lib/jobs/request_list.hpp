// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/operator_request.hpp"
#include "library/model.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace changer::jobs {

/// What humans are, and were, asked to do for one library; it knows which requests have changed
/// since they were last taken to be written.
///
/// State:   documents "request/<id>"; the next number is in the library's document
class RequestList {
  public:
    using Requests = std::map<std::string, OperatorRequest, library::IdLess>;
    using Ids = std::set<std::string, library::IdLess>;

    /// What is asked, of whom the library knows: by a job, by a caller, or by the daemon itself.
    struct Question {
        std::string type;
        std::string text;
        std::optional<std::string> job = std::nullopt;
        std::optional<std::string> created_by = std::nullopt;
    };

    explicit RequestList(std::string library)
        : library_(std::move(library)) {}

    const Requests& all() const { return requests_; }

    /// Null if there is none.
    const OperatorRequest* find(std::string_view id) const;

    std::uint64_t next_number() const { return next_; }

    /// Whether a human is asked for this already; without a text: for anything of this type.
    bool is_asked(std::string_view type, std::string_view text = {}) const;

    /// Asks, and returns the request's id.
    std::string raise(Question question, WallTime at);

    /// Ends a request, by whom if somebody answered it. One that is over stays as it is.
    void end(const std::string& id,
             RequestState state,
             WallTime at,
             std::optional<std::string> answered_by = std::nullopt);

    void end_all(std::string_view type, RequestState state, WallTime at);

    /// After a restart: withdraws what was asked for jobs that `goes_on` does not know, except what
    /// is of use without them.
    template <class GoesOn>
    void withdraw_orphans(WallTime at, GoesOn goes_on) {
        for (const auto& [id, request] : requests_)
            if (!outlives_its_job(request.type) && !(request.job && goes_on(*request.job)))
                end(id, RequestState::withdrawn, at);
    }

    /// Another job goes on with what this request is about.
    void hand_over(const std::string& id, const std::string& job);

    /// Forgets what was over before `oldest`.
    void forget(WallTime oldest);

    /// Takes over what was stored.
    void restore(OperatorRequest request);

    void restore_next_number(std::uint64_t next) { next_ = next; }

    bool changed() const { return !changed_.empty(); }

    /// The ids of those that have changed, or are gone, since the last call.
    Ids take_changed();

  private:
    static bool outlives_its_job(std::string_view type);

    std::string library_;
    std::uint64_t next_ = 1;
    Requests requests_;
    Ids changed_;
};

} // namespace changer::jobs
