// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "support/unique_fd.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace changer {

/// Where programs of this machine find each other's locks: any user may make a file there.
inline constexpr std::string_view motion_lock_directory = "/run/lock";

/// The right to move media in one library, on this machine: an OFD lock on a file. Held as long as
/// it lives, given back by the kernel when its holder dies.
///
/// State:   DIRECTORY/changer-KEY.lock; the file stays, removing it would let two programs in
class MotionLock {
  public:
    /// Takes the lock, at once or not at all.
    ///
    /// Errors: busy — another program has it; access_denied and others — the file cannot be used,
    ///         the sentence names it
    static Result<MotionLock> take(const std::filesystem::path& directory, std::string_view key);

  private:
    explicit MotionLock(UniqueFd fd)
        : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

/// Returns the key all programs use for one changer: its serial number (VPD page 80h), where it is
/// known; else its URL.
///
/// Notes:  iSCSI changers go by their URL: to read the serial number takes a command
std::string motion_lock_key(std::string_view url, std::string_view serial);

} // namespace changer
