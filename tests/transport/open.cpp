// SPDX-License-Identifier: Apache-2.0
#include "open/open.hpp"

#include "support/bytes.hpp"
#include "temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

Error refused(std::string_view url) {
    const auto transport = open_transport(url);
    REQUIRE_FALSE(transport);
    return transport.error();
}

constexpr std::string_view one_command =
    "{\"schema\":\"changer.trace/1\",\"device\":\"x\"}\n"
    R"({"cdb":"000000000000","data_in_length":0,"data_out":"","timeout_ms":1000,"status":0,)"
    R"("data":"","sense":"","new_nexus":false,"microseconds":12})";

} // namespace

TEST_SUITE("open") {
    TEST_CASE("a name that no backend takes is refused with the ones that are known") {
        for (const auto* url : {"", "sg0", "http://host/", "ISCSI://h/iqn.a/1", "iscsi:h"}) {
            CAPTURE(url);
            const auto error = refused(url);
            CHECK(error.code == Code::invalid_parameter);
            CHECK(error.what.find("iscsi://host/target/lun") != std::string::npos);
        }
        CHECK(refused(std::string_view("/dev/sg0\0x", 10)).code == Code::invalid_parameter);
    }

    TEST_CASE("each scheme reaches its backend") {
        CHECK(refused("/dev/null").code == Code::wrong_device_type);
        CHECK(refused("/nonexistent").code == Code::device_not_available);
        CHECK(refused("iscsi://h/iqn.a").what.find("LUN") != std::string::npos);
        CHECK(refused("replay:/nonexistent/trace").what.find("/nonexistent/trace") !=
              std::string::npos);
    }

    TEST_CASE("a simulated library is opened at its changer and lives by the clock it is given") {
        ManualClock clock;
        const auto changer =
            open_transport("sim:default?slots=4&drives=1&tapes=2", {.clock = &clock});
        REQUIRE(changer);
        Bytes room(36);
        const auto inquiry = (*changer)->execute(
            {.cdb = scsi::Cdb(0x12, 6).put(3, 36, 2), .data_in = room, .timeout = 1min});
        REQUIRE(inquiry);
        CHECK(inquiry->transferred == 36);
        CHECK(room.front() == std::byte{0x08});
        const auto ready = (*changer)->execute({.cdb = scsi::Cdb(0x00, 6)});
        REQUIRE(ready);
        CHECK(ready->status == scsi::Status::check_condition); // the login's unit attention

        CHECK(open_transport("sim:default?instant"));
        for (const std::string url : {"sim:no-such-personality", "sim:default?slots=x"}) {
            CAPTURE(url);
            CHECK(refused(url).code == Code::invalid_parameter);
        }
    }

    TEST_CASE("whatever is opened can be recorded, and the recording replayed") {
        const TemporaryDirectory directory;
        const auto first = "replay:" + directory.write("first", one_command);
        const auto second = (directory.path() / "second").string();
        {
            const auto transport = open_transport(first, {.record_to = second});
            REQUIRE(transport);
            CHECK((*transport)->execute({.cdb = scsi::Cdb(0x00, 6)}));
        }
        const auto transport = open_transport("replay:" + second);
        REQUIRE(transport);
        CHECK((*transport)->execute({.cdb = scsi::Cdb(0x00, 6)}));
        CHECK_FALSE((*transport)->execute({.cdb = scsi::Cdb(0x00, 6)}));
    }
}
