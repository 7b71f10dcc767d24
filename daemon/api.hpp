// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access.hpp"
#include "http.hpp"
#include "library_runner.hpp"
#include "refusal_log.hpp"
#include "support/clock.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// Answers the routes of data/openapi.json.
///
/// Thread:  the loop
class Api final : public HttpHandler {
  public:
    /// All of it outlives the Api.
    Api(const Runners& runners, const Access& access, const Clock& clock);

    void handle(HttpRequest request, Reply reply) override;

    /// Logs who was refused what, and why.
    void log_refusal(const HttpRequest& request, const HttpResponse& response) const;

    /// A request on its way to its handler.
    struct Call {
        HttpRequest request;
        std::vector<std::string> parameters; ///< of the path
        Reply reply;
    };

  private:
    friend struct ApiRoutes;

    void dispatch(HttpRequest request, Reply reply) const;
    /// Returns a reply that logs the refusal it may turn out to be.
    Reply logged(const HttpRequest& request, Reply reply) const;
    /// Logs that a caller asked for a library that he does not see.
    void log_unseen(const Call& call, const std::string& library) const;

    void list_libraries(Call call) const;
    void get_library(Call call) const;
    void change_settings(Call call) const;
    void list_elements(Call call) const;
    void list_drives(Call call) const;
    void get_drive(Call call) const;
    void describe_drive(Call call) const;
    void list_media(Call call) const;
    void get_media(Call call) const;
    void describe_media(Call call) const;
    void get_door(Call call) const;
    void get_diff(Call call) const;
    void get_verification(Call call) const;
    void submit_job(Call call) const;
    void list_jobs(Call call) const;
    void get_job(Call call) const;
    void cancel_job(Call call) const;
    void order_job(Call call) const;
    void list_operator_requests(Call call) const;
    void get_operator_request(Call call) const;
    void answer_operator_request(Call call) const;
    void ask_operator(Call call) const;
    void stream_events(Call call) const;
    void get_health(Call call) const;
    void get_openapi(Call call) const;
    /// Calls `done` with whether all libraries that `peer` sees are well, and how each is.
    void gather_health(const Peer& peer, std::function<void(bool, nlohmann::json)> done) const;
    /// Tells one word of health to whoever asks, and no library's name.
    void tell_bare_health(const Reply& reply) const;
    void tell_ownership(const std::string& device_serial, Call call) const;

    /// Returns the library, or answers that the caller sees none of that name.
    LibraryRunner* library(const std::string& id, const Call& call) const;
    /// Reads a library for a caller, after a look at it if the query says `revalidate=true`.
    static void read(LibraryRunner& runner, const Call& call, LibraryRunner::Reader reader);
    /// Returns the library of a job or request id: what stands before its last '-'.
    LibraryRunner* library_of(const std::string& id, const Call& call) const;
    /// Calls `done` with the other libraries behind the same door, and what `peer` may do there.
    void cabinet_of(LibraryRunner& runner,
                    const Peer& peer,
                    std::function<void(std::vector<jobs::CabinetMember>)> done) const;
    jobs::Principal principal_in(const std::string& library, const Peer& peer) const;
    /// Calls `view` for each library the caller may use, then `done` with what they returned, in
    /// the order of the ids.
    void
    gather(const Peer& peer,
           std::function<nlohmann::json(const LibraryRunner&, const jobs::LibraryEngine&)> view,
           std::function<void(nlohmann::json)> done) const;

    const Runners* runners_;
    const Access* access_;
    const Clock* clock_;
    std::unique_ptr<RefusalLog> refusals_;
};

} // namespace changer::daemon
