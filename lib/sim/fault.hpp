// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::sim {

/// What goes wrong with a command.
enum class Effect : std::uint8_t {
    sense,         ///< refused with this sense, nothing done
    sense_after,   ///< done, and reported with this sense all the same
    status,        ///< refused with this status byte (08h, 18h, 28h), nothing done
    timeout,       ///< never answered, nothing done
    timeout_after, ///< done, never answered
    drop_before,   ///< the connection is lost before the command is looked at: nothing done
    drop,          ///< the connection is lost right after the command arrived: it is done
    drop_after,    ///< the connection is lost when it is done, instead of the response
    garbage,       ///< the data is random bytes of the same length
    short_data,    ///< the data is cut to `value` bytes
    delay,         ///< answered `value` milliseconds later
    stuck,         ///< MOVE: picked, then 4/15/01 with the cartridge in the arm
    reset,         ///< MOVE: the library restarts with the cartridge in the arm
    misread,       ///< READ ELEMENT STATUS: the tag of element `value` is another one
    unread,        ///< READ ELEMENT STATUS: the tag of element `value` could not be read
    random,        ///< one of those that any command can meet, another each time
};

/// One thing that goes wrong, once its turn has come.
struct Fault {
    Effect effect = Effect::sense;
    Sense sense = {0x4, 0x15, 0x01};         ///< for sense and sense_after
    std::uint32_t value = 0;                 ///< for status, short_data, delay, misread and unread
    std::uint64_t lun = 0;                   ///< whose commands are counted
    std::optional<std::uint8_t> opcode = {}; ///< counts these commands only; else all
    unsigned nth = 1;                        ///< hits the n-th counted command from now
    unsigned times = 1;                      ///< and as many as that in a row
    /// Instead of `nth` and `times`: each counted command is hit with this probability, of 1.
    std::optional<double> rate = {};
};

/// Reads a fault as the operator writes it.
///
/// Shape:  [lunN:][COMMAND:]EFFECT[=VALUE][@NTH][xTIMES], or with %PERCENT instead of the last
///         two — COMMAND is as parse_opcode() reads it, VALUE is K/ASC/ASCQ, a hexadecimal status,
///         bytes, milliseconds or an element address
/// Errors: invalid_parameter
Result<Fault> parse_fault(std::string_view spec);

/// The grammar of parse_fault(), for --help.
std::string fault_help();

} // namespace changer::sim
