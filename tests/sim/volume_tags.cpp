// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"

using namespace changer;
using namespace changer::test;
using scsi::VolumeTagAction;

namespace {

constexpr auto ignoring_sequence = VolumeTagAction::translate_primary_ignoring_sequence;

/// Looks for `wanted`; returns the sense it was refused with, if any.
std::optional<Sense> look_for(Host& host,
                              std::string_view wanted,
                              scsi::SendVolumeTag command = {.action = ignoring_sequence}) {
    const auto data = scsi::encode_volume_tag_template({.volume_identifier = std::string(wanted)});
    const auto done = host.send_data(scsi::encode(command), data);
    if (done.status == scsi::Status::good)
        return std::nullopt;
    return scsi::decode_sense(done.sense)->sense;
}

std::vector<std::string> found(Host& host) {
    const auto answer = scsi::decode_volume_element_addresses(host.data(scsi::encode(
        scsi::RequestVolumeElementAddress{.volume_tags = true, .allocation_length = 65535})));
    REQUIRE(answer);
    std::vector<std::string> tags;
    for (const auto& element : answer->report.elements)
        tags.push_back(element.volume_tag.value_or("-"));
    return tags;
}

} // namespace

TEST_SUITE("sim/volume_tags") {
    TEST_CASE("a search finds cartridges wherever they are, by part of their barcode") {
        Site site;
        CHECK_FALSE(site.host.move(slot(12), drive(1)));
        CHECK_FALSE(look_for(site.host, "VT0012*"));
        CHECK(found(site.host) == std::vector<std::string>{"VT0012L8"});
        CHECK_FALSE(look_for(site.host, "VT001?L8"));
        CHECK(found(site.host).size() == 7);
        CHECK_FALSE(look_for(site.host, "NO*"));
        CHECK(found(site.host).empty());
        CHECK(found(site.host).empty()); // as often as it is asked
    }

    TEST_CASE("a search keeps to its element type and start") {
        Site site;
        CHECK_FALSE(site.host.move(slot(1), drive(1)));
        CHECK_FALSE(
            look_for(site.host,
                     "*",
                     {.type = scsi::ElementType::data_transfer, .action = ignoring_sequence}));
        CHECK(found(site.host) == std::vector<std::string>{"VT0001L8"});
        CHECK_FALSE(look_for(
            site.host,
            "*",
            {.type = scsi::ElementType::storage, .start = slot(16), .action = ignoring_sequence}));
        CHECK(found(site.host) == std::vector<std::string>{"VT0016L8"});
    }

    TEST_CASE("alternate tags are found by those who ask for them") {
        Site site("two-sided");
        const auto count = [&](VolumeTagAction action) {
            CHECK_FALSE(look_for(site.host, "*-B", {.action = action}));
            return found(site.host).size();
        };
        CHECK(count(VolumeTagAction::translate_primary) == 0);
        CHECK(count(VolumeTagAction::translate_alternate) == 16);
        CHECK(count(VolumeTagAction::translate_all) == 16);
        CHECK(count(VolumeTagAction::translate_alternate_ignoring_sequence) == 16);
        CHECK(count(VolumeTagAction::translate_all_ignoring_sequence) == 16);
    }

    TEST_CASE("what is asked in the wrong order, cut, or not possible, is refused") {
        Site site;
        const auto ask = scsi::encode(scsi::RequestVolumeElementAddress{.allocation_length = 4096});
        CHECK(site.host.sense(ask) == Sense{0x5, 0x2C, 0x00});
        const auto cut = Bytes(20);
        const auto done = site.host.send_data(
            scsi::encode(scsi::SendVolumeTag{.action = ignoring_sequence}), cut);
        CHECK(scsi::decode_sense(done.sense)->sense == Sense{0x5, 0x1A, 0x00});
        CHECK(look_for(site.host, "X", {.action = VolumeTagAction::assert_primary}) ==
              Sense{0x5, 0x24, 0x00});
        CHECK(look_for(site.host, "X", {.action = ignoring_sequence, .parameter_list_length = 0}) ==
              Sense{0x5, 0x1A, 0x00});
        CHECK(site.host.sense(ask) == Sense{0x5, 0x2C, 0x00});
        Site blind("no-barcode-reader");
        CHECK(look_for(blind.host, "*") == Sense{0x5, 0x24, 0x00});
        REQUIRE(site.library->open_door());
        CHECK(look_for(site.host, "*") == Sense{0x2, 0x04, 0x18});
    }

    TEST_CASE("each initiator has its own search, and loses it with its nexus") {
        Site site;
        CHECK_FALSE(look_for(site.host, "VT0001*"));
        {
            Host other(site.library, site.clock, "host-b");
            other.attentions();
            CHECK_FALSE(look_for(other, "VT0002*"));
            CHECK(found(other) == std::vector<std::string>{"VT0002L8"});
        }
        CHECK(found(site.host) == std::vector<std::string>{"VT0001L8"});
        Host other(site.library, site.clock, "host-b");
        other.attentions();
        CHECK(other.sense(scsi::encode(scsi::RequestVolumeElementAddress{
                  .allocation_length = 4096})) == Sense{0x5, 0x2C, 0x00});
    }
}
