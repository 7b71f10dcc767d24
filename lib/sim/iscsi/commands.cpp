// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/connection.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim::iscsi {
namespace {

constexpr std::uint8_t reads = 0x40;
constexpr std::uint8_t writes = 0x20;
constexpr std::uint8_t overflow = 0x04;
constexpr std::uint8_t underflow = 0x02;
constexpr std::size_t most_running = 128;        ///< of one connection: then TASK SET FULL
constexpr std::uint32_t longest_write = 1 << 20; ///< nothing a library takes is longer
constexpr std::uint64_t no_such_lun = ~std::uint64_t{0};

/// Source:  SAM-5 4.7: single-level LUNs in peripheral (bus 0) or flat space addressing
std::uint64_t decode_lun(const Pdu& pdu) {
    const auto first = pdu.get(8, 2);
    const bool single_level = pdu.get(10, 6) == 0;
    const auto method = first >> 14;
    if (!single_level || method > 1 || (method == 0 && first > 0xFF))
        return no_such_lun;
    return first & 0x3FFF;
}

/// Source:  SPC-4 4.2.5.1: the group code tells the length; E7h is a vendor's 10-byte command
scsi::Cdb decode_cdb(const Pdu& pdu) {
    constexpr std::array<std::size_t, 8> lengths{6, 10, 10, 16, 16, 12, 10, 10};
    const auto group = static_cast<std::size_t>(pdu.get(32, 1) >> 5);
    return scsi::Cdb::from_bytes(std::span(pdu.header).subspan(32, lengths.at(group)));
}

std::uint32_t expected_length(const Pdu& command) {
    return static_cast<std::uint32_t>(command.get(20, 4));
}

} // namespace

void Connection::handle_command(const Pdu& pdu) {
    const auto tag = pdu.initiator_task_tag();
    if (tag == no_tag || running_.contains(tag) || collecting_.contains(tag)) {
        state_ = State::dropped; // two commands by one name cannot be told apart any more
        return;
    }
    if (running_.size() + collecting_.size() >= most_running)
        return answer(tag, {}, {.status = scsi::Status::task_set_full});
    const bool write = (pdu.flags() & writes) != 0;
    if (!write || expected_length(pdu) > longest_write)
        return submit(pdu, pdu.data);
    collecting_[tag] = {.command = pdu, .data = pdu.data};
    if ((pdu.flags() & final_flag) != 0)
        collect(tag);
}

/// Has what it needs, or asks for the rest.
void Connection::collect(std::uint32_t tag) {
    Collecting& collecting = collecting_.at(tag);
    const auto wanted = expected_length(collecting.command);
    if (collecting.data.size() >= wanted) {
        const auto complete = std::move(collecting);
        collecting_.erase(tag);
        return submit(complete.command, std::span(complete.data).first(wanted));
    }
    collecting.asked = true;
    const auto offset = static_cast<std::uint32_t>(collecting.data.size());
    Pdu ask(Opcode::ready_to_transfer);
    ask.put(1, final_flag, 1)
        .put(8, collecting.command.get(8, 8), 8)
        .put(16, tag, 4)
        .put(20, tag, 4);
    ask.put(40, offset, 4);
    ask.put(44, std::min(wanted - offset, login_.parameters().max_burst_length), 4);
    send(std::move(ask), false);
}

void Connection::handle_data_out(const Pdu& pdu) {
    const auto tag = pdu.initiator_task_tag();
    const auto found = collecting_.find(tag);
    if (found == collecting_.end())
        return; // of a command that has been answered or aborted meanwhile
    Collecting& collecting = found->second;
    const bool solicited = pdu.get(20, 4) != no_tag;
    const auto wanted = expected_length(collecting.command);
    if (solicited != collecting.asked || pdu.get(40, 4) != collecting.data.size() ||
        collecting.data.size() + pdu.data.size() > wanted) {
        state_ = State::dropped;
        return;
    }
    collecting.data.insert(collecting.data.end(), pdu.data.begin(), pdu.data.end());
    if ((pdu.flags() & final_flag) != 0)
        collect(tag);
}

void Connection::submit(const Pdu& command, std::span<const std::byte> data) {
    const auto lun = decode_lun(command);
    const auto tag = command.initiator_task_tag();
    running_[tag] = {.task = library_.submit(*nexus_, lun, decode_cdb(command), data),
                     .lun = lun,
                     .reads = (command.flags() & reads) != 0,
                     .expected_length = expected_length(command)};
}

void Connection::answer(std::uint32_t tag, const Running& running, const Outcome& outcome) {
    const auto room = running.reads ? running.expected_length : 0;
    const auto sent = std::min<std::size_t>(room, outcome.data.size());
    if (sent > 0)
        send_data(tag, running, std::span(outcome.data).first(sent));
    Pdu response(Opcode::scsi_response);
    std::uint8_t flags = final_flag;
    std::size_t residual = 0;
    if (outcome.data.size() > room) {
        flags |= overflow;
        residual = outcome.data.size() - room;
    } else if (room > sent) {
        flags |= underflow;
        residual = room - sent;
    }
    response.put(1, flags, 1).put(3, static_cast<std::uint8_t>(outcome.status), 1).put(16, tag, 4);
    response.put(44, residual, 4);
    if (!outcome.sense.empty()) {
        ByteWriter out;
        out.be(outcome.sense.size(), 2).bytes(outcome.sense);
        response.data = std::move(out).take();
    }
    send(std::move(response));
}

void Connection::send_data(std::uint32_t tag,
                           const Running& running,
                           std::span<const std::byte> data) {
    const auto& parameters = login_.parameters();
    std::uint32_t number = 0;
    std::size_t in_burst = 0;
    for (std::size_t offset = 0; offset < data.size();) {
        const auto length =
            std::min({data.size() - offset,
                      static_cast<std::size_t>(parameters.initiator_max_receive),
                      static_cast<std::size_t>(parameters.max_burst_length) - in_burst});
        in_burst += length;
        const bool ends = offset + length == data.size() || in_burst == parameters.max_burst_length;
        if (ends)
            in_burst = 0;
        Pdu pdu(Opcode::data_in);
        pdu.put(1, ends ? final_flag : 0, 1).put(8, running.lun << 48, 8).put(16, tag, 4);
        pdu.put(20, no_tag, 4).put(36, number++, 4).put(40, offset, 4);
        const auto part = data.subspan(offset, length);
        pdu.data.assign(part.begin(), part.end());
        send(std::move(pdu), false);
        offset += length;
    }
}

// --- task management ---

void Connection::abandon_unit(std::optional<std::uint64_t> lun) {
    for (auto at = running_.begin(); at != running_.end();) {
        if (lun && at->second.lun != *lun) {
            ++at;
            continue;
        }
        library_.abandon(at->second.task);
        at = running_.erase(at);
    }
    std::erase_if(collecting_, [&](const auto& entry) {
        return !lun || decode_lun(entry.second.command) == *lun;
    });
}

/// Source:  RFC 7143 11.5, 11.6
void Connection::handle_task_management(const Pdu& pdu) {
    enum class Function : std::uint8_t {
        abort_task = 1,
        abort_task_set = 2,
        clear_task_set = 4,
        unit_reset = 5,
        target_warm_reset = 6,
    };
    constexpr std::uint8_t complete = 0;
    constexpr std::uint8_t no_such_task = 1;
    constexpr std::uint8_t unsupported = 5;
    std::uint8_t answer = complete;
    const auto lun = decode_lun(pdu);
    switch (static_cast<Function>(pdu.flags() & 0x7F)) {
    case Function::abort_task: {
        const auto tag = static_cast<std::uint32_t>(pdu.get(20, 4));
        const auto found = running_.find(tag);
        if (found != running_.end()) {
            library_.abandon(found->second.task);
            running_.erase(found);
        } else if (collecting_.erase(tag) == 0) {
            answer = no_such_task;
        }
        break;
    }
    case Function::abort_task_set:
    case Function::clear_task_set:
        abandon_unit(lun);
        break;
    case Function::unit_reset:
        abandon_unit(lun);
        library_.reset_logical_unit(lun);
        break;
    case Function::target_warm_reset:
        abandon_unit(std::nullopt);
        library_.reset_every_unit();
        break;
    default:
        answer = unsupported;
    }
    Pdu response(Opcode::task_management_response);
    response.put(1, final_flag, 1).put(2, answer, 1).put(16, pdu.get(16, 4), 4);
    send(std::move(response));
}

} // namespace changer::sim::iscsi
