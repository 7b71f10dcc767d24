// SPDX-License-Identifier: Apache-2.0
// IscsiTransport against a target that nobody here wrote; tgt.sh starts it and says where it is.
#include "hex.hpp"
#include "open/open.hpp"
#include "support/bytes.hpp"
#include "transport/iscsi_url.hpp"

#include <doctest/doctest.h>

#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace changer;
using changer::test::hex;
using namespace std::chrono_literals;

namespace {

const scsi::Cdb test_unit_ready(0x00, 6);

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    REQUIRE_MESSAGE(value != nullptr, name << " is not set: run this through tgt.sh");
    return value;
}

std::unique_ptr<Transport> open_changer(std::string_view owner = "test") {
    auto transport = open_transport(environment("TGT_URL"),
                                    {.iscsi = {.initiator_name = "iqn.2026-01.local.changer:test",
                                               .session_owner = std::string(owner)}});
    if (!transport)
        FAIL(to_string(transport.error()));
    return *std::move(transport);
}

/// Opens the changer and takes the unit attention of the login away.
std::unique_ptr<Transport> open_quiet_changer(std::string_view owner = "test") {
    auto transport = open_changer(owner);
    for (int i = 0; i < 4; ++i) {
        const auto ready = transport->execute({.cdb = test_unit_ready});
        REQUIRE(ready);
        if (ready->status == scsi::Status::good)
            return transport;
    }
    FAIL("unit attentions without end");
    return transport;
}

Bytes read(Transport& transport, const scsi::Cdb& cdb, std::size_t room) {
    Bytes data(room);
    const auto completion = transport.execute({.cdb = cdb, .data_in = data});
    REQUIRE(completion);
    REQUIRE(completion->status == scsi::Status::good);
    REQUIRE(completion->transferred <= room);
    data.resize(completion->transferred);
    return data;
}

std::uint8_t byte_at(const Bytes& bytes, std::size_t at) {
    REQUIRE(at < bytes.size());
    return std::to_integer<std::uint8_t>(bytes[at]);
}

/// Runs tgtd's administration and returns what it prints; no word of it comes from elsewhere.
std::string admin(const std::string& words) {
    const auto directory = environment("TGT_DIRECTORY");
    const auto output = directory + "/output";
    const auto command = "TGT_IPC_SOCKET='" + directory +
                         "/control' tgtadm --control-port 0 --lld iscsi " + words + " >'" + output +
                         "'";
    REQUIRE(std::system(command.c_str()) == 0);
    std::ostringstream text;
    text << std::ifstream(output).rdbuf();
    return text.str();
}

/// Returns the number of the one session there is.
std::string only_session() {
    const auto text = admin("--mode conn --op show --tid 1");
    const auto at = text.find("Session: ");
    REQUIRE_MESSAGE(at != std::string::npos, text);
    REQUIRE_MESSAGE(text.find("Session: ", at + 1) == std::string::npos, text);
    return text.substr(at + 9, text.find('\n', at) - at - 9);
}

/// The target hangs as long as this lives.
class Hanging {
  public:
    Hanging() {
        std::ifstream(environment("TGT_DIRECTORY") + "/pid") >> pid_;
        REQUIRE(pid_ > 1);
        REQUIRE(::kill(pid_, SIGSTOP) == 0);
    }

    Hanging(const Hanging&) = delete;
    Hanging& operator=(const Hanging&) = delete;

    ~Hanging() { ::kill(pid_, SIGCONT); }

  private:
    pid_t pid_ = 0;
};

} // namespace

TEST_SUITE("transport/tgt") {
    TEST_CASE("the login eats no unit attention: the first command meets it") {
        const auto changer = open_changer();
        const auto first = changer->execute({.cdb = test_unit_ready});
        REQUIRE(first);
        CHECK(first->status == scsi::Status::check_condition);
        CHECK_FALSE(first->new_nexus);
        REQUIRE(first->sense.size() >= 14);
        CHECK(byte_at(first->sense, 0) == 0x70);
        CHECK((byte_at(first->sense, 2) & 0x0F) == 0x06);
        CHECK(byte_at(first->sense, 12) == 0x29);
    }

    TEST_CASE("INQUIRY says what it is, however much room there is") {
        const auto changer = open_quiet_changer();
        const auto data = read(*changer, scsi::Cdb(0x12, 6).put(3, 255, 2), 255);
        CHECK(byte_at(data, 0) == 0x08);
        CHECK(ByteReader(std::span(data).subspan(8)).text(20) == "STK     L700        ");
        CHECK(data.size() == 5U + byte_at(data, 4));
        CHECK(read(*changer, scsi::Cdb(0x12, 6).put(3, 5, 2), 5) ==
              Bytes(data.begin(), data.begin() + 5));
        CHECK(read(*changer, scsi::Cdb(0x12, 6), 0).empty());
    }

    TEST_CASE("MODE SENSE page 1Dh tells the element addresses") {
        const auto changer = open_quiet_changer();
        const auto data =
            read(*changer, scsi::Cdb(0x1A, 6).put(1, 8, 1).put(2, 0x1D, 1).put(4, 255, 1), 255);
        ByteReader in(data);
        in.bytes(4);
        CHECK((in.be(1) & 0x3F) == 0x1D);
        in.bytes(1);
        CHECK(in.be(2) == 1); // arm
        CHECK(in.be(2) == 1);
        CHECK(in.be(2) == 1000); // storage
        CHECK(in.be(2) == 24);
        CHECK(in.be(2) == 10); // mail slots
        CHECK(in.be(2) == 4);
        CHECK(in.be(2) == 256); // drives
        CHECK(in.be(2) == 4);
        CHECK_FALSE(in.faulted());
    }

    TEST_CASE("READ ELEMENT STATUS brings the barcodes; too little room is a residual, no error") {
        const auto changer = open_quiet_changer();
        const auto elements = [](std::uint32_t room) {
            return scsi::Cdb(0xB8, 12)
                .put(1, 0x12, 1)
                .put(2, 1000, 2)
                .put(4, 24, 2)
                .put(6, room, 4);
        };
        const auto whole = read(*changer, elements(65'535), 65'535);
        CHECK(ByteReader(whole).text(whole.size()).find("VT0001L5") != std::string::npos);
        CHECK(ByteReader(whole).text(whole.size()).find("VT0016L5") != std::string::npos);
        const auto header = read(*changer, elements(8), 8);
        CHECK(header.size() == 8);
        CHECK(header == Bytes(whole.begin(), whole.begin() + 8));
    }

    TEST_CASE("a refusal brings its sense, in either format") {
        const auto changer = open_quiet_changer();
        const auto move = scsi::Cdb(0xA5, 12).put(2, 1, 2).put(4, 1023, 2).put(6, 1022, 2);
        const auto fixed = changer->execute({.cdb = move});
        REQUIRE(fixed);
        CHECK(fixed->status == scsi::Status::check_condition);
        CHECK((byte_at(fixed->sense, 2) & 0x0F) == 0x05);
        CHECK(byte_at(fixed->sense, 12) == 0x3B);
        CHECK(byte_at(fixed->sense, 13) == 0x0E);
        const auto format = [](int value) {
            const auto url = parse_iscsi_url(environment("TGT_URL"));
            REQUIRE(url);
            admin("--mode logicalunit --op update --tid 1 --lun " + std::to_string(url->lun) +
                  " --params sense_format=" + std::to_string(value));
        };
        format(1);
        const auto descriptor = changer->execute({.cdb = move});
        format(0);
        REQUIRE(descriptor);
        REQUIRE(descriptor->sense.size() >= 4);
        CHECK(to_hex(std::span(descriptor->sense).first(4)) == "72053b0e");
    }

    TEST_CASE("a device that hangs costs the command's time-out; the next command logs in anew") {
        const auto changer = open_quiet_changer();
        {
            const Hanging hanging;
            const auto lost = changer->execute({.cdb = test_unit_ready, .timeout = 50ms});
            REQUIRE_FALSE(lost);
            CHECK(lost.error().code == Code::command_timeout);
        }
        const auto again = changer->execute({.cdb = test_unit_ready});
        REQUIRE(again);
        CHECK(again->new_nexus);
        CHECK(again->status == scsi::Status::check_condition);
        CHECK(byte_at(again->sense, 12) == 0x29);
        const auto then = changer->execute({.cdb = test_unit_ready});
        REQUIRE(then);
        CHECK_FALSE(then->new_nexus);
        CHECK(then->status == scsi::Status::good);
    }

    TEST_CASE("a login while the device hangs fails in time, and nothing was sent") {
        const auto url = parse_iscsi_url(environment("TGT_URL"));
        REQUIRE(url);
        const Hanging hanging;
        const auto transport =
            open_transport(environment("TGT_URL"), {.iscsi = {.login_timeout = 50ms}});
        REQUIRE_FALSE(transport);
        CHECK(transport.error().code == Code::device_not_available);
    }

    TEST_CASE("a session that the target ends between commands costs a new login, and says so") {
        const auto changer = open_quiet_changer();
        const auto session = only_session();
        admin("--mode conn --op delete --tid 1 --cid 0 --sid " + session);
        // tgtd closes the connection some time after it has agreed to: before that it answers.
        auto answer = changer->execute({.cdb = test_unit_ready});
        while (answer && !answer->new_nexus && answer->status == scsi::Status::good)
            answer = changer->execute({.cdb = test_unit_ready});
        if (!answer) { // closed just then: the fate of that one command is unknown
            CHECK(answer.error().code == Code::transport_failed);
            answer = changer->execute({.cdb = test_unit_ready});
        }
        REQUIRE(answer);
        CHECK(answer->new_nexus);
        CHECK(byte_at(answer->sense, 12) == 0x29);
    }

    TEST_CASE("sessions of different owners live side by side") {
        const auto daemon = open_quiet_changer("daemon");
        const auto tool = open_quiet_changer("tool");
        for (const auto* one : {&daemon, &tool, &daemon, &tool}) {
            const auto ready = (*one)->execute({.cdb = test_unit_ready});
            REQUIRE(ready);
            CHECK(ready->status == scsi::Status::good);
            CHECK_FALSE(ready->new_nexus);
        }
    }

    TEST_CASE("a target or a logical unit that is not there is told") {
        auto url = parse_iscsi_url(environment("TGT_URL"));
        REQUIRE(url);
        const IscsiOptions options{.initiator_name = "iqn.2026-01.local.changer:test"};
        auto wrong_target = *url;
        wrong_target.target += "x";
        const auto refused = open_transport(to_string(wrong_target), {.iscsi = options});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::device_not_available);
        auto wrong_lun = *url;
        wrong_lun.lun = 99;
        const auto opened = open_transport(to_string(wrong_lun), {.iscsi = options});
        REQUIRE(opened);
        const auto ready = (*opened)->execute({.cdb = test_unit_ready});
        REQUIRE(ready);
        CHECK(ready->status == scsi::Status::check_condition);
    }
}
