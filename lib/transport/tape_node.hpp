// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace changer {

/// Opens a node with these flags: a descriptor, or the negative errno.
using OpenNode = std::function<int(const std::string& path, int flags)>;

/// A drive's /dev/nstN, held open. Linux's tape driver lets one opener in at a time: while this
/// lives no other program of this machine can begin to use the drive through it.
///
/// Source:  Linux drivers/scsi/st.c: st_open() answers EBUSY to a second opener; O_NONBLOCK does
///          not wait for a tape and takes an empty drive, and closing an "n" node does not rewind
/// Notes:   the driver itself sends the drive harmless commands when it is opened (TEST UNIT READY,
///          MODE SENSE), which may be what meets a unit attention
class TapeNode {
  public:
    /// Opens `node` and makes sure that it is the same device as `generic`, its /dev/sgN (or a
    /// link to that): names of nodes move from start to start.
    ///
    /// Errors: drive_in_use — another program has it open; access_denied; device_not_available —
    ///         no such node, or it leads to another device
    static Result<TapeNode> hold(const std::string& node,
                                 const std::string& generic,
                                 const std::filesystem::path& sysfs = "/sys",
                                 const OpenNode& open = {});

  private:
    explicit TapeNode(UniqueFd fd)
        : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

} // namespace changer
