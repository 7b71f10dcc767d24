// SPDX-License-Identifier: Apache-2.0
#include "transport/sg_transport.hpp"

#include "hex.hpp"

#include <doctest/doctest.h>

#include <scsi/sg.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>

using namespace changer;
using changer::test::hex;
using namespace std::chrono_literals;

namespace {

/// What the pretended kernel answers: an errno, or these fields of the header.
struct Kernel {
    int error = 0;
    unsigned char status = 0;
    unsigned short host_status = 0, driver_status = 0;
    int resid = 0;
    Bytes data = {}, sense = {};
};

struct Seen {
    std::string cdb;
    std::string data_out;
    int direction = 0;
    unsigned length = 0, timeout = 0;
    int commands = 0;
    bool signals_blocked = false;
};

SgIo pretend(const Kernel& kernel, Seen& seen) {
    return [&kernel, &seen](int, sg_io_hdr& header) {
        ++seen.commands;
        sigset_t blocked;
        pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
        seen.signals_blocked = sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGALRM);
        seen.cdb = to_hex(std::as_bytes(std::span(header.cmdp, header.cmd_len)));
        seen.direction = header.dxfer_direction;
        seen.length = header.dxfer_len;
        seen.timeout = header.timeout;
        auto* data = static_cast<std::byte*>(header.dxferp);
        if (header.dxfer_direction == SG_DXFER_TO_DEV)
            seen.data_out = to_hex(std::span(data, header.dxfer_len));
        if (header.dxfer_direction == SG_DXFER_FROM_DEV)
            std::copy_n(kernel.data.begin(),
                        std::min<std::size_t>(kernel.data.size(), header.dxfer_len),
                        data);
        for (std::size_t i = 0; i < kernel.sense.size(); ++i)
            header.sbp[i] = std::to_integer<unsigned char>(kernel.sense[i]);
        header.sb_len_wr = static_cast<unsigned char>(kernel.sense.size());
        header.status = kernel.status;
        header.host_status = kernel.host_status;
        header.driver_status = kernel.driver_status;
        header.resid = kernel.resid;
        return kernel.error;
    };
}

Result<Completion> run(const Kernel& kernel, Seen& seen, Request request = {}) {
    if (request.cdb.view().empty())
        request.cdb = scsi::Cdb(0x00, 6);
    return SgTransport(UniqueFd{}, pretend(kernel, seen)).execute(request);
}

Error failure(const Kernel& kernel, const Request& request = {}) {
    Seen seen;
    const auto outcome = run(kernel, seen, request);
    REQUIRE_FALSE(outcome);
    CHECK(seen.commands == 1);
    return outcome.error();
}

} // namespace

TEST_SUITE("transport/sg") {
    TEST_CASE("a command reaches the kernel whole: CDB, direction, length and time-out") {
        Seen seen;
        Bytes room(8);
        const auto in =
            run({.resid = 3, .data = hex("0102030405")},
                seen,
                {.cdb = scsi::Cdb(0xB8, 12).put(6, 8, 4), .data_in = room, .timeout = 90s});
        REQUIRE(in);
        CHECK(seen.cdb == "b80000000000000000080000");
        CHECK(seen.direction == SG_DXFER_FROM_DEV);
        CHECK(seen.length == 8);
        CHECK(seen.timeout == 90'000);
        CHECK(in->transferred == 5);
        CHECK(room == hex("0102030405000000"));

        const auto sent = hex("a1a2");
        REQUIRE(run({}, seen, {.cdb = scsi::Cdb(0x55, 10), .data_out = sent}));
        CHECK(seen.direction == SG_DXFER_TO_DEV);
        CHECK(seen.data_out == "a1a2");

        REQUIRE(run({}, seen));
        CHECK(seen.direction == SG_DXFER_NONE);
    }

    TEST_CASE("a time-out of nothing is not the driver's default") {
        Seen seen;
        REQUIRE(run({}, seen, {.cdb = scsi::Cdb(0x00, 6), .timeout = 0ms}));
        CHECK(seen.timeout == 1);
        REQUIRE(run({}, seen, {.cdb = scsi::Cdb(0x00, 6), .timeout = std::chrono::hours{10'000}}));
        CHECK(seen.timeout == 0x7FFFFFFF);
    }

    TEST_CASE("no signal can make the kernel restart a command, and all come back after it") {
        Seen seen;
        REQUIRE(run({}, seen));
        CHECK(seen.signals_blocked);
        sigset_t after;
        pthread_sigmask(SIG_SETMASK, nullptr, &after);
        CHECK_FALSE(sigismember(&after, SIGINT));
    }

    TEST_CASE("a residual below zero or above the transfer is an overflow: all bytes arrived") {
        Seen seen;
        Bytes room(8);
        const Request request{.cdb = scsi::Cdb(0x12, 6), .data_in = room};
        CHECK(run({.resid = -4}, seen, request)->transferred == 8);
        CHECK(run({.resid = 9}, seen, request)->transferred == 8);
        CHECK(run({.resid = 0x7FFFFFFF}, seen, request)->transferred == 8);
        CHECK(run({.resid = 8}, seen, request)->transferred == 0);
    }

    TEST_CASE("CHECK CONDITION is an answer with its sense bytes, none if the adapter lost them") {
        Seen seen;
        const auto sense = hex("70 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00");
        const auto told = run({.status = 2, .driver_status = 8, .sense = sense}, seen);
        REQUIRE(told);
        CHECK(told->status == scsi::Status::check_condition);
        CHECK(told->sense == sense);
        const auto mute = run({.status = 2}, seen);
        REQUIRE(mute);
        CHECK(mute->status == scsi::Status::check_condition);
        CHECK(mute->sense.empty());
    }

    TEST_CASE("sense data behind a status of 0 is a refusal, unless it says recovered") {
        Seen seen;
        const auto refused =
            run({.driver_status = 8, .sense = hex("70 00 05 00 00 00 00 00")}, seen);
        CHECK(refused->status == scsi::Status::check_condition);
        const auto descriptor = run({.driver_status = 8, .sense = hex("72 05 3b 0e")}, seen);
        CHECK(descriptor->status == scsi::Status::check_condition);
        const auto recovered =
            run({.driver_status = 8, .sense = hex("70 00 01 00 00 00 00 00")}, seen);
        CHECK(recovered->status == scsi::Status::good);
    }

    TEST_CASE("other statuses pass as they are") {
        Seen seen;
        CHECK(run({.status = 0x08}, seen)->status == scsi::Status::busy);
        CHECK(run({.status = 0x18}, seen)->status == scsi::Status::reservation_conflict);
    }

    TEST_CASE("what host and driver report is the transport's failure, whatever the status says") {
        CHECK(failure({.host_status = 3}).code == Code::command_timeout);
        CHECK(failure({.driver_status = 6}).code == Code::command_timeout);
        CHECK(failure({.status = 2, .host_status = 8}).code == Code::transport_failed);
        CHECK(failure({.host_status = 8}).what ==
              "host status 08h (bus reset), the command's fate is unknown");
        CHECK(failure({.host_status = 0xFFFF}).code == Code::transport_failed);
        CHECK(failure({.driver_status = 7}).code == Code::transport_failed);
        CHECK(failure({.host_status = 1}).code == Code::transport_failed);
    }

    TEST_CASE("an errno says whether the command may have been sent") {
        CHECK(failure({.error = EINTR}).code == Code::transport_failed);
        CHECK(failure({.error = EIO}).code == Code::transport_failed);
        CHECK(failure({.error = EAGAIN}).code == Code::device_busy);
        CHECK(failure({.error = EPERM}).code == Code::access_denied);
        CHECK(failure({.error = EINVAL}).code == Code::transport_failed);
        Bytes room(16);
        for (const int error : {ENOMEM, EINVAL}) {
            CAPTURE(error);
            CHECK(failure({.error = error}, {.cdb = scsi::Cdb(0xB8, 12), .data_in = room}).code ==
                  Code::not_enough_memory);
        }
    }

    TEST_CASE("a device that went away gets no further command") {
        Seen seen;
        const Kernel kernel{.error = ENODEV};
        SgTransport device(UniqueFd{}, pretend(kernel, seen));
        const auto first = device.execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE_FALSE(first);
        CHECK(first.error().code == Code::transport_failed);
        const auto second = device.execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::device_not_available);
        CHECK(seen.commands == 1);
    }

    TEST_CASE("nodes that are not the generic SCSI driver's are refused before any command") {
        const auto absent = SgTransport::open("/nonexistent/sg0");
        REQUIRE_FALSE(absent);
        CHECK(absent.error().code == Code::device_not_available);
        const auto wrong = SgTransport::open("/dev/null");
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().code == Code::wrong_device_type);
    }
}
