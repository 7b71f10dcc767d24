// SPDX-License-Identifier: Apache-2.0
#include "support/uuid.hpp"

#include <doctest/doctest.h>

using namespace changer;

namespace {

/// RFC 9562 appendix A.4: the name space of host names.
const Uuid dns = *uuid_from_string("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

} // namespace

TEST_SUITE("support/uuid") {
    TEST_CASE("a name gives the identifier that the standard gives") {
        // RFC 9562 appendix A.4
        CHECK(to_string(name_uuid(dns, "www.example.com")) ==
              "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        // what Python's uuid.uuid5 gives, for names that fill one block and begin another
        CHECK(to_string(name_uuid(dns, "")) == "4ebd0208-8328-5d69-8c44-ec50939c0967");
        CHECK(to_string(name_uuid(dns, std::string(39, 'a'))) ==
              "5824f981-4282-59d4-9716-acb6d741350e");
        CHECK(to_string(name_uuid(dns, std::string(40, 'a'))) ==
              "39f39c20-db47-5131-8879-62f8f67f9014");
        CHECK(to_string(name_uuid(dns, std::string(200, 'a'))) ==
              "fe30bfa6-ef90-59b3-b108-118411d0f0ab");
    }

    TEST_CASE("random bytes are marked as such") {
        Uuid ones{};
        ones.fill(0xFF);
        CHECK(to_string(random_uuid(ones)) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
        CHECK(to_string(random_uuid({})) == "00000000-0000-4000-8000-000000000000");
    }

    TEST_CASE("text is read back, and nothing else is taken for an identifier") {
        const std::string text = "6BA7B810-9dad-11d1-80b4-00c04fd430c8";
        CHECK(to_string(*uuid_from_string(text)) == "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        for (std::size_t length = 0; length < text.size(); ++length)
            CHECK_FALSE(uuid_from_string(text.substr(0, length)));
        CHECK_FALSE(uuid_from_string(text + "0"));
        CHECK_FALSE(uuid_from_string("6ba7b8100-dad-11d1-80b4-00c04fd430c8"));
        CHECK_FALSE(uuid_from_string("6ba7b81g-9dad-11d1-80b4-00c04fd430c8"));
    }
}
