// SPDX-License-Identifier: Apache-2.0
#include "changerctl/follow.hpp"

#include "changerctl/fields.hpp"
#include "changerctl/text_table.hpp"
#include "changerctl/views.hpp"
#include "client/job_wait.hpp"

#include <fmt/format.h>

#include <ostream>

namespace changer::ctl {

using client::Document;
using nlohmann::json;

namespace {

constexpr std::string_view wipe_line = "\r\x1b[2K";

/// Shows where a job is: one line written over and over on a terminal, else one for each change.
class Progress {
  public:
    explicit Progress(Context& context)
        : context_(context) {}

    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    ~Progress() { wipe(); }

    void show(const Document& job) {
        if (context_.globals.json)
            return;
        show_request(text(job.json(), "operator_request", ""));
        if (!client::is_finished(job))
            show_line(job_line(job.json()));
    }

    /// Writes a line that stays.
    void say(const std::string& line) {
        if (context_.globals.json)
            return;
        wipe();
        context_.io.err << printable(line) << std::endl;
    }

    /// Leaves nothing of the line that is written over and over.
    void wipe() {
        if (context_.io.progress_line && !shown_.empty())
            context_.io.err << wipe_line << std::flush;
        shown_.clear();
    }

  private:
    void show_line(const std::string& line) {
        if (line == shown_)
            return;
        if (context_.io.progress_line)
            context_.io.err << wipe_line << cut(line, context_.io.columns - 1) << std::flush;
        else
            context_.io.err << line << std::endl;
        shown_ = line;
    }

    /// Tells a human once what the job waits for.
    void show_request(const std::string& id) {
        if (id.empty() || id == request_)
            return;
        const auto request =
            context_.client.get("/v1/operator-requests/" + client::encode_segment(id));
        if (!request)
            return; // asked again with the next change
        request_ = id;
        say(fmt::format("{}: {}", id, text(request->json(), "text")));
        say(fmt::format("  when it is done: changerctl answer {} complete", id));
    }

    Context& context_;
    std::string shown_;
    std::string request_;
};

/// Says in one or more lines what a finished job did.
std::string outcome(const json& job, bool colour) {
    const auto& result = member(job, "result");
    std::string all = fmt::format("{} {} {}\n",
                                  printable(text(job, "id")),
                                  printable(text(job, "operation")),
                                  coloured(printable(text(job, "state")), colour));
    for (const auto& sentence : moves_of(job))
        all += fmt::format("moved {}\n", sentence);
    all += use_of(result);
    return all + view_result(result, colour);
}

/// Turns the end of a job into the exit code, and into a sentence if it is not a good one.
Result<int> judge(const json& job) {
    const std::string state = text(job, "state", "");
    if (state == "passed")
        return 0;
    auto code = code_from_name(text(member(job, "error"), "code", "")).value_or(Code::failed);
    if (state == "cancelled")
        code = Code::cancelled;
    if (state == "stopped")
        code = Code::stopped;
    if (code == Code::ok)
        code = Code::failed;
    const std::string why = text(member(job, "error"), "message", "");
    return Error{
        code, fmt::format("job {} {}{}{}", text(job, "id"), state, why.empty() ? "" : ": ", why)};
}

} // namespace

Result<std::string> chosen_library(Context& context) {
    if (!context.globals.library.empty())
        return context.globals.library;
    const auto answer = context.client.get("/v1/libraries");
    if (!answer)
        return answer.error();
    const auto& libraries = list(answer->json(), "libraries");
    if (libraries.size() == 1)
        return text(libraries[0], "id", "");
    if (libraries.empty())
        return Error{Code::not_found,
                     "changerd has no library that you may use; changerctl discover lists the "
                     "changers of this host, its configuration names those it runs"};
    std::string names;
    for (const json& library : libraries)
        names += (names.empty() ? "" : ", ") + text(library, "id");
    return Error{Code::usage, "there are several libraries; choose one with -l: " + names};
}

Result<int> follow(Context& context, std::string_view job) {
    Progress progress(context);
    client::WaitOptions options;
    options.timeout = context.globals.timeout;
    options.on_change = [&](const Document& now) { progress.show(now); };
    options.on_disconnect = [&](const Error& error) {
        progress.say(error.what + "; waiting for it to come back");
    };
    auto finished = client::wait_for_job(context.client, job, options);
    if (!finished && finished.error().code == Code::interrupted)
        progress.say(
            fmt::format("not waiting any longer; {} goes on: changerctl wait {}", job, job));
    if (!finished)
        return std::move(finished).error();
    progress.wipe();
    if (context.globals.json)
        context.io.out << finished->text() << std::endl;
    else
        context.io.out << outcome(finished->json(), context.io.colour) << std::flush;
    return judge(finished->json());
}

Result<int> follow_request(Context& context, std::string_view request) {
    client::WaitOptions options;
    options.timeout = context.globals.timeout;
    const auto answered = client::wait_for_request(context.client, request, options);
    if (!answered)
        return answered.error();
    const json& shown = answered->json();
    if (context.globals.json)
        context.io.out << answered->text() << std::endl;
    else
        context.io.out << view_requests(json{{"operator_requests", json::array({shown})}},
                                        context.io.colour)
                       << std::flush;
    if (text(shown, "state", "") == "refused")
        return Error{Code::request_refused,
                     fmt::format("{} refused it", text(shown, "answered_by", "the operator"))};
    return 0;
}

Result<int> submit_and_follow(Context& context, const json& job) {
    const auto library = chosen_library(context);
    if (!library)
        return library.error();
    const std::string body = job.dump(-1, ' ', false, json::error_handler_t::replace);
    const auto queued = context.client.submit(*library, body);
    if (!queued && queued.error().code == Code::interrupted)
        return Error(queued.error())
            .in("it may have been queued all the same, see changerctl jobs");
    if (!queued)
        return queued.error();
    const std::string id = text(queued->json(), "id", "");
    if (id.empty())
        return Error{Code::malformed_response, "the daemon took the job and gave it no id"};
    if (!context.globals.no_wait)
        return follow(context, id);
    if (context.globals.json)
        context.io.out << queued->text() << std::endl;
    else
        context.io.out << fmt::format("{} {}\n", printable(id), "queued") << std::flush;
    return 0;
}

} // namespace changer::ctl
