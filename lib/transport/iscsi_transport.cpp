// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_transport.hpp"

#include "transport/iscsi_session.hpp"

#include <limits>
#include <utility>

namespace changer {

Result<std::unique_ptr<Transport>> IscsiTransport::open(const IscsiUrl& url,
                                                        const IscsiOptions& options) {
    auto complete = completed(options);
    if (!complete)
        return std::move(complete).error();
    auto session = IscsiSession::login(url, *complete);
    if (!session)
        return std::move(session).error();
    return std::unique_ptr<Transport>(
        new IscsiTransport(url, *std::move(complete), *std::move(session)));
}

IscsiTransport::IscsiTransport(IscsiUrl url,
                               IscsiOptions options,
                               std::unique_ptr<IscsiSession> session)
    : url_(std::move(url))
    , options_(std::move(options))
    , session_(std::move(session)) {}

IscsiTransport::~IscsiTransport() = default;

/// Makes sure that there is a session, if need be a new one. Nothing has been sent yet, so a dead
/// connection found here costs no doubt about any command.
Result<void> IscsiTransport::ensure_session() {
    if (session_ && session_->alive())
        return {};
    session_.reset();
    auto session = IscsiSession::login(url_, options_);
    if (!session)
        return std::move(session).error();
    session_ = *std::move(session);
    new_nexus_ = true;
    return {};
}

Result<Completion> IscsiTransport::execute(const Request& request) {
    assert(request.data_in.empty() || request.data_out.empty());
    if (std::max(request.data_in.size(), request.data_out.size()) > std::numeric_limits<int>::max())
        return Error{Code::not_enough_memory, "the transfer is too large, nothing was sent"};
    if (auto ready = ensure_session(); !ready)
        return std::move(ready).error();
    auto completion = session_->execute(request, url_.lun);
    if (!completion) {
        session_.reset();
        return completion;
    }
    completion->new_nexus = std::exchange(new_nexus_, false);
    return completion;
}

} // namespace changer
