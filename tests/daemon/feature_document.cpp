// SPDX-License-Identifier: Apache-2.0
#include "daemon/feature_document.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::daemon;

TEST_SUITE_BEGIN("daemon/feature_document");

TEST_CASE("what a changer has taught reads back as it was written") {
    const LearnedFeatures learned{
        "ACME", "LIB-1", "0100", "S1", {{"exchange", "no"}, {"prevent", "yes"}}};
    const auto read = features_from_document(feature_document(learned));
    REQUIRE(read);
    CHECK(*read == learned);
    const LearnedFeatures nothing{"ACME", "LIB-1", "0100", "", {}};
    CHECK(*features_from_document(feature_document(nothing)) == nothing);
}

TEST_CASE("a document that is none is refused, whichever field is wrong") {
    const auto whole = nlohmann::json::parse(feature_document({"A", "B", "C", "D", {{"x", "no"}}}));
    for (const auto& field : whole.items()) {
        const auto& key = field.key();
        CAPTURE(key);
        if (key == "schema")
            continue;
        auto wrong = whole;
        wrong[key] = 7;
        CHECK_FALSE(features_from_document(wrong.dump()));
    }
    auto strange = whole;
    strange["facts"]["x"] = 1;
    CHECK_FALSE(features_from_document(strange.dump()));
    for (const char* text : {"", "{", "[]", "null", "{}"})
        CHECK_FALSE(features_from_document(text));
}

TEST_SUITE_END();
