// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/iscsi/login.hpp"
#include "sim/library.hpp"

#include <map>
#include <string>

namespace changer::sim::iscsi {

/// What a discovery session is told.
struct TargetName {
    std::string name;
    std::string address; ///< 127.0.0.1:3260
};

/// One connection of one session: bytes in, bytes out, no socket.
///
/// Source:  RFC 7143; error recovery level 0: what does not fit ends the connection
class Connection {
  public:
    enum class State : std::uint8_t {
        open,
        finishing, ///< to be closed when output() has been sent
        dropped,   ///< to be closed at once, output() with it
    };

    Connection(Library& library, TargetName target)
        : library_(library)
        , target_(std::move(target))
        , login_(target_.name) {}

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void receive(std::span<const std::byte> bytes);

    /// Answers the commands that are done by now; notices that the library cut this nexus off.
    void tick();

    /// What is to be sent; the caller erases what it has sent.
    Bytes& output() { return output_; }

    State state() const { return state_; }

    bool logged_in() const { return login_.state() == Login::State::done; }

  private:
    /// A command the library has.
    struct Running {
        TaskId task{};
        std::uint64_t lun = 0;
        bool reads = false;
        std::uint32_t expected_length = 0;
    };

    /// A command whose data is still on its way here.
    struct Collecting {
        Pdu command;
        Bytes data = {};
        bool asked = false; ///< by R2T: else unsolicited data still comes
    };

    void handle(const Pdu& pdu);
    void handle_login(const Pdu& pdu);
    void handle_command(const Pdu& pdu);
    void handle_data_out(const Pdu& pdu);
    void handle_nop_out(const Pdu& pdu);
    void handle_text(const Pdu& pdu);
    void handle_logout(const Pdu& pdu);
    void handle_task_management(const Pdu& pdu);
    bool in_order(const Pdu& pdu);
    void collect(std::uint32_t tag);
    void submit(const Pdu& command, std::span<const std::byte> data);
    void abandon_unit(std::optional<std::uint64_t> lun);
    void answer(std::uint32_t tag, const Running& running, const Outcome& outcome);
    void send_data(std::uint32_t tag, const Running& running, std::span<const std::byte> data);
    void reject(const Pdu& pdu, std::uint8_t reason);
    /// Fills in the sequence numbers and sends; a PDU with a status uses one up.
    void send(Pdu pdu, bool has_status = true);

    Library& library_;
    TargetName target_;
    Login login_;
    State state_ = State::open;
    PduStream stream_;
    Bytes output_;
    std::optional<NexusId> nexus_;
    std::uint32_t status_number_ = 0;
    std::uint32_t expected_command_number_ = 0;
    bool first_request_seen_ = false;          ///< it has set the command number
    std::map<std::uint32_t, Running> running_; ///< by initiator task tag
    std::map<std::uint32_t, Collecting> collecting_;
};

} // namespace changer::sim::iscsi
