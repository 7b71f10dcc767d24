// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "support/bytes.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace changer::scsi {

/// Asks which commands a device has, and how long they take.
struct ReportSupportedOperationCodes {
    static constexpr std::uint8_t service_action = 0x0C;

    enum class Options : std::uint8_t {
        all = 0,
        one = 1,                        ///< the command has no service actions
        one_with_service_action = 2,    ///< it has
        one_whatever_service_action = 3 ///< SPC-4: works for both
    };

    Options options = Options::all;
    bool timeouts = false; ///< RCTD
    std::uint8_t requested_opcode = 0;
    std::uint16_t requested_service_action = 0;
    std::uint32_t allocation_length = 8192;

    bool operator==(const ReportSupportedOperationCodes&) const = default;
};

/// Encodes REPORT SUPPORTED OPERATION CODES (A3h/0Ch).  Source:  SPC-4, command of that name
constexpr Cdb encode(const ReportSupportedOperationCodes& command) {
    return Cdb(opcode::maintenance_in, 12)
        .put(1, ReportSupportedOperationCodes::service_action, 1)
        .put(2, (command.timeouts ? 0x80u : 0u) | static_cast<std::uint8_t>(command.options), 1)
        .put(3, command.requested_opcode, 1)
        .put(4, command.requested_service_action, 2)
        .put(6, command.allocation_length, 4);
}

/// Errors:  invalid_parameter — not this command or service action, or options that do not exist
Result<ReportSupportedOperationCodes> decode_report_supported_operation_codes(const Cdb& cdb);

/// How long a command takes; 0 is written for what the device does not tell.
struct CommandTimeouts {
    std::optional<std::chrono::seconds> nominal = std::nullopt;     ///< usually done by then
    std::optional<std::chrono::seconds> recommended = std::nullopt; ///< give up after that

    bool operator==(const CommandTimeouts&) const = default;
};

/// One command of a device.
struct SupportedCommand {
    std::uint8_t opcode = 0;
    std::optional<std::uint16_t> service_action = std::nullopt;
    std::uint16_t cdb_length = 0;
    std::optional<CommandTimeouts> timeouts = std::nullopt; ///< none: not told

    bool operator==(const SupportedCommand&) const = default;
};

/// All of them.
struct SupportedCommands {
    std::vector<SupportedCommand> commands = {};
    bool cut = false; ///< there are more behind the data received

    /// Finds a command; null if it is not there.
    const SupportedCommand* find(std::uint8_t opcode,
                                 std::optional<std::uint16_t> service_action = std::nullopt) const;

    bool operator==(const SupportedCommands&) const = default;
};

/// Whether and how one command is known.
struct CommandSupport {
    enum class Support : std::uint8_t {
        not_known_now = 0, ///< ask again later
        not_supported = 1,
        as_in_standard = 3,
        as_vendor_does = 5,
    };

    Support support = Support::not_supported; ///< any 3-bit value
    /// A CDB with ones wherever the device looks at a bit, the opcode in byte 0.
    Bytes usage = {};
    std::optional<CommandTimeouts> timeouts = std::nullopt; ///< none: not told

    bool operator==(const CommandSupport&) const = default;
};

/// Decodes the data of option `all`: every whole command.
///
/// Source:  SPC-4, all_commands parameter data; command timeouts descriptor
/// Errors:  malformed_response — a truncated header; a timeouts descriptor too short for its two
///          times
Result<SupportedCommands> decode_supported_commands(std::span<const std::byte> received);

/// Decodes the data of the other options.
///
/// Source:  SPC-4, one_command parameter data; command timeouts descriptor
/// Errors:  malformed_response — cut short, or a timeouts descriptor too short for its two times
Result<CommandSupport> decode_command_support(std::span<const std::byte> received);

Bytes encode_supported_commands(std::span<const SupportedCommand> commands);
Bytes encode_command_support(const CommandSupport& support);

} // namespace changer::scsi
