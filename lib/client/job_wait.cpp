// SPDX-License-Identifier: Apache-2.0
#include "client/job_wait.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace changer::client {
namespace {

/// What is waited for: a job, or a request to the operator.
struct Awaited {
    std::string_view kind;
    std::string_view path;
    bool (*over)(const Document&);
};

bool is_answered(const Document& request) {
    const auto* object = request.json().is_object() ? &request.json() : nullptr;
    const auto state = object != nullptr ? object->find("state") : request.json().end();
    return object == nullptr || state == object->end() || *state != "pending";
}

constexpr Awaited a_job{"job", "/v1/jobs/", is_finished};
constexpr Awaited a_request{"operator request", "/v1/operator-requests/", is_answered};

/// Waits for one job or request.
class JobWait {
  public:
    JobWait(const Client& client,
            const Awaited& awaited,
            std::string_view job,
            const WaitOptions& options)
        : client_(client)
        , awaited_(awaited)
        , job_(job)
        , options_(options) {
        deadline_.interrupt_fd = client.options().interrupt_fd;
        if (options.timeout)
            deadline_.at = BootClock::now() + *options.timeout;
    }

    Result<Document> run();

  private:
    void connect();
    Result<std::optional<Document>> look();
    Result<void> pause();
    bool concerns(const Event& event) const;
    Error timed_out() const;

    const Client& client_;
    const Awaited& awaited_;
    std::string job_; ///< its id
    const WaitOptions& options_;
    Deadline deadline_;
    std::optional<EventStream> stream_;
    std::optional<SteadyTime> gone_since_;
};

Error JobWait::timed_out() const {
    return {Code::wait_timeout,
            fmt::format(
                "{0} {1} has not ended yet; it goes on: changerctl wait {1}", awaited_.kind, job_)};
}

/// An event that names another job tells nothing; everything else is worth a look.
bool JobWait::concerns(const Event& event) const {
    const auto hint = Document::parse(event.data);
    if (!hint || !hint->json().is_object() || event.type == "overflow")
        return true;
    const auto job = hint->json().find("job");
    return awaited_.over != is_finished || job == hint->json().end() || !job->is_string() ||
           *job == job_;
}

/// Waits until something may have changed.
Result<void> JobWait::pause() {
    const auto until = deadline_.within(options_.poll_interval);
    while (stream_) {
        const auto event = stream_->next(until);
        if (event && concerns(*event))
            return {};
        if (event)
            continue;
        if (event.error().code == Code::interrupted)
            return event.error();
        if (event.error().code == Code::wait_timeout)
            return {};
        stream_.reset(); // without a stream the job is polled
    }
    return pause_until(until);
}

/// Opens the stream before the job is looked at, so that no change falls between the two.
void JobWait::connect() {
    if (stream_)
        return;
    auto stream = client_.subscribe();
    if (stream)
        stream_ = std::move(*stream);
}

/// Looks at the job; none while the daemon is not there and there is still patience.
Result<std::optional<Document>> JobWait::look() {
    auto job = client_.get(std::string(awaited_.path) + encode_segment(job_));
    if (job) {
        gone_since_.reset();
        return std::optional(std::move(*job));
    }
    const auto now = BootClock::now();
    const bool gone = job.error().code == Code::unreachable;
    if (!gone || (gone_since_ && now - *gone_since_ >= options_.daemon_patience))
        return std::move(job).error();
    if (!gone_since_ && options_.on_disconnect)
        options_.on_disconnect(job.error());
    gone_since_ = gone_since_.value_or(now);
    return std::optional<Document>();
}

Result<Document> JobWait::run() {
    while (true) {
        connect();
        auto job = look();
        if (!job)
            return std::move(job).error();
        if (*job && options_.on_change)
            options_.on_change(**job);
        if (*job && awaited_.over(**job))
            return std::move(**job);
        if (deadline_.passed())
            return timed_out();
        if (auto paused = pause(); !paused)
            return std::move(paused).error();
    }
}

} // namespace

Result<Document>
wait_for_job(const Client& client, std::string_view job, const WaitOptions& options) {
    return JobWait(client, a_job, job, options).run();
}

Result<Document>
wait_for_request(const Client& client, std::string_view request, const WaitOptions& options) {
    return JobWait(client, a_request, request, options).run();
}

bool is_finished(const Document& job) {
    constexpr std::array<std::string_view, 4> last{"passed", "failed", "cancelled", "stopped"};
    if (!job.json().is_object())
        return false;
    const auto state = job.json().find("state");
    const auto* text = state == job.json().end() ? nullptr : state->get_ptr<const std::string*>();
    return text != nullptr && std::find(last.begin(), last.end(), *text) != last.end();
}

} // namespace changer::client
