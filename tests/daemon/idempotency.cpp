// SPDX-License-Identifier: Apache-2.0
#include "daemon/idempotency.hpp"

#include <doctest/doctest.h>

using namespace changer;
using daemon::IdempotencyKeys;

namespace {

constexpr WallTime noon{std::chrono::hours{500000}};

jobs::JobRequest door() {
    return {.operation = jobs::Operation::door};
}

jobs::JobRequest inventory() {
    return {.operation = jobs::Operation::inventory};
}

} // namespace

TEST_SUITE_BEGIN("daemon/idempotency");

TEST_CASE("a key finds its job, for the caller who used it only") {
    IdempotencyKeys keys;
    CHECK(*keys.find("uid:0", "k", door()) == std::nullopt);
    keys.remember("uid:0", "k", door(), "main-1", noon);
    CHECK(*keys.find("uid:0", "k", door()) == "main-1");
    CHECK(*keys.find("uid:1", "k", door()) == std::nullopt);
    const auto other = keys.find("uid:0", "k", inventory());
    REQUIRE_FALSE(other);
    CHECK(other.error().code == Code::invalid_parameter);
    keys.forget("uid:0", "k");
    CHECK(*keys.find("uid:0", "k", door()) == std::nullopt);
}

TEST_CASE("a key survives in its document, and a document that is none does not matter") {
    IdempotencyKeys before;
    const auto change = before.remember("uid:0", "k", door(), "main-1", noon);
    REQUIRE(change.value);
    IdempotencyKeys after;
    after.restore(change.key, *change.value);
    after.restore("idempotency/uid:0/x", "{");
    after.restore("idempotency/uid:0/y", R"({"job": 1})");
    CHECK(*after.find("uid:0", "k", door()) == "main-1");
    CHECK_FALSE(after.find("uid:0", "k", inventory()));
    CHECK(*after.find("uid:0", "x", door()) == std::nullopt);
}

TEST_CASE("a key is dropped after a day and not before") {
    IdempotencyKeys keys;
    const auto change = keys.remember("uid:0", "k", door(), "main-1", noon);
    CHECK(keys.expire(noon + std::chrono::hours{23}).empty());
    const auto dropped = keys.expire(noon + std::chrono::hours{24});
    REQUIRE(dropped.size() == 1);
    CHECK(dropped[0] == jobs::Change{change.key, std::nullopt});
    CHECK(*keys.find("uid:0", "k", door()) == std::nullopt);
}

TEST_SUITE_END();
