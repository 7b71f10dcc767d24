// SPDX-License-Identifier: Apache-2.0
#include "library/element.hpp"
#include "library/media.hpp"

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

} // namespace

TEST_SUITE("library/documents") {
    TEST_CASE("an element reads back as it was written") {
        CHECK(*element_from_json(to_json(full_element())) == full_element());
        CHECK(*element_from_json(to_json(Element{})) == Element{});
    }

    TEST_CASE("a cartridge reads back as it was written") {
        CHECK(*media_from_json(to_json(full_media())) == full_media());
        CHECK(*media_from_json(to_json(Media{.id = "x"})) == Media{.id = "x"});
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
            REQUIRE_FALSE(element_from_json(wrong));
            CHECK(element_from_json(wrong).error().code == Code::malformed_document);
        }
        const auto media = to_json(full_media());
        for (const auto& field : media.items()) {
            const auto& key = field.key();
            CAPTURE(key);
            if (key == "schema" || key == "label")
                continue;
            auto wrong = media;
            wrong[key] = nlohmann::json::array({1});
            CHECK_FALSE(media_from_json(wrong));
        }
        CHECK_FALSE(element_from_json(nlohmann::json::array()));
        CHECK_FALSE(media_from_json("text"));
        auto out_of_range = element;
        out_of_range["address"] = 65536;
        CHECK_FALSE(element_from_json(out_of_range));
    }
}
