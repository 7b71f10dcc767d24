// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/trace.hpp"
#include "transport/transport.hpp"

#include <memory>
#include <string>
#include <vector>

namespace changer {

/// Answers from a recorded trace, at once, as long as the same commands come in the same order.
///
/// Notes:  the room for data may differ from the recording's: data is cut to it
class ReplayTransport final : public Transport {
  public:
    /// Reads and checks the whole trace.
    ///
    /// Errors: invalid_parameter — the file cannot be read, or is larger than 256 MiB;
    ///         malformed_document — as decode_trace
    static Result<std::unique_ptr<Transport>> open(const std::string& path);

    explicit ReplayTransport(std::vector<TraceEntry> trace)
        : trace_(std::move(trace)) {}

    /// Errors: what the trace holds; moreover failed — another command than the recorded one, or
    ///         none is left; both name the command's number and stay where they are
    Result<Completion> execute(const Request& request) override;

    /// How many commands have not come yet.
    std::size_t left() const { return trace_.size() - next_; }

  private:
    std::vector<TraceEntry> trace_;
    std::size_t next_ = 0;
};

} // namespace changer
