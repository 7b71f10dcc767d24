// SPDX-License-Identifier: Apache-2.0
#include "library/element.hpp"
#include "library/media.hpp"
#include "library/members.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;

namespace {

const WallTime noon{std::chrono::hours{400000}};

Element full_element() {
    Element element;
    element.address = scsi::ElementAddress{0x03E9};
    element.type = scsi::ElementType::data_transfer;
    element.number = 2;
    element.full = true;
    element.accessible = false;
    element.not_present = true;
    element.barcode = "A00001";
    element.media = "main-m1";
    element.source = scsi::ElementAddress{0};
    element.exception = Exception{0x3B, 0x12};
    element.drive_serial = "S1";
    element.provenance = {Knowledge::inferred, noon, "main-4", 17};
    return element;
}

Media full_media() {
    Media media;
    media.id = "main-m1";
    media.barcode = "A00001";
    media.location = scsi::ElementAddress{0};
    media.home_slot = scsi::ElementAddress{5};
    media.last_location = scsi::ElementAddress{6};
    media.cleaner = true;
    media.duplicate = true;
    media.offline_reason = "why";
    media.first_seen = noon;
    media.last_seen = noon;
    return media;
}

template <class Record>
std::string text(const Record& record) {
    return to_json(record).dump();
}

/// Writes down which members come, and what they are asked for.
struct Listed final : MemberTaker {
    void take(std::string_view path, MemberValue& value) override {
        paths += std::string(path) + ' ';
        if (path == asked)
            taken = value.text();
    }

    std::string asked = "nothing";
    std::string paths = {};
    std::optional<std::string> taken = {};
};

std::string paths_of(std::string_view document) {
    Listed listed;
    return read_members(document, listed) ? listed.paths : "refused";
}

} // namespace

TEST_SUITE("library/documents") {
    TEST_CASE("an element reads back as it was written") {
        CHECK(*element_from_text(text(full_element())) == full_element());
        CHECK(*element_from_text(text(Element{})) == Element{});
    }

    TEST_CASE("a cartridge reads back as it was written") {
        CHECK(*media_from_text(text(full_media())) == full_media());
        CHECK(*media_from_text(text(Media{.id = "x"})) == Media{.id = "x"});
    }

    TEST_CASE("a document with a field of the wrong type is refused, whichever field it is") {
        const auto element = to_json(full_element());
        for (const auto& field : element.items()) {
            const auto& key = field.key();
            CAPTURE(key);
            if (key == "schema")
                continue;
            auto wrong = element;
            wrong[key] = nlohmann::json::array({1});
            REQUIRE_FALSE(element_from_text(wrong.dump()));
            CHECK(element_from_text(wrong.dump()).error().code == Code::malformed_document);
        }
        const auto media = to_json(full_media());
        for (const auto& field : media.items()) {
            const auto& key = field.key();
            CAPTURE(key);
            if (key == "schema" || key == "label")
                continue;
            auto wrong = media;
            wrong[key] = nlohmann::json::array({1});
            CHECK_FALSE(media_from_text(wrong.dump()));
        }
        CHECK_FALSE(element_from_text("[]"));
        CHECK_FALSE(media_from_text("\"text\""));
        auto out_of_range = element;
        out_of_range["address"] = 65536;
        CHECK_FALSE(element_from_text(out_of_range.dump()));
    }

    TEST_CASE("no beginning of a document reads as one, nor one with something behind it") {
        for (const auto& whole : {text(full_element()), text(full_media())}) {
            CAPTURE(whole);
            for (std::size_t n = 0; n < whole.size(); ++n) {
                CAPTURE(n);
                CHECK_FALSE(element_from_text(std::string_view(whole).substr(0, n)));
                CHECK_FALSE(media_from_text(std::string_view(whole).substr(0, n)));
            }
            CHECK_FALSE(element_from_text(whole + "}"));
            CHECK_FALSE(media_from_text(whole + "}"));
        }
    }

    TEST_CASE("a number that does not fit is refused, in an object within the document too") {
        const auto element = to_json(full_element());
        for (const char* wrong : {"-1", "1e400", "1.5", "99999999999999999999", "\"7\"", "true"}) {
            CAPTURE(wrong);
            auto changed = element.dump();
            const std::string member = R"("sequence":)";
            const auto at = changed.find(member) + member.size();
            changed.replace(at, changed.find_first_of(",}", at) - at, wrong);
            CHECK_FALSE(element_from_text(changed));
        }
        auto wide = element;
        wide["exception"]["asc"] = 256;
        CHECK_FALSE(element_from_text(wide.dump()));
    }

    TEST_CASE("what a document does not have, or has as null, is not known") {
        const auto bare =
            element_from_text(R"({"address":7,"type":"storage","exception":null,)"
                              R"("barcode":null,"of another version":[{"address":8}]})");
        REQUIRE(bare);
        CHECK(*bare == Element{.address = scsi::ElementAddress{7}});
        CHECK(element_from_text(R"({"address":7,"type":"storage","exception":{}})")->exception ==
              Exception{});
        CHECK_FALSE(element_from_text(R"({"type":"storage"})"));
        CHECK_FALSE(element_from_text(R"({"address":7,"type":"any"})"));
        CHECK_FALSE(media_from_text(R"({"barcode":"A"})"));
    }

    TEST_CASE("members come with their paths, and what is in arrays does not") {
        CHECK(paths_of(R"({"a":1,"b":{"c":2,"d":{"e":3},"f":4},"g":5})") ==
              "a b b/c b/d b/d/e b/f g ");
        CHECK(paths_of(R"({"a":[1,{"b":2},[3]],"c":4})") == "a c ");
        CHECK(paths_of(R"({"b/c":1,"b":{"x/y":2}})") == " b b/ ");
        CHECK(paths_of("{}").empty());
        for (const char* other : {"", "[]", "7", "null", R"(["a"])", "{\"a\":\"\xFF\"}", "{,}"})
            CHECK(paths_of(other) == "refused");
    }

    TEST_CASE("a value that nobody asks for may be anything, one that is asked for may not") {
        Listed listed;
        listed.asked = "a";
        CHECK(read_members(R"({"a":"text","b":1.5})", listed));
        CHECK(listed.taken == "text");
        CHECK_FALSE(read_members(R"({"a":{"text":"a"}})", listed));
        CHECK_FALSE(read_members(R"({"a":["text"]})", listed));
    }
}
