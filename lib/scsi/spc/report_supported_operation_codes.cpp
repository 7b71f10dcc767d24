// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/report_supported_operation_codes.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t timeouts_length = 10; // behind its own length field

std::optional<std::chrono::seconds> seconds(std::uint32_t count) {
    if (count == 0)
        return std::nullopt;
    return std::chrono::seconds(count);
}

std::uint64_t count(const std::optional<std::chrono::seconds>& seconds) {
    return seconds ? static_cast<std::uint64_t>(seconds->count()) : 0;
}

/// SPC-4, command timeouts descriptor. Empty: too short for its two times; a longer one of a later
/// standard is read as far as it is known.
std::optional<CommandTimeouts> take_timeouts(ByteReader& in) {
    ByteReader body(in.bytes(in.be(2)));
    body.be(2); // reserved, command specific
    CommandTimeouts timeouts;
    timeouts.nominal = seconds(body.be(4));
    timeouts.recommended = seconds(body.be(4));
    if (body.faulted() && !in.faulted())
        return std::nullopt;
    return timeouts;
}

void write_timeouts(ByteWriter& out, const CommandTimeouts& timeouts) {
    out.be(timeouts_length, 2)
        .zeros(2)
        .be(count(timeouts.nominal), 4)
        .be(count(timeouts.recommended), 4);
}

Error short_timeouts() {
    return {Code::malformed_response, "command timeouts descriptor is too short"};
}

} // namespace

const SupportedCommand* SupportedCommands::find(std::uint8_t opcode,
                                                std::optional<std::uint16_t> service_action) const {
    const auto found =
        std::find_if(commands.begin(), commands.end(), [&](const SupportedCommand& command) {
            return command.opcode == opcode && command.service_action == service_action;
        });
    return found == commands.end() ? nullptr : &*found;
}

Result<SupportedCommands> decode_supported_commands(std::span<const std::byte> received) {
    ByteReader header(received);
    const std::size_t length = header.be(4);
    if (header.faulted())
        return Error{Code::malformed_response, "list of supported commands is truncated"};
    SupportedCommands supported{.cut = length > header.remaining()};
    ByteReader in(header.bytes(std::min(length, header.remaining())));
    while (in.remaining() > 0) {
        SupportedCommand command;
        command.opcode = static_cast<std::uint8_t>(in.be(1));
        in.be(1); // reserved
        const auto service_action = in.be(2);
        in.be(1); // reserved
        const auto flags = in.be(1);
        if ((flags & 0x01) != 0) // SERVACTV
            command.service_action = static_cast<std::uint16_t>(service_action);
        command.cdb_length = static_cast<std::uint16_t>(in.be(2));
        if ((flags & 0x02) != 0) { // CTDP
            command.timeouts = take_timeouts(in);
            if (!command.timeouts)
                return short_timeouts();
        }
        if (in.faulted()) {
            supported.cut = true;
            break;
        }
        supported.commands.push_back(command);
    }
    return supported;
}

Result<CommandSupport> decode_command_support(std::span<const std::byte> received) {
    ByteReader in(received);
    CommandSupport command;
    in.be(1); // reserved
    const auto flags = in.be(1);
    command.support = CommandSupport::Support(flags & 0x07);
    const std::size_t length = in.be(2);
    // SPC-4: nothing behind these bytes means anything for a command that is not there.
    if (command.support == CommandSupport::Support::not_known_now ||
        command.support == CommandSupport::Support::not_supported)
        return in.finish(std::move(command), "support of a command");
    const auto usage = in.bytes(length);
    command.usage.assign(usage.begin(), usage.end());
    if ((flags & 0x80) != 0) { // CTDP
        command.timeouts = take_timeouts(in);
        if (!command.timeouts)
            return short_timeouts();
    }
    return in.finish(std::move(command), "support of a command");
}

Bytes encode_supported_commands(std::span<const SupportedCommand> commands) {
    ByteWriter out;
    out.zeros(4);
    for (const auto& command : commands) {
        out.be(command.opcode, 1)
            .zeros(1)
            .be(command.service_action.value_or(0), 2)
            .zeros(1)
            .be((command.timeouts ? 0x02u : 0u) | (command.service_action ? 0x01u : 0u), 1)
            .be(command.cdb_length, 2);
        if (command.timeouts)
            write_timeouts(out, *command.timeouts);
    }
    out.patch(0, out.size() - 4, 4);
    return std::move(out).take();
}

Bytes encode_command_support(const CommandSupport& command) {
    ByteWriter out;
    out.zeros(1)
        .be((command.timeouts ? 0x80u : 0u) | (static_cast<unsigned>(command.support) & 0x07u), 1)
        .be(command.usage.size(), 2)
        .bytes(command.usage);
    if (command.timeouts)
        write_timeouts(out, *command.timeouts);
    return std::move(out).take();
}

} // namespace changer::scsi
