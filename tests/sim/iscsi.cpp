// SPDX-License-Identifier: Apache-2.0
#include "initiator.hpp"
#include "scsi/spc/inquiry.hpp"

#include <random>

using namespace changer;
using namespace changer::test;
using sim::iscsi::decode_text;
using sim::iscsi::encode;
using sim::iscsi::Opcode;
using sim::iscsi::Pdu;
using sim::iscsi::Text;
using State = Initiator::State;

namespace {

constexpr auto test_unit_ready = scsi::encode(scsi::TestUnitReady{});

std::string value(const Pdu& pdu, std::string_view key) {
    const auto text = decode_text(pdu.data);
    REQUIRE(text);
    const auto* const found = sim::iscsi::find(*text, key);
    return found ? *found : "(none)";
}

Sense sense_of(const Pdu& pdu) {
    REQUIRE(pdu.opcode() == Opcode::scsi_response);
    REQUIRE(pdu.data.size() > 2);
    const auto decoded = scsi::decode_sense(std::span(pdu.data).subspan(2));
    REQUIRE(decoded);
    return decoded->sense;
}

/// A library with an initiator that has logged in and taken its unit attention.
struct Session : Site {
    explicit Session(Text more = {})
        : initiator(*library) {
        initiator.log_in(std::move(more));
        initiator.send(initiator.command(test_unit_ready));
        CHECK(sense_of(initiator.take_one()) == Sense{0x6, 0x29, 0x00});
    }

    Initiator initiator;
};

} // namespace

TEST_SUITE("sim/iscsi") {
    TEST_CASE("an initiator logs in, in one step or by way of the security stage") {
        Site site;
        Initiator initiator(*site.library);
        SUBCASE("in one step") {
            const auto answer = initiator.log_in({{"HeaderDigest", "CRC32C,None"},
                                                  {"InitialR2T", "No"},
                                                  {"ImmediateData", "Yes"},
                                                  {"MaxBurstLength", "1000"},
                                                  {"ErrorRecoveryLevel", "2"},
                                                  {"X-com.example", "1"}});
            CHECK(answer.get(36, 2) == 0);
            CHECK(answer.flags() == 0x87);
            CHECK(answer.get(14, 2) != 0);
            CHECK(value(answer, "HeaderDigest") == "None");
            CHECK(value(answer, "InitialR2T") == "No");
            CHECK(value(answer, "ImmediateData") == "Yes");
            CHECK(value(answer, "MaxBurstLength") == "1000");
            CHECK(value(answer, "ErrorRecoveryLevel") == "0");
            CHECK(value(answer, "X-com.example") == "NotUnderstood");
            CHECK(value(answer, "TargetPortalGroupTag") == "1");
        }
        SUBCASE("stage by stage, its text in two parts") {
            auto first = Initiator::who();
            first.emplace_back("AuthMethod", "CHAP,None");
            auto part = Initiator::login_request({}, 0x40);
            const auto bytes = sim::iscsi::encode_text(first);
            part.data.assign(bytes.begin(), bytes.begin() + 10);
            initiator.send(part);
            CHECK(initiator.take_one().flags() == 0x00);
            part = Initiator::login_request({}, 0x81);
            part.data.assign(bytes.begin() + 10, bytes.end());
            initiator.send(part);
            const auto answer = initiator.take_one();
            CHECK(answer.flags() == 0x81);
            CHECK(value(answer, "AuthMethod") == "None");
            CHECK_FALSE(initiator.connection().logged_in());
            initiator.send(Initiator::login_request({}, 0x87));
            CHECK(initiator.take_one().flags() == 0x87);
        }
        CHECK(initiator.connection().logged_in());
    }

    TEST_CASE("a login that cannot be is refused with the status that says why") {
        struct Row {
            std::uint64_t status;
            Pdu request;
        };

        const auto chap = Text{
            {"InitiatorName", "iqn.a"}, {"TargetName", Initiator::target}, {"AuthMethod", "CHAP"}};
        auto joins = Initiator::login_request(Initiator::who());
        joins.put(14, 1, 2);
        auto version = Initiator::login_request(Initiator::who());
        version.put(3, 1, 1);
        auto garbage = Initiator::login_request({});
        garbage.data = hex("414243");
        const std::vector<Row> rows{
            {0x0203, Initiator::login_request({{"InitiatorName", "a"}, {"TargetName", "iqn.x"}})},
            {0x0207, Initiator::login_request({{"TargetName", Initiator::target}})},
            {0x0207, Initiator::login_request({{"InitiatorName", "a"}})},
            {0x0209, Initiator::login_request({{"InitiatorName", "a"}, {"SessionType", "Odd"}})},
            {0x0201, Initiator::login_request(chap, 0x81)},
            {0x0206, joins},
            {0x0205, version},
            {0x0200, garbage},
            {0x0200, Initiator::login_request(Initiator::who(), 0x86)},
            {0x0200, Initiator::login_request(Initiator::who(), 0x8B)},
            {0x0200, Pdu(Opcode::scsi_command)},
        };
        for (const Row& row : rows) {
            CAPTURE(row.status);
            Site site;
            Initiator initiator(*site.library);
            initiator.send(row.request);
            const auto answer = initiator.take_one();
            CHECK(answer.opcode() == Opcode::login_response);
            CHECK(answer.get(36, 2) == row.status);
            CHECK(initiator.connection().state() == State::finishing);
        }
    }

    TEST_CASE("a discovery session is told the target, and gets no commands through") {
        Site site;
        Initiator initiator(*site.library);
        initiator.send(
            Initiator::login_request({{"InitiatorName", "iqn.a"}, {"SessionType", "Discovery"}}));
        CHECK(initiator.take_one().get(36, 2) == 0);
        auto ask = initiator.request(Opcode::text);
        ask.data = sim::iscsi::encode_text({{"SendTargets", "All"}});
        initiator.send(ask);
        const auto answer = initiator.take_one();
        CHECK(value(answer, "TargetName") == Initiator::target);
        CHECK(value(answer, "TargetAddress") == "127.0.0.1:3260,1");
        initiator.send(initiator.command(test_unit_ready));
        CHECK(initiator.take_one().opcode() == Opcode::reject);
    }

    TEST_CASE("data comes in PDUs no longer than the initiator takes, residuals beside it") {
        Session session(Text{{"MaxRecvDataSegmentLength", "512"}});
        const auto read =
            scsi::encode(scsi::ReadElementStatus{.volume_tags = true, .allocation_length = 4096});
        session.initiator.send(session.initiator.command(read, 4096));
        const auto answers = session.initiator.take();
        REQUIRE(answers.size() == 5);
        Bytes data;
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(answers[i].opcode() == Opcode::data_in);
            CHECK(answers[i].get(36, 4) == i);
            CHECK(answers[i].get(40, 4) == data.size());
            CHECK((answers[i].flags() & 0x80) == (i == 3 ? 0x80 : 0));
            data.insert(data.end(), answers[i].data.begin(), answers[i].data.end());
        }
        CHECK(data == session.host.data(read));
        CHECK(answers[4].flags() == 0x82);
        CHECK(answers[4].get(44, 4) == 4096 - data.size());

        session.initiator.send(session.initiator.command(read, 100));
        const auto cut = session.initiator.take();
        REQUIRE(cut.size() == 2);
        CHECK(cut[0].data.size() == 100);
        CHECK(cut[1].flags() == 0x84);
        CHECK(cut[1].get(44, 4) == data.size() - 100);
    }

    TEST_CASE("a long move is answered when it is done, other commands meanwhile") {
        Session session;
        auto& initiator = session.initiator;
        initiator.send(initiator.command(
            scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)})));
        CHECK(initiator.take().empty());
        initiator.send(initiator.command(test_unit_ready));
        const auto ready = initiator.take_one();
        CHECK(ready.get(3, 1) == 0);
        CHECK(ready.initiator_task_tag() == 0x103);
        session.clock.advance(20s);
        const auto moved = initiator.take_one();
        CHECK(moved.get(3, 1) == 0);
        CHECK(moved.initiator_task_tag() == 0x102);
    }

    TEST_CASE("pings are echoed, logout ends the session and its PREVENT") {
        Session session;
        auto& initiator = session.initiator;
        auto ping = initiator.request(Opcode::nop_out);
        ping.data = hex("01020304 05");
        initiator.send(ping);
        const auto pong = initiator.take_one();
        CHECK(pong.opcode() == Opcode::nop_in);
        CHECK(pong.data == ping.data);
        initiator.send(
            initiator.command(scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = true})));
        CHECK(initiator.take_one().get(3, 1) == 0);
        initiator.send(initiator.request(Opcode::logout));
        CHECK(initiator.take_one().opcode() == Opcode::logout_response);
        CHECK(initiator.connection().state() == State::finishing);
    }

    TEST_CASE(
        "a connection that goes takes its PREVENT with it, a second login replaces the first") {
        Site site;
        const auto lock = scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = true});
        {
            Initiator first(*site.library);
            first.log_in();
            first.send(first.command(test_unit_ready));
            first.send(first.command(lock));
            first.take();
            CHECK(site.library->snapshot().lock_holders.size() == 1);
            Initiator second(*site.library);
            second.log_in();
            CHECK(site.library->snapshot().lock_holders.empty());
            first.take();
            CHECK(first.connection().state() == State::dropped);
            second.send(second.command(test_unit_ready));
            CHECK(sense_of(second.take_one()) == Sense{0x6, 0x29, 0x07});
            second.send(second.command(lock));
            second.take();
            CHECK(site.library->snapshot().lock_holders.size() == 1);
        }
        CHECK(site.library->snapshot().lock_holders.empty());
    }

    TEST_CASE("task management aborts a command, resets a unit, refuses what it does not know") {
        Session session;
        auto& initiator = session.initiator;
        const auto manage = [&](unsigned function, std::uint64_t tag) {
            auto pdu = initiator.request(Opcode::task_management, 0x80U | function);
            initiator.send(pdu.put(20, tag, 4));
            auto all = initiator.take();
            REQUIRE_FALSE(all.empty());
            REQUIRE(all.back().opcode() == Opcode::task_management_response);
            return all.back().get(2, 1);
        };
        const auto move = initiator.command(
            scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
        initiator.send(move);
        CHECK(manage(1, 0x9999) == 1);
        CHECK(manage(1, move.initiator_task_tag()) == 0);
        session.clock.advance(1min);
        CHECK(initiator.take().empty());
        CHECK(session.library->snapshot().at(slot(20)) == "VT0001L8"); // it had begun
        CHECK(manage(5, 0) == 0);
        CHECK(session.host.attentions() == std::vector{Sense{0x6, 0x29, 0x03}});
        CHECK(manage(6, 0) == 0);
        CHECK(manage(7, 0) == 5);
    }

    TEST_CASE("data for the device is taken with the command, unsolicited, and asked for") {
        Session session(Text{{"InitialR2T", "No"}});
        auto& initiator = session.initiator;
        auto write = initiator.command(scsi::Cdb(0x15, 6).put(4, 24, 1), 24, 0x20); // MODE SELECT
        write.data.resize(8);
        initiator.send(write);
        CHECK(initiator.take().empty());
        Pdu more(Opcode::data_out);
        more.put(1, 0x80, 1).put(16, write.initiator_task_tag(), 4).put(20, sim::iscsi::no_tag, 4);
        more.put(40, 8, 4);
        more.data.resize(8);
        initiator.send(more);
        const auto ask = initiator.take_one();
        REQUIRE(ask.opcode() == Opcode::ready_to_transfer);
        CHECK(ask.get(40, 4) == 16);
        CHECK(ask.get(44, 4) == 8);
        more.put(20, ask.get(20, 4), 4).put(40, 16, 4);
        initiator.send(more);
        CHECK(sense_of(initiator.take_one()) == Sense{0x5, 0x20, 0x00});

        auto bad = initiator.command(scsi::Cdb(0x15, 6).put(4, 24, 1), 24, 0x20);
        initiator.send(bad);
        more.put(16, bad.initiator_task_tag(), 4).put(20, sim::iscsi::no_tag, 4).put(40, 99, 4);
        initiator.send(more);
        CHECK(initiator.connection().state() == State::dropped);
    }

    TEST_CASE("LUNs are taken in single-level form; any other names no unit") {
        Session session;
        auto& initiator = session.initiator;
        const auto type_at = [&](std::uint64_t lun) {
            auto pdu = initiator.command(scsi::encode(scsi::Inquiry{}), 96);
            initiator.send(pdu.put(8, lun, 8));
            return std::to_integer<unsigned>(initiator.take().front().data[0]);
        };
        CHECK(type_at(0) == 0x08);
        CHECK(type_at(0x0001'0000'0000'0000) == 0x01);
        CHECK(type_at(0x4002'0000'0000'0000) == 0x01);
        CHECK(type_at(0x0003'0000'0000'0000) == 0x7F);
        CHECK(type_at(0x0100'0000'0000'0000) == 0x7F);
        CHECK(type_at(0x0000'0001'0000'0000) == 0x7F);
        CHECK(type_at(0xC101'0000'0000'0000) == 0x7F);
    }

    TEST_CASE("what breaks the protocol ends the connection, and the library goes on") {
        Session session;
        auto& initiator = session.initiator;
        SUBCASE("a data segment longer than announced") {
            auto pdu = initiator.request(Opcode::nop_out);
            auto bytes = encode(pdu);
            bytes[5] = std::byte{0x02};
            initiator.connection().receive(bytes);
        }
        SUBCASE("one tag for two commands") {
            const auto move = initiator.command(
                scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
            initiator.send(move);
            auto again = initiator.command(test_unit_ready);
            initiator.send(again.put(16, move.initiator_task_tag(), 4));
        }
        SUBCASE("a command number left out") {
            auto pdu = initiator.command(test_unit_ready);
            initiator.send(pdu.put(24, pdu.get(24, 4) + 1, 4));
        }
        CHECK(initiator.connection().state() == State::dropped);
        session.clock.advance(1min);
        CHECK_FALSE(session.host.ready());
    }

    TEST_CASE(
        "a PDU of a kind that no initiator sends is rejected, an old command number ignored") {
        Session session;
        auto& initiator = session.initiator;
        initiator.send(Pdu(Opcode::data_in));
        CHECK(initiator.take_one().opcode() == Opcode::reject);
        auto old = Pdu(Opcode::nop_out);
        initiator.send(old.put(16, 0x55, 4));
        CHECK(initiator.take().empty());
        CHECK(initiator.connection().state() == State::open);
    }

    TEST_CASE("any cut of a session's bytes, any byte changed: no harm done") {
        Site site;
        Initiator maker(*site.library);
        Bytes script = encode(Initiator::login_request(Initiator::who()));
        const auto append = [&](const Pdu& pdu) {
            const auto bytes = encode(pdu);
            script.insert(script.end(), bytes.begin(), bytes.end());
        };
        append(maker.command(test_unit_ready));
        append(maker.command(
            scsi::encode(scsi::ReadElementStatus{.volume_tags = true, .allocation_length = 4096}),
            4096));
        append(maker.command(scsi::Cdb(0x15, 6).put(4, 24, 1), 24, 0x20));
        append(maker.request(Opcode::task_management, 0x81));
        append(maker.request(Opcode::logout));

        for (std::size_t length = 0; length <= script.size(); ++length) {
            Initiator cut(*site.library);
            cut.connection().receive(std::span(script).first(length));
            cut.take();
        }
        std::mt19937 random(7);
        for (int i = 0; i < 2000; ++i) {
            auto bytes = script;
            for (int changes = 0; changes < 3; ++changes)
                bytes[random() % bytes.size()] = static_cast<std::byte>(random() & 0xFF);
            Initiator changed(*site.library);
            changed.connection().receive(bytes);
            changed.take();
        }
        site.clock.advance(1h);
        site.host.attentions();
        CHECK_FALSE(site.host.ready());
        CHECK(site.library->snapshot().lock_holders.empty());
    }
}
