// SPDX-License-Identifier: Apache-2.0
#include "jobs/foreign_changes.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::jobs;
using Json = nlohmann::json;

namespace {

const WallTime noon{std::chrono::hours{400000}};

library::DiffEntry moved(std::string barcode) {
    const library::ElementReference slot{scsi::ElementAddress{1000}, scsi::ElementType::storage, 1};
    const library::ElementReference drive{
        scsi::ElementAddress{256}, scsi::ElementType::data_transfer, 2};
    return {library::DiffKind::moved, std::move(barcode), std::nullopt, slot, drive};
}

} // namespace

TEST_SUITE("jobs/foreign_changes") {
    TEST_CASE("the latest are kept, oldest first, and read back as they were written") {
        ForeignChanges changes;
        for (int i = 0; i < 25; ++i)
            changes.add(noon + std::chrono::seconds{i}, {moved("A" + std::to_string(i))});
        REQUIRE(changes.all().size() == ForeignChanges::most);
        CHECK(changes.all().front().diff[0]["barcode"] == "A5");
        CHECK(changes.all().back().at == noon + std::chrono::seconds{24});
        ForeignChanges read;
        REQUIRE(read.restore(changes.document()));
        CHECK(read.all() == changes.all());
    }

    TEST_CASE("a document that is none changes nothing") {
        ForeignChanges changes;
        changes.add(noon, {});
        for (const auto& wrong :
             {Json(),
              Json::array(),
              Json{{"foreign_changes", 1}},
              Json{{"foreign_changes", Json::array({1})}},
              Json{{"foreign_changes", Json::array({Json::object()})}},
              Json{{"foreign_changes", Json::array({{{"at", "noon"}, {"diff", Json::array()}}})}},
              Json{{"foreign_changes",
                    Json::array({{{"at", "2026-01-31T23:00:00Z"}, {"diff", 1}}})}}}) {
            const auto text = wrong.dump();
            CAPTURE(text);
            CHECK_FALSE(changes.restore(wrong));
            CHECK(changes.all().size() == 1);
        }
    }

    TEST_CASE("a change is told in one line, many are cut") {
        CHECK(describe({}).empty());
        library::DiffEntry removed{library::DiffKind::removed, std::nullopt, std::nullopt, {}, {}};
        CHECK(describe({moved("A1"), removed}) ==
              "moved A1 from slot:1 to drive:2, removed a cartridge without barcode");
        const library::Diff many(30, removed);
        CHECK(describe(many).ends_with(" and 20 more"));
    }
}
