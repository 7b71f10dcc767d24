// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_transport.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim {

SimTransport::SimTransport(std::shared_ptr<Library> library,
                           Clock& clock,
                           Initiator initiator,
                           std::uint64_t lun)
    : library_(std::move(library))
    , clock_(&clock)
    , initiator_(std::move(initiator))
    , lun_(lun)
    , nexus_(library_->login(initiator_)) {}

SimTransport::~SimTransport() {
    library_->logout(nexus_);
}

Result<Completion> SimTransport::execute(const Request& request) {
    if (!library_->connected(nexus_)) {
        nexus_ = library_->login(initiator_);
        new_nexus_ = true;
    }
    const auto deadline = clock_->now().steady + request.timeout;
    const auto task = library_->submit(nexus_, lun_, request.cdb, request.data_out);
    while (true) {
        if (auto outcome = library_->poll(task))
            return complete(request, *std::move(outcome));
        const auto now = clock_->now().steady;
        if (now >= deadline)
            break;
        const auto wake = std::min(library_->due(task).value_or(deadline), deadline);
        clock_->sleep_for(std::max(wake - now, std::chrono::milliseconds{0}));
    }
    library_->abandon(task);
    library_->logout(nexus_);
    return Error{Code::command_timeout,
                 "no answer within " + std::to_string(request.timeout.count()) + " ms"};
}

Result<Completion> SimTransport::complete(const Request& request, Outcome outcome) {
    if (outcome.connection_lost)
        return Error{Code::transport_failed, "the connection to the simulated library was lost"};
    Completion completion{.status = outcome.status,
                          .transferred = std::min(outcome.data.size(), request.data_in.size()),
                          .sense = std::move(outcome.sense),
                          .new_nexus = std::exchange(new_nexus_, false)};
    std::copy_n(outcome.data.begin(), completion.transferred, request.data_in.begin());
    return completion;
}

} // namespace changer::sim
