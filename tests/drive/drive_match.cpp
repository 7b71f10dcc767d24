// SPDX-License-Identifier: Apache-2.0
#include "drive/drive_match.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace changer;
using scsi::ElementAddress;
using By = DriveMatch::By;

TEST_SUITE_BEGIN("drive/drive_match");

namespace {

/// What a library says of a drive: vendor (8), product (16) and serial number, or nothing.
scsi::ElementStatus element(unsigned address, std::string_view serial = "") {
    scsi::ElementStatus drive{.type = scsi::ElementType::data_transfer,
                              .address = ElementAddress(static_cast<std::uint16_t>(address))};
    if (!serial.empty())
        drive.identifier = scsi::DeviceIdentifier{.identifier = "IBM     ULT3580-TD8     " +
                                                                std::string(serial) + "  "};
    return drive;
}

DrivePath path(const std::string& device, const std::string& serial = "") {
    return {.device = device, .vendor = "IBM", .product = "ULT3580-TD8", .serial = serial};
}

DrivePath path_at(const std::string& device, unsigned address, const std::string& serial = "") {
    DrivePath drive = path(device, serial);
    drive.element_address = ElementAddress(static_cast<std::uint16_t>(address));
    return drive;
}

ConfiguredDrive configured(unsigned address, const std::string& device) {
    return {ElementAddress(static_cast<std::uint16_t>(address)), device};
}

/// What was found, in one line for each element: how, by which devices, or why not.
std::string found(const std::vector<scsi::ElementStatus>& elements,
                  const std::vector<DrivePath>& paths,
                  const std::vector<ConfiguredDrive>& configuration = {}) {
    std::string text;
    for (const DriveMatch& match : match_drives(elements, paths, configuration)) {
        text += text.empty() ? "" : "; ";
        text += name(match.by);
        for (const DrivePath& each : match.paths)
            text += " " + each.device;
        text += match.foreign ? " foreign" : "";
        text += match.contradiction.empty() ? "" : ": " + match.contradiction;
        CHECK(match.usable() == (!match.paths.empty() && match.contradiction.empty()));
    }
    return text;
}

} // namespace

TEST_CASE("the library's word finds the drive by its serial number, in every form it is told") {
    CHECK(found({element(0x100, "A1"), element(0x101, "B2")},
                {path("sg2", "B2"), path("sg1", "A1")}) == "identifier sg1; identifier sg2");
    scsi::ElementStatus alone = element(0x100);
    alone.identifier = scsi::DeviceIdentifier{.type = 0, .identifier = "A1        "};
    CHECK(found({alone}, {path("sg1", "A1")}) == "identifier sg1");
    DrivePath by_designator = path("sg1");
    by_designator.designators = {"IBM     ULT3580-TD8     A1"};
    CHECK(found({element(0x100, "A1")}, {by_designator}) == "identifier sg1");
    CHECK(found({alone}, {by_designator}) == "identifier sg1");
    by_designator.designators = {"t10.IBM     ULT3580-TD8     A1  "};
    CHECK(found({alone}, {by_designator}) == "identifier sg1");
    by_designator.designators = {"naa.500507607b811e08"};
    scsi::ElementStatus binary = element(0x100);
    binary.identifier = scsi::DeviceIdentifier{
        .code_set = 1, .type = 3, .identifier = "\x50\x05\x07\x60\x7B\x81\x1E\x08"};
    CHECK(found({binary}, {by_designator}) == "identifier sg1");
    CHECK(found({binary}, {path("sg1", "A1")}) == "nothing foreign");
}

TEST_CASE("a part of a serial number is another serial number") {
    CHECK(found({element(0x100, "A1")}, {path("sg1", "A12")}) == "nothing foreign");
    CHECK(found({element(0x100, "A12")}, {path("sg1", "A1")}) == "nothing foreign");
    DrivePath by_designator = path("sg1");
    by_designator.designators = {"IBM     ULT3580-TD8     XA1"};
    CHECK(found({element(0x100, "A1")}, {by_designator}) == "nothing foreign");
}

TEST_CASE("paths of one serial number are one drive") {
    CHECK(found({element(0x100, "A1")},
                {path("sg1", "A1"), path("sg2", "B2"), path("sg3", "A1")}) == "identifier sg1 sg3");
    CHECK(found({element(0x100)}, {path("sg1"), path("sg2")}, {configured(0x100, "sg2")}) ==
          "configuration sg2"); // without a number each is its own
}

TEST_CASE("where the library does not name its drive, the drive's own word counts") {
    CHECK(found({element(0x100), element(0x101)}, {path_at("sg1", 0x101), path_at("sg2", 0x100)}) ==
          "element_address sg2; element_address sg1");
    // Another library's drive has the same address: where the name is known it decides alone.
    CHECK(found({element(0x100, "A1")}, {path_at("sg1", 0x100, "X9")}) == "nothing foreign");
    CHECK(found({element(0x100, "A1"), element(0x101)}, {path_at("sg1", 0x100, "A1")}) ==
          "identifier sg1; nothing");
}

TEST_CASE("the configuration comes last, and by any name of the drive") {
    DrivePath drive = path("sg1");
    drive.tape_node = "/dev/nst0";
    drive.names = {"/dev/tape/by-id/scsi-A1"};
    for (const auto* called : {"sg1", "/dev/nst0", "/dev/tape/by-id/scsi-A1"})
        CHECK(found({element(0x100)}, {drive}, {configured(0x100, called)}) == "configuration sg1");
    CHECK(found({element(0x100)}, {drive}, {configured(0x100, "sg2")}) == "nothing");
    CHECK(found({element(0x100)}, {drive}, {configured(0x101, "sg1")}) == "nothing");
    CHECK(found({element(0x100, "A1")}, {drive}, {configured(0x100, "sg1")}) ==
          "configuration sg1"); // it has no name that could be another
    CHECK(found({element(0x100, "A1")}, {path("sg1", "A1")}, {configured(0x100, "sg1")}) ==
          "identifier sg1");
}

TEST_CASE("a drive cabled to another host is foreign, an empty bay is nothing") {
    CHECK(found({element(0x100, "A1"), element(0x101)}, {}) == "nothing foreign; nothing");
    CHECK(found({}, {path("sg1", "A1")}).empty());
    scsi::ElementStatus slot = element(0x400, "A1");
    slot.type = scsi::ElementType::storage;
    CHECK(found({slot}, {path("sg1", "A1")}).empty());
}

TEST_CASE("a contradiction bars the drive and says why") {
    CHECK(found({element(0x100, "A1")}, {path_at("sg1", 0x101, "A1")}) ==
          "identifier sg1: the library has sg1 (A1) at @256, the drive says @257");
    CHECK(found({element(0x100, "A1"), element(0x101, "A1")}, {path("sg1", "A1")}) ==
          "identifier sg1: sg1 (A1) is found both at @256 and at @257; "
          "identifier sg1: sg1 (A1) is found both at @256 and at @257");
    CHECK(found({element(0x100)}, {path_at("sg1", 0x100), path_at("sg2", 0x100)}) ==
          "nothing: sg1 and sg2 both say that they are at @256: configure which is");
    CHECK(found({element(0x100, "A1")}, {path("sg1", "B2")}, {configured(0x100, "sg1")}) ==
          "configuration sg1: the configuration has sg1 (B2) at @256, the library says that "
          "\"IBM     ULT3580-TD8     A1\" is there");
    CHECK(found({element(0x100, "A1")},
                {path("sg1", "A1"), path("sg2", "B2")},
                {configured(0x100, "sg2")}) ==
          "identifier sg1: the configuration has sg2 (B2) at @256, sg1 is there by the library's "
          "word");
    CHECK(found({element(0x100)}, {path_at("sg1", 0x101, "B2")}, {configured(0x100, "sg1")}) ==
          "configuration sg1: the configuration has sg1 (B2) at @256, the drive says @257");
    CHECK(found({element(0x100, "A1"), element(0x101)},
                {path("sg1", "A1")},
                {configured(0x101, "sg1")}) ==
          "identifier sg1: sg1 (A1) is found both at @256 and at @257; "
          "configuration sg1: sg1 (A1) is found both at @256 and at @257");
    CHECK(found({element(0x100)},
                {path("sg1", "A1"), path("sg2", "B2")},
                {configured(0x100, "sg1"), configured(0x100, "sg2")}) ==
          "configuration sg1: the configuration has sg2 (B2) at @256, sg1 is there by the "
          "configuration");
}

TEST_CASE("two makers may use one number: the maker decides, else nobody") {
    DrivePath other = path("sg2", "A1");
    other.vendor = "HPE";
    CHECK(found({element(0x100, "A1")}, {other, path("sg1", "A1")}) == "identifier sg1");
    scsi::ElementStatus alone = element(0x100);
    alone.identifier = scsi::DeviceIdentifier{.type = 0, .identifier = "A1"};
    CHECK(found({alone}, {other, path("sg1", "A1")}) ==
          "identifier sg1: the library's name for it fits sg2 and sg1 (A1)");
}

TEST_CASE("two drives that say the same place are told apart by the configuration") {
    CHECK(found({element(0x100)},
                {path_at("sg1", 0x100), path_at("sg2", 0x100)},
                {configured(0x100, "sg2")}) == "configuration sg2");
}

TEST_CASE("a tape drive of this machine has the kernel's names") {
    const DiscoveredDevice device{.sg_node = "/dev/sg3",
                                  .type = scsi::DeviceType::tape,
                                  .vendor = "IBM",
                                  .product = "ULT3580-TD8",
                                  .serial = "A1",
                                  .device_ids = {"naa.500507607b811e08"},
                                  .tape_node = "/dev/nst0",
                                  .by_id = "/dev/tape/by-id/scsi-A1"};
    CHECK(drive_path(device) == DrivePath{.device = "/dev/sg3",
                                          .names = {"/dev/tape/by-id/scsi-A1"},
                                          .tape_node = "/dev/nst0",
                                          .vendor = "IBM",
                                          .product = "ULT3580-TD8",
                                          .serial = "A1",
                                          .designators = {"naa.500507607b811e08"}});
}

TEST_SUITE_END();
