// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/connection.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim::iscsi {
namespace {

constexpr std::uint32_t window = 64; ///< commands an initiator may have on their way

/// Source:  RFC 7143 11.17.1, reject reasons
constexpr std::uint8_t protocol_error = 0x04;
constexpr std::uint8_t command_not_supported = 0x05;

/// Whether such a PDU has a command number.
bool numbered(Opcode opcode) {
    return opcode == Opcode::nop_out || opcode == Opcode::scsi_command ||
           opcode == Opcode::task_management || opcode == Opcode::text || opcode == Opcode::logout;
}

} // namespace

Connection::~Connection() {
    for (const auto& [tag, running] : running_)
        library_.abandon(running.task);
    if (nexus_)
        library_.logout(*nexus_);
}

void Connection::receive(std::span<const std::byte> bytes) {
    stream_.feed(bytes);
    while (state_ == State::open) {
        const auto pdu = stream_.next();
        if (!pdu)
            break;
        handle(*pdu);
    }
    if (stream_.broken())
        state_ = State::dropped;
}

void Connection::tick() {
    if (nexus_ && state_ != State::dropped && !library_.connected(*nexus_))
        state_ = State::dropped;
    for (auto at = running_.begin(); at != running_.end() && state_ == State::open;) {
        const auto outcome = library_.poll(at->second.task);
        if (!outcome) {
            ++at;
            continue;
        }
        if (outcome->connection_lost)
            state_ = State::dropped;
        else
            answer(at->first, at->second, *outcome);
        at = running_.erase(at);
    }
}

void Connection::handle(const Pdu& pdu) {
    if (!logged_in())
        return handle_login(pdu);
    if (numbered(pdu.opcode()) && !in_order(pdu))
        return;
    const bool discovery = login_.discovery();
    switch (pdu.opcode()) {
    case Opcode::text:
        return handle_text(pdu);
    case Opcode::logout:
        return handle_logout(pdu);
    case Opcode::nop_out:
        return handle_nop_out(pdu);
    case Opcode::scsi_command:
        return discovery ? reject(pdu, command_not_supported) : handle_command(pdu);
    case Opcode::data_out:
        return discovery ? reject(pdu, command_not_supported) : handle_data_out(pdu);
    case Opcode::task_management:
        return discovery ? reject(pdu, command_not_supported) : handle_task_management(pdu);
    case Opcode::login:
        return reject(pdu, protocol_error);
    default:
        return reject(pdu, command_not_supported);
    }
}

void Connection::handle_login(const Pdu& pdu) {
    if (!std::exchange(first_request_seen_, true))
        expected_command_number_ = static_cast<std::uint32_t>(pdu.get(24, 4));
    send(login_.answer(pdu));
    if (login_.state() == Login::State::refused)
        state_ = State::finishing;
    if (login_.state() == Login::State::done && !login_.discovery())
        nexus_ = library_.login(login_.initiator());
}

/// Source:  RFC 7143 4.2.2.1: immediate commands carry no number of their own; others outside the
///          window are ignored; on one connection none can be missing
bool Connection::in_order(const Pdu& pdu) {
    if (pdu.immediate())
        return true;
    const auto number = static_cast<std::uint32_t>(pdu.get(24, 4));
    const auto ahead = number - expected_command_number_;
    if (ahead == 0) {
        ++expected_command_number_;
        return true;
    }
    if (ahead < window)
        state_ = State::dropped;
    return false;
}

void Connection::handle_nop_out(const Pdu& pdu) {
    if (pdu.initiator_task_tag() == no_tag) // answers a question that was never asked
        return;
    Pdu response(Opcode::nop_in);
    response.put(1, final_flag, 1).put(8, pdu.get(8, 8), 8).put(16, pdu.get(16, 4), 4);
    response.put(20, no_tag, 4);
    response.data = pdu.data;
    response.data.resize(
        std::min<std::size_t>(response.data.size(), login_.parameters().initiator_max_receive));
    send(std::move(response));
}

void Connection::handle_text(const Pdu& pdu) {
    const auto text = decode_text(pdu.data);
    if (!text ||
        (pdu.flags() & final_flag) == 0) // text in several parts belongs to the login phase
        return reject(pdu, protocol_error);
    auto parameters = login_.parameters();
    Text answers;
    if (const auto* const wanted = find(*text, "SendTargets")) {
        const bool all = *wanted == "All" && login_.discovery();
        const bool own = *wanted == target_.name || (wanted->empty() && !login_.discovery());
        if (all || own) {
            answers.emplace_back("TargetName", target_.name);
            answers.emplace_back("TargetAddress", target_.address + ",1");
        }
    } else {
        answers = negotiate(parameters, *text);
    }
    Pdu response(Opcode::text_response);
    response.put(1, final_flag, 1).put(8, pdu.get(8, 8), 8).put(16, pdu.get(16, 4), 4);
    response.put(20, no_tag, 4);
    response.data = encode_text(answers);
    if (response.data.size() > login_.parameters().initiator_max_receive)
        return reject(pdu, protocol_error);
    send(std::move(response));
}

void Connection::handle_logout(const Pdu& pdu) {
    constexpr unsigned recovery = 2;
    const auto reason = pdu.flags() & 0x7FU;
    Pdu response(Opcode::logout_response);
    response.put(1, final_flag, 1).put(16, pdu.get(16, 4), 4);
    response.put(2, reason == recovery ? 2 : 0, 1); // 2: connection recovery is not supported
    send(std::move(response));
    if (reason != recovery)
        state_ = State::finishing;
}

void Connection::reject(const Pdu& pdu, std::uint8_t reason) {
    Pdu response(Opcode::reject);
    response.put(1, final_flag, 1).put(2, reason, 1).put(16, no_tag, 4);
    response.data.assign(pdu.header.begin(), pdu.header.end());
    send(std::move(response));
}

void Connection::send(Pdu pdu, bool has_status) {
    const bool carries_number = has_status || pdu.opcode() == Opcode::ready_to_transfer;
    if (carries_number)
        pdu.put(24, status_number_, 4);
    if (has_status)
        ++status_number_;
    pdu.put(28, expected_command_number_, 4);
    pdu.put(32, expected_command_number_ + window - 1, 4);
    const Bytes bytes = encode(std::move(pdu));
    output_.insert(output_.end(), bytes.begin(), bytes.end());
}

} // namespace changer::sim::iscsi
