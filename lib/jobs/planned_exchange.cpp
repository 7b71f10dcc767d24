// SPDX-License-Identifier: Apache-2.0
#include "jobs/planned_exchange.hpp"

#include "jobs/move_plan.hpp"
#include "library/fields.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::jobs {

namespace {

using library::Fields;
using library::nullable;
using Json = nlohmann::json;

Error nothing_in(const library::Element& element) {
    return {Code::source_empty,
            fmt::format("{} is empty: an exchange takes two cartridges; to move one, use 'move'",
                        library::place_name(element.reference()))};
}

/// Checks what can be told from the map; the device is asked before anything moves.
Result<void> check_contents(const library::Model& model, const ExchangeMedia& order) {
    for (const auto address : {order.first, order.second}) {
        const auto& element = *model.element(address);
        if (element.full == false && model.provenance(element).kind == library::Knowledge::observed)
            return nothing_in(element);
    }
    const auto& third = *model.element(order.third);
    if (!order.swap() && third.full.value_or(false))
        return Error{Code::destination_full,
                     fmt::format("{} is full: name an empty element, or none to swap",
                                 library::place_name(third.reference()))};
    return {};
}

std::optional<scsi::ElementAddress> spare_slot(const library::Model& model,
                                               const ExchangeMedia& order) {
    for (const auto& [address, element] : model.elements())
        if (element.type == scsi::ElementType::storage && is_free(&element) &&
            address != order.first && address != order.second)
            return address;
    return std::nullopt;
}

ExchangeStep move_step(scsi::ElementAddress source,
                       scsi::ElementAddress destination,
                       const std::optional<std::string>& barcode) {
    return {.source = source, .destination = destination, .barcode = barcode};
}

} // namespace

std::string_view name(MoveVerdict verdict) {
    switch (verdict) {
    case MoveVerdict::done:
        return "done";
    case MoveVerdict::not_done:
        return "not_done";
    case MoveVerdict::in_arm:
        return "in_arm";
    case MoveVerdict::unknown:
        return "unknown";
    case MoveVerdict::refused_before:
        return "refused";
    }
    return "unknown";
}

std::string_view name(ExchangeStep::Kind kind) {
    switch (kind) {
    case ExchangeStep::Kind::exchange:
        return "exchange";
    case ExchangeStep::Kind::move:
        return "move";
    }
    return "move";
}

Json to_json(const PlannedExchange& exchange) {
    const auto& order = exchange.order;
    auto steps = Json::array();
    for (const auto& step : exchange.steps)
        steps.push_back({{"kind", name(step.kind)},
                         {"source", scsi::number(step.source)},
                         {"destination", scsi::number(step.destination)},
                         {"second_destination", nullable(step.second_destination)},
                         {"barcode", nullable(step.barcode)},
                         {"verdict", step.verdict ? Json(name(*step.verdict)) : Json(nullptr)}});
    return {{"first", scsi::number(order.first)},
            {"second", scsi::number(order.second)},
            {"third", scsi::number(order.third)},
            {"spare", nullable(order.spare)},
            {"first_barcode", nullable(order.first_barcode)},
            {"second_barcode", nullable(order.second_barcode)},
            {"steps", std::move(steps)}};
}

namespace {

const Error malformed{Code::malformed_document, "the document of an exchange does not read as one"};

Result<ExchangeStep> step_from_json(const Json& document) {
    Fields fields(document);
    const auto kind = library::from_name(std::string_view(fields.text("kind").value_or("")),
                                         ExchangeStep::Kind::move);
    const auto source = fields.address("source");
    const auto destination = fields.address("destination");
    ExchangeStep step;
    step.second_destination = fields.address("second_destination");
    step.barcode = fields.text("barcode");
    if (const auto verdict = fields.text("verdict")) {
        step.verdict = library::from_name(std::string_view(*verdict), MoveVerdict::refused_before);
        if (!step.verdict)
            return malformed;
    }
    if (fields.faulted() || !kind || !source || !destination)
        return malformed;
    step.kind = *kind;
    step.source = *source;
    step.destination = *destination;
    return step;
}

} // namespace

Result<PlannedExchange> exchange_from_json(const Json& document) {
    Fields fields(document);
    const auto first = fields.address("first");
    const auto second = fields.address("second");
    const auto third = fields.address("third");
    PlannedExchange exchange;
    exchange.order.spare = fields.address("spare");
    exchange.order.first_barcode = fields.text("first_barcode");
    exchange.order.second_barcode = fields.text("second_barcode");
    const auto steps = document.is_object() ? document.find("steps") : document.end();
    if (fields.faulted() || !first || !second || !third || steps == document.end() ||
        !steps->is_array())
        return malformed;
    exchange.order.first = *first;
    exchange.order.second = *second;
    exchange.order.third = *third;
    for (const auto& item : *steps) {
        auto step = step_from_json(item);
        if (!step)
            return malformed;
        exchange.steps.push_back(*std::move(step));
    }
    return exchange;
}

Result<ExchangeMedia> plan_exchange(const library::Model& model, const JobRequest& request) {
    constexpr auto bare = scsi::ElementType::storage;
    const auto first = library::find_place(model, request.source.value_or(""), bare);
    if (!first)
        return first.error();
    const auto second = library::find_place(model, request.destination.value_or(""), bare);
    if (!second)
        return second.error();
    ExchangeMedia order{
        .first = first->address, .second = second->address, .third = first->address};
    if (request.second_destination) {
        const auto third = library::find_place(model, *request.second_destination, bare);
        if (!third)
            return third.error();
        order.third = third->address;
    }
    if (order.first == order.second || order.second == order.third)
        return Error{Code::invalid_parameter, "an exchange is between different elements"};
    for (const auto address : {order.first, order.second, order.third})
        if (model.element(address)->type == scsi::ElementType::transport)
            return Error{Code::invalid_parameter, "cartridges are not exchanged with the arm"};
    if (auto checked = check_contents(model, order); !checked)
        return std::move(checked).error();
    order.first_barcode = provable_barcode(model, *first);
    order.second_barcode = provable_barcode(model, *second);
    if (order.swap())
        order.spare = spare_slot(model, order);
    return order;
}

std::vector<ExchangeStep> steps_not_run(const PlannedExchange& exchange) {
    const auto& order = exchange.order;
    std::vector<ExchangeStep> told;
    for (const auto& step : exchange.steps)
        if (step.kind == ExchangeStep::Kind::move)
            told.push_back(step);
    if (told.empty())
        return {}; // nothing has begun, or all of it in one command
    const auto aside = told.front().destination;
    std::vector moves{move_step(order.second, aside, order.second_barcode),
                      move_step(order.first, order.second, order.first_barcode)};
    if (order.swap())
        moves.push_back(move_step(aside, order.third, order.second_barcode));
    moves.erase(moves.begin(),
                moves.begin() + static_cast<std::ptrdiff_t>(std::min(told.size(), moves.size())));
    return moves;
}

} // namespace changer::jobs
