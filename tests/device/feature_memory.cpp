// SPDX-License-Identifier: Apache-2.0
#include "device/feature_memory.hpp"

#include "device/scripted_device.hpp"
#include "scsi/spc/test_unit_ready.hpp"

#include <set>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("device/feature_memory");

namespace {

const Identity robot{.type = scsi::DeviceType::changer,
                     .vendor = "ACME",
                     .product = "ROBOT 9",
                     .revision = "0100",
                     .serial = "S1"};

/// Every member set, each to something else than its neighbour.
std::vector<Fact> all_facts() {
    return {{"mode_sense_6", "yes"},
            {"disable_block_descriptors", "no"},
            {"volume_tags", "yes"},
            {"current_data", "no"},
            {"device_identifiers", "yes"},
            {"identifiers_with_tags", "no"},
            {"alerts", "yes"},
            {"prevent", "no"},
            {"access_flag", "yes"},
            {"rescan", "no"},
            {"rescan_range", "yes"},
            {"legacy_rescan", "no"},
            {"exchange", "yes"},
            {"tag_search", "no"},
            {"position", "yes"},
            {"open_close", "no"},
            {"command_timeouts", "yes"},
            {"transfer_limit_bytes", "32767"}};
}

} // namespace

TEST_CASE("what is not known is not written down") {
    CHECK(facts_of(FeatureMemory{}).empty());
    CHECK(memory_of({}) == FeatureMemory{});
}

TEST_CASE("what is written down is read back, each fact by a name of its own") {
    const std::vector<Fact> facts = all_facts();
    const FeatureMemory memory = memory_of(facts);
    CHECK(facts_of(memory) == facts);
    CHECK(memory.exchange == Support::yes);
    CHECK(memory.legacy_rescan == Support::no);
    CHECK(memory.transfer_limit_bytes == 32767);
    std::set<std::string> names;
    for (const Fact& fact : facts) {
        CAPTURE(fact.name);
        CHECK(names.insert(fact.name).second);
        const std::vector<Fact> one{fact};
        CHECK(facts_of(memory_of(one)) == one);
    }
}

TEST_CASE("names and values that nobody knows say nothing") {
    for (const Fact& fact : std::vector<Fact>{{"exchange", "maybe"},
                                              {"exchange", ""},
                                              {"teleport", "yes"},
                                              {"transfer_limit_bytes", "yes"},
                                              {"transfer_limit_bytes", "511"},
                                              {"transfer_limit_bytes", "16777216"},
                                              {"transfer_limit_bytes", "4096 "},
                                              {"transfer_limit_bytes", "-1"}}) {
        CAPTURE(fact.name);
        CAPTURE(fact.value);
        CHECK(memory_of(std::vector{fact}) == FeatureMemory{});
    }
}

TEST_CASE("what was learned holds for that device with that firmware, and no other") {
    const LearnedFeatures learned = learned_features(robot, memory_of(all_facts()));
    CHECK(memory_for(robot, learned) == memory_of(all_facts()));
    for (auto member :
         {&Identity::vendor, &Identity::product, &Identity::revision, &Identity::serial}) {
        Identity other = robot;
        other.*member += "X";
        CHECK(memory_for(other, learned) == FeatureMemory{});
    }
}

TEST_CASE("a device is opened with what an earlier run has learned of it") {
    Identity same = robot;
    same.serial.clear(); // the scripted device has no VPD pages
    const auto opened = [](const LearnedFeatures& learned) {
        ManualClock clock;
        ScriptedTransport transport;
        expect_identity(transport);
        const auto device = Device::open(
            transport, clock, Quirks::builtin(), scsi::DeviceType::changer, {.learned = learned});
        REQUIRE(device);
        return device->features();
    };
    CHECK(opened(learned_features(same, memory_of(all_facts()))) == memory_of(all_facts()));
    same.revision = "0099";
    CHECK(opened(learned_features(same, memory_of(all_facts()))) == FeatureMemory{});
}

TEST_CASE("new firmware ends what the old one has taught, and the quirks are looked up anew") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    device.features() = memory_of(all_facts());
    const Command ready{.cdb = encode(scsi::TestUnitReady{})};
    transport.expect(test_unit_ready, check_condition({0x6, 0x3F, 0x01})).expect(test_unit_ready);
    REQUIRE(device.query(ready));
    CHECK(device.features() == FeatureMemory{});
    CHECK(device.identity().revision == "0100");
    scsi::InquiryData updated = some_changer();
    updated.revision = "0200";
    expect_identity(transport, updated);
    REQUIRE(device.refresh_identity());
    CHECK(device.identity().revision == "0200");
    REQUIRE(device.refresh_identity()); // nothing to do: nothing is sent
}

TEST_CASE("another device behind the same path is not taken for the one that was opened") {
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
    transport.expect(test_unit_ready, check_condition({0x6, 0x3F, 0x03})).expect(test_unit_ready);
    REQUIRE(device.query({.cdb = encode(scsi::TestUnitReady{})}));
    scsi::InquiryData other = some_changer();
    other.product = "ROBOT 10";
    expect_identity(transport, other);
    expect_identity(transport, other);
    for (int i = 0; i < 2; ++i) {
        const auto refreshed = device.refresh_identity();
        REQUIRE_FALSE(refreshed);
        CHECK(refreshed.error().code == Code::device_not_available);
        CHECK(refreshed.error().what.find("ROBOT 10") != std::string::npos);
    }
}

TEST_SUITE_END();
