// SPDX-License-Identifier: Apache-2.0
#include "transport/discovery.hpp"

#include "hex.hpp"
#include "temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace changer;
using changer::test::hex;
using changer::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

/// A sysfs tree cut down to what the scan reads.
class Sysfs {
  public:
    Sysfs() { fs::create_directories(root() / "class/scsi_generic"); }

    fs::path root() const { return directory_.path(); }

    /// Adds a device at an address, with its scsi_generic entry; returns its folder in the tree.
    std::string add(const std::string& address, const std::string& sg, const std::string& type) {
        const auto device = "devices/host/target/" + address;
        directory_.write(device + "/type", type);
        const auto entry = device + "/scsi_generic/" + sg;
        fs::create_directories(root() / entry);
        fs::create_symlink("../..", root() / entry / "device");
        fs::create_symlink("../../" + entry, root() / "class/scsi_generic" / sg);
        return device;
    }

    void write(const std::string& name, std::string_view text) const {
        directory_.write(name, text);
    }

    void write(const std::string& name, const Bytes& bytes) const {
        std::string text;
        for (const std::byte b : bytes)
            text += static_cast<char>(b);
        directory_.write(name, text);
    }

    std::vector<DiscoveredDevice> scan() const {
        auto found = scan_sysfs(root(), [](const std::string& node) -> std::optional<std::string> {
            if (node == "sg3")
                return "/dev/tape/by-id/scsi-LIB7-changer";
            if (node == "nst3")
                return "/dev/tape/by-id/scsi-DRV3-nst";
            return std::nullopt;
        });
        REQUIRE(found);
        return *std::move(found);
    }

  private:
    TemporaryDirectory directory_;
};

} // namespace

TEST_SUITE("transport/discovery") {
    TEST_CASE("a changer is listed with all that the kernel keeps of it") {
        Sysfs sysfs;
        const auto device = sysfs.add("4:0:2:1", "sg3", "8\n");
        sysfs.write(device + "/vendor", "IBM     \n");
        sysfs.write(device + "/model", "3573-TL         \n");
        sysfs.write(device + "/rev", "C.20\n");
        sysfs.write(device + "/vpd_pg80", hex("08 80 00 06 30 31 32 33 20 00"));
        sysfs.write(device + "/vpd_pg83",
                    hex("08 83 00 2a"
                        "01 03 00 08 500507630f5a1234" // NAA, of the unit
                        "01 93 00 08 500507630f5a0000" // NAA, of the port: not the unit's name
                        "02 01 00 0e 49424d2020202020 3031323320 20")); // T10 vendor id
        const auto found = sysfs.scan();
        REQUIRE(found.size() == 1);
        CHECK(found[0] ==
              DiscoveredDevice{.sg_node = "/dev/sg3",
                               .type = scsi::DeviceType::changer,
                               .vendor = "IBM",
                               .product = "3573-TL",
                               .revision = "C.20",
                               .serial = "0123",
                               .device_ids = {"naa.500507630f5a1234", "t10.IBM     0123"},
                               .address = {4, 0, 2, 1},
                               .tape_node = std::nullopt,
                               .by_id = "/dev/tape/by-id/scsi-LIB7-changer"});
        CHECK(to_string(found[0].address) == "4:0:2:1");
    }

    TEST_CASE("a tape drive has its no-rewind node, not one of the density variants") {
        Sysfs sysfs;
        const auto device = sysfs.add("4:0:2:0", "sg2", "1\n");
        for (const auto* node : {"nst12a", "nst12l", "nst12m", "nst12", "st12", "st12a"})
            fs::create_directories(sysfs.root() / device / "scsi_tape" / node);
        const auto found = sysfs.scan();
        REQUIRE(found.size() == 1);
        CHECK(found[0].type == scsi::DeviceType::tape);
        CHECK(found[0].tape_node == "/dev/nst12");
        CHECK_FALSE(found[0].by_id);
    }

    TEST_CASE("a tape drive is configured by the link of its no-rewind node") {
        Sysfs sysfs;
        const auto device = sysfs.add("4:0:3:0", "sg4", "1\n");
        fs::create_directories(sysfs.root() / device / "scsi_tape" / "nst3");
        const auto found = sysfs.scan();
        REQUIRE(found.size() == 1);
        CHECK(found[0].by_id == "/dev/tape/by-id/scsi-DRV3-nst");
    }

    TEST_CASE("of a node's links the one that stays and says that it is a changer is chosen") {
        const auto chosen = [](std::vector<std::string> links) { return persistent_link(links); };
        CHECK_FALSE(chosen({}));
        CHECK_FALSE(chosen({"/dev/tape/by-path/pci-0-changer", "/dev/changer"}));
        CHECK(chosen({"/dev/tape/by-id/scsi-3600", "/dev/tape/by-id/scsi-LIB7"}) ==
              "/dev/tape/by-id/scsi-3600");
        CHECK(chosen({"/dev/tape/by-id/scsi-LIB7", "/dev/tape/by-id/scsi-3600"}) ==
              "/dev/tape/by-id/scsi-3600");
        for (const auto& links : {std::vector<std::string>{"/dev/tape/by-id/scsi-3600",
                                                           "/dev/tape/by-id/scsi-3600-changer",
                                                           "/dev/tape/by-id/scsi-LIB7"},
                                  std::vector<std::string>{"/dev/tape/by-path/a-changer",
                                                           "/dev/tape/by-id/scsi-3600-changer",
                                                           "/dev/tape/by-id/scsi-1LIB"}})
            CHECK(chosen(links) == "/dev/tape/by-id/scsi-3600-changer");
    }

    TEST_CASE("changers come first, then drives as they are cabled; other types are left out") {
        Sysfs sysfs;
        sysfs.add("10:0:0:0", "sg0", "1\n");
        sysfs.add("2:0:0:0", "sg1", "1\n");
        sysfs.add("2:0:0:1", "sg2", "8\n");
        sysfs.add("0:0:0:0", "sg4", "0\n");
        sysfs.add("0:0:0:1", "sg5", "13\n");
        std::vector<std::string> nodes;
        for (const auto& device : sysfs.scan())
            nodes.push_back(device.sg_node);
        CHECK(nodes == std::vector<std::string>{"/dev/sg2", "/dev/sg1", "/dev/sg0"});
    }

    TEST_CASE("attributes that are missing or do not decode are left out of the entry") {
        Sysfs sysfs;
        const auto device = sysfs.add("0:0:0:0", "sg0", "8\n");
        sysfs.write(device + "/vpd_pg80", hex("08 80 00 20 41")); // cut short
        sysfs.write(device + "/vpd_pg83", hex("08 83 ff ff 01 03 00 ff 50"));
        const auto found = sysfs.scan();
        REQUIRE(found.size() == 1);
        CHECK(found[0].vendor.empty());
        CHECK_FALSE(found[0].serial);
        CHECK(found[0].device_ids.empty());
    }

    TEST_CASE("entries that make no sense are left out of the list") {
        Sysfs sysfs;
        sysfs.add("0:0:0", "sg0", "8\n");
        sysfs.add("0:0:0:0:0", "sg1", "8\n");
        sysfs.add("0:0:0:1", "sg2", "8x\n");
        sysfs.add("0:0:0:2", "sg3", "");
        sysfs.add("0:0:0:3", "sgx", "8\n");
        fs::create_directory(sysfs.root() / "class/scsi_generic/sg7"); // gone between two looks
        CHECK(sysfs.scan().empty());
    }

    TEST_CASE("a machine without the tree says so") {
        const auto found = scan_sysfs("/nonexistent", udev_link);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == Code::device_not_available);
        CHECK_FALSE(udev_link("sg-no-such-device"));
    }

    TEST_CASE("the serial number of a node is what the kernel kept of it, without a command") {
        Sysfs sysfs;
        // /dev/null is 1:3 everywhere; as a device of this tree it has a page 80h.
        sysfs.write("dev/char/1:3/device/vpd_pg80", hex("08 80 0004 4c494237"));
        CHECK(unit_serial_number_of("/dev/null", sysfs.root()) == "LIB7");
        CHECK(unit_serial_number_of("/dev/zero", sysfs.root()).empty());
        CHECK(unit_serial_number_of("/nonexistent", sysfs.root()).empty());
        CHECK(unit_serial_number_of("/etc/passwd", sysfs.root()).empty());
        sysfs.write("dev/char/1:3/device/vpd_pg80", hex("08 80 0004 4c49"));
        CHECK(unit_serial_number_of("/dev/null", sysfs.root()).empty());
    }
}
