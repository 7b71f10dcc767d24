// SPDX-License-Identifier: Apache-2.0
#include "transport/recording_transport.hpp"

#include "transport/trace.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace changer {
namespace {

/// Writes all of `text`; 0, or the errno.
int write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return errno;
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    return 0;
}

Bytes copy(std::span<const std::byte> bytes) {
    return {bytes.begin(), bytes.end()};
}

TraceEntry describe(const Request& request, const Result<Completion>& outcome) {
    TraceEntry entry;
    entry.cdb = request.cdb;
    entry.data_in_length = request.data_in.size();
    entry.data_out = copy(request.data_out);
    entry.timeout = request.timeout;
    if (!outcome) {
        entry.outcome = outcome.error();
        return entry;
    }
    const auto valid = std::min(outcome->transferred, request.data_in.size());
    entry.outcome = TraceEntry::Answer{
        outcome->status, copy(request.data_in.first(valid)), outcome->sense, outcome->new_nexus};
    return entry;
}

} // namespace

Result<std::unique_ptr<Transport>> RecordingTransport::open(std::unique_ptr<Transport> inner,
                                                            const std::string& path,
                                                            std::string_view device) {
    UniqueFd trace{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0600)};
    const int error = trace ? write_all(trace.get(), encode_trace_header(device)) : errno;
    if (error != 0)
        return Error{Code::invalid_parameter,
                     "record to " + path + ": " + std::generic_category().message(error)};
    return std::unique_ptr<Transport>(
        std::make_unique<RecordingTransport>(std::move(inner), std::move(trace)));
}

RecordingTransport::RecordingTransport(std::unique_ptr<Transport> inner, UniqueFd trace)
    : inner_(std::move(inner))
    , trace_(std::move(trace)) {}

Result<Completion> RecordingTransport::execute(const Request& request) {
    const auto begin = std::chrono::steady_clock::now();
    auto outcome = inner_->execute(request);
    if (!trace_)
        return outcome;
    TraceEntry entry = describe(request, outcome);
    entry.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    if (write_all(trace_.get(), encode_trace_entry(entry)) != 0)
        trace_.reset();
    return outcome;
}

} // namespace changer
