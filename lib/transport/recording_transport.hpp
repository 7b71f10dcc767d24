// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/unique_fd.hpp"
#include "transport/transport.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace changer {

/// Passes commands on and writes each with its outcome to a trace that ReplayTransport reads.
///
/// State:  the trace file, appended to, mode 0600: barcodes and serial numbers are in it
/// Notes:  a full disk ends the recording, never the commands
class RecordingTransport final : public Transport {
  public:
    /// Opens the trace and writes its header, which names the device.
    ///
    /// Errors: invalid_parameter — the file cannot be created or written
    static Result<std::unique_ptr<Transport>>
    open(std::unique_ptr<Transport> inner, const std::string& path, std::string_view device);

    RecordingTransport(std::unique_ptr<Transport> inner, UniqueFd trace);

    Result<Completion> execute(const Request& request) override;

  private:
    std::unique_ptr<Transport> inner_;
    UniqueFd trace_; ///< closed after a failed write
};

} // namespace changer
