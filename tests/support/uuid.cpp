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
        // RFC 9562 appendix B.2
        CHECK(to_string(name_uuid(dns, "www.example.com")) ==
              "5c146b14-3c52-8afd-938a-375d0df1fbf6");
        // what Python's hashlib gives, for names that fill one block and begin another
        CHECK(to_string(name_uuid(dns, "")) == "4ebc3bf9-4458-8d83-baae-f9d9dc2ad979");
        CHECK(to_string(name_uuid(dns, std::string(39, 'a'))) ==
              "0fe1ab4a-3190-877d-92ec-ac023b6c09e3");
        CHECK(to_string(name_uuid(dns, std::string(40, 'a'))) ==
              "9f55dc01-1a87-8a2d-9f20-7c2af6c0a638");
        CHECK(to_string(name_uuid(dns, std::string(200, 'a'))) ==
              "ebf9f6f1-516e-8e15-8fb4-21f0ab3ed958");
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
