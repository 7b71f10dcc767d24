// SPDX-License-Identifier: Apache-2.0
#include "device/mode_page.hpp"

#include "device/scripted_device.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("device/mode_page");

namespace {

constexpr std::string_view six = "1a081d00ff00";
constexpr std::string_view six_with_descriptors = "1a001d00ff00";
constexpr std::string_view ten = "5a081d0000000000ff00";
constexpr std::string_view ten_with_descriptors = "5a001d0000000000ff00";
constexpr std::string_view page = "1d12 0001 0001 0400 0018 0010 0004 0100 0002 0000";
const std::string six_answer = "17000000" + std::string(page);
const std::string ten_answer = "001a000000000000" + std::string(page);

struct Opened {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
};

} // namespace

TEST_CASE("a mode page is asked for in the usual way, and in that way from then on") {
    Opened it;
    it.transport.expect(six, six_answer).expect(six, six_answer);
    for (int i = 0; i < 2; ++i) {
        const auto read = read_mode_page(it.device, 0x1D);
        REQUIRE(read);
        CHECK(read->content.size() == 18);
    }
    CHECK(it.device.features().disable_block_descriptors == Support::yes);
}

TEST_CASE("a device that refuses DBD is asked without, and remembered") {
    Opened it;
    it.transport.expect(six, check_condition({0x5, 0x24, 0x00}));
    it.transport.expect(six_with_descriptors, "1f000008 0000000000000000" + std::string(page));
    it.transport.expect(six_with_descriptors, six_answer);
    CHECK(read_mode_page(it.device, 0x1D));
    CHECK(it.device.features().disable_block_descriptors == Support::no);
    CHECK(read_mode_page(it.device, 0x1D));
}

TEST_CASE("a device without MODE SENSE(6) is asked with MODE SENSE(10), and remembered") {
    Opened it;
    it.transport.expect(six, check_condition({0x5, 0x20, 0x00}));
    it.transport.expect(six_with_descriptors, check_condition({0x5, 0x20, 0x00}));
    it.transport.expect(ten, ten_answer).expect(ten, ten_answer);
    CHECK(read_mode_page(it.device, 0x1D));
    CHECK(it.device.features().mode_sense_6 == Support::no);
    CHECK(read_mode_page(it.device, 0x1D));
}

TEST_CASE("a page that no way yields is refused with the first refusal") {
    Opened it;
    it.transport.expect(six, check_condition({0x5, 0x24, 0x00}));
    it.transport.expect(six_with_descriptors, "03000000");
    it.transport.expect(six_with_descriptors, "03000000");
    it.transport.expect(ten, check_condition({0x5, 0x20, 0x00}));
    it.transport.expect(ten_with_descriptors, "").expect(ten_with_descriptors, "");
    const auto read = read_mode_page(it.device, 0x1D);
    REQUIRE_FALSE(read);
    CHECK(read.error().sense == Sense{0x5, 0x24, 0x00});
    CHECK(it.device.features().mode_sense_6 == Support::unknown);
}

TEST_CASE("an answer that was garbled once says nothing of the way it was asked for") {
    Opened it;
    it.transport.expect(six, "ffffffff").expect(six, six_answer);
    CHECK(read_mode_page(it.device, 0x1D));
    CHECK(it.device.features().disable_block_descriptors == Support::yes);
}

TEST_CASE("a device that is not ready has refused no way of asking") {
    Opened it;
    it.transport.expect(six, check_condition({0x2, 0x04, 0x01}));
    const auto read = read_mode_page(it.device, 0x1D);
    REQUIRE_FALSE(read);
    CHECK(read.error().sense == Sense{0x2, 0x04, 0x01});
}

TEST_SUITE_END();
