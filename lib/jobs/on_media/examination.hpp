// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/on_media/session.hpp"
#include "support/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace changer::jobs::on_media {

/// A session, and what its engine remembers of it: what is under way, and since when.
struct Examination {
    std::string job; ///< the inventory, or the door job, that it is a part of
    Session session;
    std::size_t total = 0;  ///< cartridges to look at
    bool everything = true; ///< else the slots that were filled
    SteadyTime began{};
    std::map<scsi::ElementAddress, std::uint64_t> steps = {}; ///< commands that drives are at
    std::optional<Carry> carry = std::nullopt;                ///< what the arm is at
    std::optional<Carry> hanging = std::nullopt;   ///< what an earlier run left in the arm
    std::optional<Error> arm_error = std::nullopt; ///< why that move went no further
    /// Why its move was refused: the slot cannot be reached. It may be that the door is open.
    std::optional<Error> refusal = std::nullopt;
    bool from_arm = false;  ///< it brings the cartridge home out of its own hand
    bool unsettled = false; ///< where that cartridge is has to be read from the elements
    bool prevented = false; ///< PREVENT was sent, so that nobody opens the door meanwhile
    bool leaving = false;   ///< somebody else needs the library: it goes on later, from anew
    std::optional<SteadyTime> look_at = std::nullopt; ///< when elements are read again
    std::optional<SteadyTime> starved_since = std::nullopt;
    std::optional<SteadyTime> tried_again_at = std::nullopt;
    std::optional<SteadyTime> lent_at = std::nullopt; ///< when somebody last wanted a drive
};

} // namespace changer::jobs::on_media
