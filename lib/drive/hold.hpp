// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"
#include "transport/tape_node.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changer {

/// Who put the cartridge there that is in a drive.
enum class LoadedBy : std::uint8_t {
    nobody,        ///< the changer says that the drive is empty
    us,            ///< a move of ours, and none of anybody since
    somebody_else, ///< a move that was not ours, a hand, or nobody knows
};

/// What is known of a drive before anything but INQUIRY is sent to it.
struct DriveSituation {
    std::string device;                        ///< what it is reached by: "/dev/sg3", a URL
    std::optional<std::string> tape_node = {}; ///< its /dev/nstN; none: it has none here
    bool exclusive = false;                    ///< the configuration says that it is ours alone
    LoadedBy loaded_by = LoadedBy::somebody_else;
    /// Why nothing here may use the drive at all: cabled to another host, or a contradiction in
    /// what it is said to be; empty: nothing is known against it. See match_drives().
    std::string barred = {};
};

/// Takes hold of a drive's node; a test passes its own.
using HoldNode =
    std::function<Result<TapeNode>(const std::string& node, const std::string& generic)>;

/// The right to send one drive more than INQUIRY. There is no other way to it than take(), which
/// knows every reason against it that shows before a command is sent: nothing here ever rewinds,
/// reads or unloads the tape of another program. It is to be kept until the cartridge is out.
class DriveHold {
  public:
    /// Holds the drive's node open, or goes by the configuration where there is none.
    ///
    /// Errors: drive_in_use — another program has the drive, or the cartridge in it is not ours, or
    ///         no node can be held and the configuration does not say that the drive is ours;
    ///         device_not_available, access_denied — the node cannot be opened: without it nobody
    ///         knows whether the drive is used
    static Result<DriveHold> take(const DriveSituation& situation, const HoldNode& hold = {});

  private:
    explicit DriveHold(std::optional<TapeNode> node)
        : node_(std::move(node)) {}

    std::optional<TapeNode> node_;
};

} // namespace changer
