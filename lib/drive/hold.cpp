// SPDX-License-Identifier: Apache-2.0
#include "drive/hold.hpp"

#include <fmt/format.h>

#include <utility>

namespace changer {
namespace {

Error in_use(const DriveSituation& situation, std::string_view why) {
    return {Code::drive_in_use, fmt::format("{} is not touched: {}", situation.device, why)};
}

} // namespace

Result<DriveHold> DriveHold::take(const DriveSituation& situation, const HoldNode& hold) {
    if (!situation.barred.empty())
        return in_use(situation, situation.barred);
    if (situation.loaded_by == LoadedBy::somebody_else)
        return in_use(situation, "no move of ours put the cartridge there that is in it");
    if (situation.tape_node) {
        auto node = hold ? hold(*situation.tape_node, situation.device)
                         : TapeNode::hold(*situation.tape_node, situation.device);
        if (!node)
            return std::move(node).error();
        return DriveHold(*std::move(node));
    }
    if (!situation.exclusive)
        return in_use(situation,
                      "it has no tape node here that could be held, so that nobody knows who uses "
                      "it; set \"exclusive\": true if nobody else does");
    return DriveHold(std::nullopt);
}

} // namespace changer
