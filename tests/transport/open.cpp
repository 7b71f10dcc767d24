// SPDX-License-Identifier: Apache-2.0
#include "open/open.hpp"

#include "temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::TemporaryDirectory;

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
