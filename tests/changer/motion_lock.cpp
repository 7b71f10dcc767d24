// SPDX-License-Identifier: Apache-2.0
#include "changer/motion_lock.hpp"

#include "transport/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>

using namespace changer;

TEST_SUITE_BEGIN("changer/motion_lock");

TEST_CASE("one program at a time holds the lock of a changer, and gives it back") {
    const test::TemporaryDirectory directory;
    auto first = MotionLock::take(directory.path(), "SERIAL1");
    REQUIRE(first);
    const auto second = MotionLock::take(directory.path(), "SERIAL1");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::busy);
    CHECK(MotionLock::take(directory.path(), "SERIAL2"));
    { const MotionLock given_back = *std::move(first); }
    CHECK(MotionLock::take(directory.path(), "SERIAL1"));
}

TEST_CASE("any user may take the lock that another one made") {
    const test::TemporaryDirectory directory;
    const mode_t before = ::umask(077);
    CHECK(MotionLock::take(directory.path(), "S"));
    ::umask(before);
    const auto mode = std::filesystem::status(directory.path() / "changer-S.lock").permissions();
    CHECK((mode & std::filesystem::perms::mask) == std::filesystem::perms{0666});
}

TEST_CASE("whatever a key consists of, its file is one of its own in the directory") {
    const test::TemporaryDirectory directory;
    CHECK(MotionLock::take(directory.path(), "../../etc/passwd"));
    CHECK(MotionLock::take(directory.path(), "iscsi://h:3260/iqn.2026-01.x:y/0"));
    CHECK(MotionLock::take(directory.path(), std::string(1000, 'x')));
    CHECK(MotionLock::take(directory.path(), ""));
    CHECK(std::filesystem::exists(directory.path() / "changer-..%2F..%2Fetc%2Fpasswd.lock"));
    CHECK(motion_lock_key("/dev/sg3", "S1") == "S1");
    CHECK(motion_lock_key("iscsi://h/t/0", "") == "iscsi://h/t/0");
}

TEST_CASE("a lock that cannot be taken is refused with the file's name, never passed over") {
    const test::TemporaryDirectory directory;
    const auto nowhere = MotionLock::take(directory.path() / "absent", "S");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().what.find("absent/changer-S.lock") != std::string::npos);
    std::filesystem::create_symlink("/etc/passwd", directory.path() / "changer-T.lock");
    const auto link = MotionLock::take(directory.path(), "T");
    REQUIRE_FALSE(link);
    CHECK(link.error().code == Code::failed);
}
