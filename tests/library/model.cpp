// SPDX-License-Identifier: Apache-2.0
#include "library/model.hpp"

#include "library/views.hpp"
#include "shelf.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;

TEST_SUITE("library/model") {
    TEST_CASE("one mark makes all elements stale, and one complete read confirms them") {
        Shelf shelf;
        shelf.put(shelf.slot(1), "A00001");
        Model model("main");
        read_all(model, shelf);
        const auto kind = [&](scsi::ElementType type) {
            return model.provenance(*model.element(type, 1)).kind;
        };
        CHECK_FALSE(model.stale());
        model.mark_mail_stale(read_time, "mail slot opened");
        CHECK(kind(scsi::ElementType::import_export) == Knowledge::stale);
        CHECK(kind(scsi::ElementType::storage) == Knowledge::observed);
        model.mark_stale(read_time, "door opened");
        CHECK(model.stale());
        CHECK(kind(scsi::ElementType::storage) == Knowledge::stale);
        CHECK(model.provenance(*model.element(scsi::ElementType::storage, 1)).by == "door opened");
        CHECK(read_all(model, shelf, "main-7").elements.empty());
        CHECK(kind(scsi::ElementType::import_export) == Knowledge::observed);
        CHECK(model.provenance(*model.element(scsi::ElementType::storage, 1)).by == "main-7");
    }

    TEST_CASE("marks survive as a document") {
        Model model("main");
        model.mark_complete(read_time, "main-1");
        model.mark_stale(read_time, "reset");
        model.new_media_id();
        CHECK(epoch_from_json(to_json(model.epoch())) == model.epoch());
    }

    TEST_CASE("a barcode that changes is found under the new one only") {
        Model model("main");
        Media media{.id = "main-m1", .barcode = "OLD"};
        model.put(media);
        media.barcode = "NEW";
        model.put(media);
        CHECK(model.with_barcode("OLD").empty());
        CHECK(model.with_barcode("NEW").size() == 1);
    }

    TEST_CASE("views show unknown as null and an offline cartridge without an element") {
        Model model("main");
        CHECK(counts_view(model)["slots"] == nullptr);
        CHECK(inventory_view(model)["at"] == nullptr);
        Shelf shelf;
        shelf.put(shelf.slot(2), "A00001");
        read_all(model, shelf);
        const auto* element = model.element(scsi::ElementType::storage, 2);
        const auto view = element_view(model, *element);
        CHECK(view["type"] == "storage");
        CHECK(view["number"] == 2);
        CHECK(view["source"] == nullptr);
        CHECK(view["provenance"]["kind"] == "observed");
        CHECK(counts_view(model)["slots_full"] == 1);
        shelf.take(shelf.slot(2));
        read_all(model, shelf);
        const auto media = media_view(model, *model.with_barcode("A00001").front());
        CHECK(media["state"] == "offline");
        CHECK(media["element"] == nullptr);
        CHECK(media["home"]["number"] == 2);
        CHECK(media["last_seen"] == to_rfc3339(read_time));
    }
}
