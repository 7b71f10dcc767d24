// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "sim/command.hpp"
#include "sim/label.hpp"
#include "sim/timeline.hpp"

#include <string>
#include <vector>

namespace changer::sim {

/// A tape drive and the tape threaded in it.
struct Drive {
    enum class State : std::uint8_t {
        idle,      ///< empty, or the cartridge in it is not threaded
        threading, ///< on its way to `loaded`
        loaded,
        unloading, ///< on its way to `idle`
        cleaning,  ///< a cleaning cartridge is at work
    };

    scsi::ElementAddress address{};
    std::string serial_number;
    bool installed = true;
    bool needs_cleaning = false;
    bool cleaner_expired = false; ///< the cleaning cartridge in it was used up before
    State state = State::idle;
    std::vector<Record> tape = {}; ///< what is on the threaded side
    std::size_t position = 0;      ///< the next record
    Timeline::Key next_step = {};
    TaskId done = {}; ///< answered when the drive is not busy any more

    bool loaded() const { return state == State::loaded; }

    bool busy() const { return state != State::idle && state != State::loaded; }
};

} // namespace changer::sim
