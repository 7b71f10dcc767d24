// SPDX-License-Identifier: Apache-2.0
#include "daemon/drive_finder.hpp"

#include "drive_machine.hpp"
#include "temp_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace changer;
using namespace changer::daemon;
using namespace changer::test;
using scsi::ElementAddress;

TEST_SUITE_BEGIN("daemon/drive_finder");

namespace {

scsi::ElementStatus bay(unsigned address, std::string_view serial = "") {
    scsi::ElementStatus element{.type = scsi::ElementType::data_transfer,
                                .address = ElementAddress(static_cast<std::uint16_t>(address))};
    if (!serial.empty())
        element.identifier =
            scsi::DeviceIdentifier{.identifier = "IBM     ULT3580-TD8     " + std::string(serial)};
    return element;
}

DrivePath way(const std::string& device, const std::string& serial, bool held = true) {
    DrivePath path{.device = device, .vendor = "IBM", .product = "ULT3580-TD8", .serial = serial};
    if (held)
        path.tape_node = "/dev/nst-of-" + serial;
    return path;
}

/// Why each bay's drive is barred; of one that is not, the way to it.
std::vector<std::string> found(const std::vector<scsi::ElementStatus>& bays,
                               const DrivePaths& paths,
                               const std::vector<DriveConfig>& configured = {}) {
    std::vector<std::string> lines;
    for (const FoundDrive& drive : find_drives(bays, paths, configured)) {
        CHECK(drive.reach.barred == drive.target.barred);
        lines.push_back(drive.reach.barred.empty() ? drive.target.device : drive.reach.barred);
    }
    return lines;
}

} // namespace

TEST_CASE("drives are found by the library's word, whatever the order of the configuration") {
    const DrivePaths paths{.paths = {way("sg1", "B2"), way("sg2", "A1")}};
    CHECK(found({bay(256, "A1"), bay(257, "B2")}, paths) == Lines{"sg2", "sg1"});
    CHECK(found({bay(256, "A1"), bay(257, "B2")}, paths, {{.device = "sg1"}, {.device = "sg2"}}) ==
          Lines{"sg2", "sg1"});
    const auto drives = find_drives(std::vector{bay(256, "A1")}, paths, {});
    REQUIRE(drives.size() == 1);
    CHECK(drives[0].reach.address == ElementAddress{256});
    CHECK(drives[0].reach.product == "ULT3580-TD8");
    CHECK(drives[0].target ==
          DriveTarget{.device = "sg2", .tape_node = "/dev/nst-of-A1", .serial = "A1"});
}

TEST_CASE(
    "where nobody says which drive it is the order of a list does not, but its element does") {
    const DrivePaths paths{.paths = {way("sg1", "B2")}};
    CHECK(found({bay(256)}, paths, {{.device = "sg1"}}).at(0).starts_with("nothing says which"));
    CHECK(found({bay(256), bay(257)}, paths, {{.device = "sg1", .element = ElementAddress{257}}})
              .at(1) == "sg1");
}

TEST_CASE("a drive that is not here, and one that contradicts itself, say so") {
    CHECK(found({bay(256, "C3")}, {.paths = {way("sg1", "B2")}}) ==
          Lines{"the library names it \"IBM     ULT3580-TD8     C3\", and no drive that this host "
                "sees is that one"});
    CHECK(found({bay(256)}, {.paths = {}, .unreachable = {{"iscsi://x/y/1", "no route"}}})
              .at(0)
              .ends_with("; iscsi://x/y/1 could not be asked: no route"));
    const auto elsewhere = found({bay(256, "A1"), bay(257, "B2")},
                                 {.paths = {way("sg1", "A1"), way("sg2", "B2")}},
                                 {{.device = "sg1", .element = ElementAddress{257}}});
    CHECK(elsewhere.at(1).find("the configuration has sg1") == 0);
    CHECK(found({bay(256, "A1")},
                {.paths = {way("sg1", "A1")}},
                {{.device = "sg1", .serial = "Z9"}}) ==
          Lines{"the configuration says that the serial number of sg1 is Z9, it says \"A1\""});
}

TEST_CASE("a drive that cannot be held is used only if the configuration says that it is ours") {
    const DrivePaths paths{.paths = {way("url", "A1", false)}};
    CHECK(found({bay(256, "A1")}, paths).at(0).find("\"exclusive\": true") != std::string::npos);
    CHECK(found({bay(256, "A1")}, paths, {{.device = "url", .exclusive = true}}) == Lines{"url"});
}

TEST_CASE("of several ways one that can be held is taken, of these the configured one") {
    const DrivePaths paths{.paths = {way("url", "A1", false), way("sg1", "A1"), way("sg2", "A1")}};
    CHECK(found({bay(256, "A1")}, paths, {{.device = "url"}}) == Lines{"sg1"});
    CHECK(found({bay(256, "A1")}, paths, {{.device = "sg2"}}) == Lines{"sg2"});
}

TEST_CASE("configured drives are asked who they are, once; who does not answer is named") {
    DriveMachine machine;
    const std::vector<DriveConfig> configured{{.device = "drive:2"}, {.device = "gone"}};
    const auto first = machine.collect(configured);
    REQUIRE(first.paths.size() == 1);
    CHECK(first.paths[0].device == "drive:2");
    CHECK_FALSE(first.paths[0].serial.empty());
    CHECK_FALSE(first.paths[0].tape_node);
    CHECK(first.unreachable.at("gone") == "no such device");
    CHECK(machine.asked == Lines{"drive:2", "gone"});
    machine.asked.clear();
    CHECK(machine.collect(configured, first.paths).paths == first.paths);
    CHECK(machine.asked == Lines{"gone"});
}

TEST_CASE("a link leads to the node that the kernel lists, and only tape drives are drives") {
    DriveMachine machine;
    const TempDirectory directory;
    DiscoveredDevice changer_device;
    changer_device.sg_node = directory / "drive:1";
    changer_device.type = scsi::DeviceType::changer;
    DiscoveredDevice tape_device;
    tape_device.sg_node = directory / "drive:2";
    tape_device.type = scsi::DeviceType::tape;
    tape_device.serial = "A1";
    tape_device.tape_node = directory / "nst0";
    machine.listed = {changer_device, tape_device};
    for (const char* node : {"drive:2", "nst0", "st0", "nst0a", "nst01"}) {
        CAPTURE(node);
        std::ofstream(directory / node).put('x');
        const std::string link = directory / "link";
        std::filesystem::remove(link);
        std::filesystem::create_symlink(directory / node, link);
        const auto found = machine.collect({{.device = link}});
        const bool another = std::string_view(node) == "nst01";
        REQUIRE(found.paths.size() == 1);
        CHECK(found.paths[0].device == directory / "drive:2");
        CHECK((found.unreachable.count(link) == 1) == another);
        CHECK((found.paths[0].names == Lines{link}) == !another);
    }
}

TEST_SUITE_END();
