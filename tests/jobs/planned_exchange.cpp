// SPDX-License-Identifier: Apache-2.0
#include "jobs/planned_exchange.hpp"

#include "jobs/job.hpp"
#include "library/reconcile.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changer;
using namespace changer::jobs;
using scsi::ElementType;

namespace {

scsi::ElementAddress at(unsigned number) {
    return scsi::ElementAddress(static_cast<std::uint16_t>(number));
}

scsi::ElementStatus element(ElementType type, unsigned number, std::string tag) {
    scsi::ElementStatus status;
    status.type = type;
    status.address = at(number);
    status.full = !tag.empty();
    if (tag != "?") // full, without a barcode
        status.volume_tag = std::move(tag);
    return status;
}

using Read = std::vector<scsi::ElementStatus>;

/// Slots 10 to 13, drive 20, arm 1.
Read contents(std::string ten,
              std::string eleven,
              std::string twelve = "",
              std::string drive = "",
              std::string arm = "") {
    return {element(ElementType::storage, 10, std::move(ten)),
            element(ElementType::storage, 11, std::move(eleven)),
            element(ElementType::storage, 12, std::move(twelve)),
            element(ElementType::storage, 13, ""),
            element(ElementType::data_transfer, 20, std::move(drive)),
            element(ElementType::transport, 1, std::move(arm))};
}

library::Model model_of(const Read& read) {
    library::Model model("main");
    library::reconcile(model, {read, WallTime{}, "start", std::nullopt});
    return model;
}

JobRequest request(std::string source,
                   std::string destination,
                   std::optional<std::string> second = std::nullopt) {
    JobRequest asked;
    asked.operation = Operation::exchange;
    asked.source = std::move(source);
    asked.destination = std::move(destination);
    asked.second_destination = std::move(second);
    return asked;
}

Code refusal(const library::Model& model, const JobRequest& asked) {
    const auto order = plan_exchange(model, asked);
    return order ? Code::ok : order.error().code;
}

const ExchangeMedia swap{.first = at(10),
                         .second = at(20),
                         .third = at(10),
                         .spare = at(12),
                         .first_barcode = "A",
                         .second_barcode = "B"};
const ExchangeMedia rotation{.first = at(10),
                             .second = at(20),
                             .third = at(11),
                             .first_barcode = "A",
                             .second_barcode = "B"};

ExchangeStep moving(unsigned from, unsigned to, std::optional<MoveVerdict> verdict) {
    return {.source = at(from), .destination = at(to), .verdict = verdict};
}

ExchangeStep native(std::optional<MoveVerdict> verdict) {
    return {.kind = ExchangeStep::Kind::exchange,
            .source = at(10),
            .destination = at(20),
            .second_destination = at(10),
            .verdict = verdict};
}

} // namespace

TEST_SUITE("jobs/planned_exchange") {
    TEST_CASE("a swap names the first empty slot, a rotation its third element") {
        const auto model = model_of(contents("A", "C", "", "B"));
        const auto two = plan_exchange(model, request("A", "drive:1"));
        REQUIRE(two);
        CHECK(*two == swap);
        const auto three = plan_exchange(model, request("slot:1", "drive:1", "slot:4"));
        REQUIRE(three);
        CHECK(three->third == at(13));
        CHECK_FALSE(three->spare);
        const auto full = model_of(
            {element(ElementType::storage, 10, "A"), element(ElementType::storage, 11, "B")});
        const auto crowded = plan_exchange(full, request("slot:1", "slot:2"));
        REQUIRE(crowded);
        CHECK_FALSE(crowded->spare); // the library may know how to exchange by itself
    }

    TEST_CASE("what cannot be exchanged is refused before anything moves") {
        const auto model = model_of(contents("A", "C", "", "B"));
        CHECK(refusal(model, request("slot:3", "slot:1")) == Code::source_empty);
        CHECK(refusal(model, request("slot:1", "slot:3")) == Code::source_empty);
        CHECK(refusal(model, request("slot:1", "drive:1", "slot:2")) == Code::destination_full);
        CHECK(refusal(model, request("slot:1", "slot:1")) == Code::invalid_parameter);
        CHECK(refusal(model, request("slot:1", "slot:2", "slot:2")) == Code::invalid_parameter);
        CHECK(refusal(model, request("slot:1", "arm:1")) == Code::invalid_parameter);
        CHECK(refusal(model, request("slot:1", "slot:9")) == Code::invalid_parameter);
        CHECK(refusal(model, request("NOSUCH", "slot:1")) == Code::not_found);
        CHECK(refusal(model, request("slot:1", "slot:2", "slot:1")) == Code::ok);
    }

    TEST_CASE("moves that were never begun are listed, whichever came before them") {
        const auto left = [](const PlannedExchange& exchange) {
            std::vector<std::pair<unsigned, unsigned>> moves;
            for (const auto& step : steps_not_run(exchange))
                moves.emplace_back(scsi::number(step.source), scsi::number(step.destination));
            return moves;
        };
        using Moves = std::vector<std::pair<unsigned, unsigned>>;
        CHECK(left({swap}).empty());
        CHECK(left({swap, {native(std::nullopt)}}).empty());
        const auto refused = native(MoveVerdict::refused_before);
        CHECK(left({swap, {refused, moving(20, 12, std::nullopt)}}) == Moves{{10, 20}, {12, 10}});
        CHECK(left({swap, {refused, moving(20, 13, MoveVerdict::done)}}) ==
              Moves{{10, 20}, {13, 10}});
        CHECK(left({swap, {moving(20, 12, MoveVerdict::done), moving(10, 20, std::nullopt)}}) ==
              Moves{{12, 10}});
        CHECK(left({rotation, {moving(20, 11, MoveVerdict::done)}}) == Moves{{10, 20}});
        const auto last = moving(12, 10, MoveVerdict::done);
        CHECK(left({swap, {last, last, last}}).empty());
        CHECK(left({swap, {last, last, last, last}}).empty());
    }

    TEST_CASE("only a step without a verdict, or with one that says nothing, is undecided") {
        CHECK_FALSE(PlannedExchange{swap}.undecided());
        CHECK(PlannedExchange{swap, {native(std::nullopt)}}.undecided());
        CHECK(PlannedExchange{swap, {native(MoveVerdict::unknown)}}.undecided());
        CHECK_FALSE(PlannedExchange{swap, {native(MoveVerdict::refused_before)}}.undecided());
        CHECK_FALSE(PlannedExchange{swap, {native(std::nullopt), moving(20, 12, MoveVerdict::done)}}
                        .undecided());
    }

    TEST_CASE("a document that is none is refused, whichever field is wrong") {
        const PlannedExchange exchange{swap, {native(MoveVerdict::refused_before)}};
        const auto whole = to_json(exchange);
        const auto read = exchange_from_json(whole);
        REQUIRE(read);
        CHECK(*read == exchange);
        for (const auto& field : whole.items()) {
            const auto& key = field.key();
            CAPTURE(key);
            auto wrong = whole;
            wrong[key] = nlohmann::json{{"of", "another type"}};
            CHECK_FALSE(exchange_from_json(wrong));
        }
        for (const auto& field : whole["steps"][0].items()) {
            const auto& key = field.key();
            CAPTURE(key);
            auto wrong = whole;
            wrong["steps"][0][key] = nlohmann::json{{"of", "another type"}};
            CHECK_FALSE(exchange_from_json(wrong));
        }
        auto strange = whole;
        strange["steps"][0]["verdict"] = "perhaps";
        CHECK_FALSE(exchange_from_json(strange));
        CHECK_FALSE(exchange_from_json(nlohmann::json::array()));
    }
}
