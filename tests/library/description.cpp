// SPDX-License-Identifier: Apache-2.0
#include "library/description.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;
using Json = nlohmann::json;

TEST_SUITE("library/description") {
    TEST_CASE("a line is what a terminal shows as it is, of 256 bytes at most") {
        for (const char* text : {"", "Top drive", "Jahresabschluß", "\xC2\xA0", "\xE2\x82\xAC"}) {
            CAPTURE(text);
            CHECK(is_line(text));
        }
        for (int byte = 0; byte < 0x20; ++byte) {
            CAPTURE(byte);
            CHECK_FALSE(is_line(std::string("a") + static_cast<char>(byte)));
        }
        CHECK_FALSE(is_line("\x7F"));
        CHECK_FALSE(is_line("\xC2\x9B"
                            "31m")); // CSI in one character
        CHECK_FALSE(is_line("\xC2\x80"));
        CHECK(is_line(std::string(256, 'x')));
        CHECK_FALSE(is_line(std::string(257, 'x')));
    }

    TEST_CASE("what a patch leaves out stays; null and an empty text take away") {
        const Description before{"Top", "the fast one"};
        CHECK(*with(before, {{"name", "Upper"}}) == Description{"Upper", "the fast one"});
        CHECK(*with(before, {{"name", nullptr}}) == Description{"", "the fast one"});
        CHECK(*with(before, {{"name", ""}, {"description", ""}}) == Description{});
    }

    TEST_CASE("a patch of another form is refused, and says what is wrong") {
        const auto what = [](const Json& patch) {
            const auto refused = with({}, patch);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == Code::invalid_parameter);
            return refused.error().what;
        };
        for (const char* none : {"null", "[]", "{}", "1", "\"name\""})
            what(Json::parse(none));
        CHECK(what({{"name", "x"}, {"colour", "red"}}).find("'colour'") != std::string::npos);
        CHECK(what({{"name", 5}}).find("'name'") != std::string::npos);
        CHECK(what({{"name", true}}).find("256") != std::string::npos);
        CHECK(what({{"description", "two\nlines"}}).find("'description'") != std::string::npos);
        CHECK(what({{"description", std::string(257, 'x')}}).find("256") != std::string::npos);
    }

    TEST_CASE("its document reads as it was written, and one that is damaged does not") {
        const Description it{"Top", "the fast one"};
        CHECK(*description_from_json(to_json(it)) == it);
        for (const Json& document : {Json(),
                                     Json::array(),
                                     Json{{"name", 5}},
                                     Json{{"name", "a\tb"}, {"description", ""}},
                                     Json{{"name", std::string(257, 'x')}, {"description", ""}}}) {
            CAPTURE(document.dump());
            const auto read = description_from_json(document);
            REQUIRE_FALSE(read);
            CHECK(read.error().code == Code::malformed_document);
        }
    }
}
