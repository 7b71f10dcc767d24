// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.hpp"
#include "sim/iscsi/connection.hpp"

#include <string>
#include <vector>

namespace changer::test {

/// An initiator that writes its own PDUs, against a connection without a socket.
class Initiator {
  public:
    using Opcode = sim::iscsi::Opcode;
    using Pdu = sim::iscsi::Pdu;
    using State = sim::iscsi::Connection::State;

    static constexpr auto target = "iqn.2026-01.test.local:sim";

    explicit Initiator(sim::Library& library)
        : connection_(library, {target, "127.0.0.1:3260"}) {}

    sim::iscsi::Connection& connection() { return connection_; }

    void send(const Pdu& pdu) { connection_.receive(encode(pdu)); }

    /// Takes every PDU the target has sent by now.
    std::vector<Pdu> take() {
        connection_.tick();
        answers_.feed(std::exchange(connection_.output(), {}));
        std::vector<Pdu> all;
        while (auto pdu = answers_.next())
            all.push_back(*std::move(pdu));
        return all;
    }

    /// Takes the only PDU the target has sent.
    Pdu take_one() {
        auto all = take();
        REQUIRE(all.size() == 1);
        return std::move(all.front());
    }

    static Pdu login_request(const sim::iscsi::Text& text, unsigned flags = 0x87) {
        Pdu pdu(Opcode::login);
        pdu.put(0, 0x43, 1).put(1, flags, 1).put(8, 0x800000000001, 6).put(24, 1, 4);
        pdu.data = sim::iscsi::encode_text(text);
        return pdu;
    }

    static sim::iscsi::Text who(std::string_view name = "iqn.2026-01.test.local:host") {
        return {{"InitiatorName", std::string(name)}, {"TargetName", target}};
    }

    /// Logs in, in one step from the operational stage.
    Pdu log_in(sim::iscsi::Text more = {}) {
        auto text = who();
        text.insert(text.end(), more.begin(), more.end());
        send(login_request(text));
        auto answer = take_one();
        CHECK(answer.opcode() == Opcode::login_response);
        return answer;
    }

    /// A numbered request with the next tag.
    Pdu request(Opcode opcode, unsigned flags = 0x80) {
        Pdu pdu(opcode);
        pdu.put(1, flags, 1).put(16, ++tag_, 4).put(24, number_++, 4);
        return pdu;
    }

    /// A SCSI command with room for so much data.
    Pdu command(const scsi::Cdb& cdb, std::uint32_t room = 0, unsigned flags = 0xC0) {
        Pdu pdu = request(Opcode::scsi_command, flags);
        pdu.put(20, room, 4);
        for (std::size_t i = 0; i < cdb.view().size(); ++i)
            pdu.put(32 + i, cdb.be(i, 1), 1);
        return pdu;
    }

  private:
    sim::iscsi::Connection connection_;
    sim::iscsi::PduStream answers_;
    std::uint32_t tag_ = 0x100;
    std::uint32_t number_ = 1;
};

} // namespace changer::test
