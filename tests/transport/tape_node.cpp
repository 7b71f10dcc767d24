// SPDX-License-Identifier: Apache-2.0
#include "transport/tape_node.hpp"

#include "transport/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("transport/tape_node");

namespace {

namespace fs = std::filesystem;

/// A sysfs in which /dev/null (1:3) and /dev/zero (1:5) belong to one device, /dev/full (1:7) to
/// another.
struct Tree {
    Tree() {
        for (const auto* device :
             {"devices/one", "devices/other", "dev/char/1:3", "dev/char/1:5", "dev/char/1:7"})
            fs::create_directories(directory.path() / device);
        link("1:3", "one");
        link("1:5", "one");
        link("1:7", "other");
    }

    void link(const std::string& node, const std::string& device) const {
        fs::create_directory_symlink(directory.path() / "devices" / device,
                                     directory.path() / "dev/char" / node / "device");
    }

    TemporaryDirectory directory;
};

} // namespace

TEST_CASE("the node of the same device is opened for reading and writing, and never waits") {
    const Tree tree;
    int used = 0;
    const auto held = TapeNode::hold(
        "/dev/null", "/dev/zero", tree.directory.path(), [&](const std::string& path, int flags) {
            used = flags;
            return ::open(path.c_str(), flags);
        });
    REQUIRE(held);
    CHECK(used == (O_RDWR | O_NONBLOCK | O_CLOEXEC));
    CHECK(TapeNode::hold("/dev/null", "/dev/zero", tree.directory.path()));
}

TEST_CASE("a node that another program has open means that the drive is in use") {
    const Tree tree;
    const auto held = [&](int error) {
        return TapeNode::hold("/dev/null",
                              "/dev/zero",
                              tree.directory.path(),
                              [error](const std::string&, int) { return -error; });
    };
    CHECK(held(EBUSY).error().code == Code::drive_in_use);
    CHECK(held(EBUSY).error().what == "another program has /dev/null open");
    CHECK(held(EACCES).error().code == Code::access_denied);
    CHECK(held(ENXIO).error().code == Code::device_not_available);
    CHECK(held(ENOENT).error().code == Code::device_not_available);
}

TEST_CASE("a node of another device, or of none, does not hold the drive") {
    const Tree tree;
    const auto code = [&](const std::string& node, const std::string& generic) {
        const auto held = TapeNode::hold(node, generic, tree.directory.path());
        REQUIRE_FALSE(held);
        return held.error().code;
    };
    CHECK(code("/dev/full", "/dev/zero") == Code::device_not_available);
    CHECK(code("/dev/null", "/dev/full") == Code::device_not_available);
    CHECK(code("/dev/null", "/dev/no-such-node") == Code::device_not_available);
    CHECK(code("/dev/no-such-node", "/dev/zero") == Code::device_not_available);
    const auto file = tree.directory.write("plain", "");
    CHECK(code(file, file) == Code::device_not_available);
    fs::remove_all(tree.directory.path() / "dev");
    CHECK(code("/dev/null", "/dev/zero") == Code::device_not_available);
}

TEST_SUITE_END();
