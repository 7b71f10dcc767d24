// SPDX-License-Identifier: Apache-2.0
#include "daemon/access.hpp"

#include <doctest/doctest.h>

using namespace changer::daemon;

TEST_SUITE_BEGIN("daemon/access");

TEST_CASE("root and the daemon's own user have every right, everybody else none") {
    const Access access(995);
    const Rights all{.use = true, .modify = true, .control = true};
    CHECK(access.rights({.uid = 0}, "main") == all);
    CHECK(access.rights({.uid = 995}, "main") == all);
    CHECK(access.rights({.uid = 1000, .gid = 0, .groups = {0, 995}}, "main") == Rights{});
    CHECK_FALSE(access.admitted({.uid = 1000}));
}

TEST_CASE("the id that stands for unknown users never matches, not even as the daemon's own") {
    CHECK_FALSE(Access(65534).admitted({.uid = 65534}));
    CHECK_FALSE(Access(static_cast<uid_t>(-1)).admitted({}));
}

TEST_SUITE_END();
