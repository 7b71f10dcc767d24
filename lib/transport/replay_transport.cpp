// SPDX-License-Identifier: Apache-2.0
#include "transport/replay_transport.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace changer {
namespace {

constexpr std::uintmax_t max_file_bytes = 256U << 20;

} // namespace

Result<std::unique_ptr<Transport>> ReplayTransport::open(const std::string& path) {
    std::error_code problem;
    const auto size = std::filesystem::file_size(path, problem); // a regular file, or an error
    if (problem)
        return Error{Code::invalid_parameter, "replay " + path + ": " + problem.message()};
    if (size > max_file_bytes)
        return Error{Code::invalid_parameter, "replay " + path + ": larger than 256 MiB"};
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(size), '\0');
    file.read(text.data(), static_cast<std::streamsize>(size));
    if (!file)
        return Error{Code::invalid_parameter, "replay " + path + ": cannot be read"};
    auto trace = decode_trace(text);
    if (!trace)
        return std::move(trace).error().in("replay " + path);
    return std::unique_ptr<Transport>(std::make_unique<ReplayTransport>(*std::move(trace)));
}

Result<Completion> ReplayTransport::execute(const Request& request) {
    const auto got = to_hex(request.cdb.view());
    if (next_ == trace_.size())
        return Error{Code::failed,
                     fmt::format("replay: the trace ends after {} commands, got {}", next_, got)};
    const TraceEntry& entry = trace_[next_];
    if (entry.cdb != request.cdb)
        return Error{Code::failed,
                     fmt::format("replay: command {} of the trace is {}, got {}",
                                 next_ + 1,
                                 to_hex(entry.cdb.view()),
                                 got)};
    if (!std::equal(entry.data_out.begin(),
                    entry.data_out.end(),
                    request.data_out.begin(),
                    request.data_out.end()))
        return Error{Code::failed,
                     fmt::format("replay: command {} of the trace sends {}, got {}",
                                 next_ + 1,
                                 to_hex(entry.data_out),
                                 to_hex(request.data_out))};
    ++next_;
    if (const auto* error = std::get_if<Error>(&entry.outcome))
        return *error;
    const auto& answer = *std::get_if<TraceEntry::Answer>(&entry.outcome);
    const auto n = std::min(answer.data.size(), request.data_in.size());
    std::copy_n(answer.data.begin(), n, request.data_in.begin());
    return Completion{answer.status, n, answer.sense, answer.new_nexus};
}

} // namespace changer
