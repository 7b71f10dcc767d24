// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/unique_fd.hpp"
#include "transport/transport.hpp"

#include <functional>
#include <memory>
#include <string>

struct sg_io_hdr; // <scsi/sg.h> is included by sg_transport.cpp alone

namespace changer {

/// Hands one sg v3 header to the kernel: 0, or the errno.
using SgIo = std::function<int(int fd, sg_io_hdr& header)>;

/// A device of this machine, through Linux's generic SCSI driver (SG_IO, interface version 3).
///
/// Blocks: signals stay blocked while a command runs. The kernel restarts an interrupted SG_IO,
///         which would send the command a second time; SIGSTOP alone cannot be held off
/// Notes:  a device that went away does not come back under this Transport: open it again
class SgTransport final : public Transport {
  public:
    /// Opens a node of the generic SCSI driver, or a link to one.
    ///
    /// Errors: device_not_available — no such node or no device behind it; access_denied;
    ///         device_busy — another program holds it exclusively;
    ///         wrong_device_type — not a node of the generic SCSI driver
    static Result<std::unique_ptr<Transport>> open(const std::string& path);

    /// Speaks through `io` over an open descriptor; open() passes the kernel's.
    SgTransport(UniqueFd fd, SgIo io);

    /// Errors: as Transport; moreover, with nothing sent: device_busy — the kernel's queue is full;
    ///         not_enough_memory — the transfer is larger than the kernel or the adapter takes, ask
    ///         for less; access_denied
    Result<Completion> execute(const Request& request) override;

  private:
    UniqueFd fd_;
    SgIo io_;
    bool gone_ = false;
};

} // namespace changer
