// SPDX-License-Identifier: Apache-2.0
#include "jobs/move_plan.hpp"

#include "library/numbering.hpp"

#include <fmt/format.h>

namespace changer::jobs {

namespace {

using library::Element;
using library::Knowledge;
using library::Model;
using scsi::ElementType;

const Element* first_free(const Model& model, ElementType type) {
    for (const auto& [address, element] : model.elements())
        if (element.type == type && is_free(&element))
            return &element;
    return nullptr;
}

using Places = std::set<scsi::ElementAddress>;

Result<scsi::ElementAddress>
free_drive(const Model& model, const OutOfUse& out_of_use, const Places& held) {
    bool only_disabled = false;
    for (const auto& [address, element] : model.elements()) {
        if (element.type != ElementType::data_transfer || !is_free(&element) ||
            held.contains(address))
            continue;
        if (!out_of_use.holds_drive(address))
            return address;
        only_disabled = true;
    }
    if (only_disabled)
        return Error{Code::resource_disabled,
                     "every empty drive is disabled: enable one, or unload another"};
    return Error{Code::destination_full, "no drive is empty: unload one first"};
}

Result<scsi::ElementAddress> slot_for(const Model& model, const Element& drive) {
    const auto* media = drive.media ? model.media(*drive.media) : nullptr;
    if (media != nullptr && media->home_slot)
        if (const auto* home = model.element(*media->home_slot); is_free(home))
            return home->address;
    const auto* source = drive.source ? model.element(*drive.source) : nullptr;
    if (is_free(source) && source->type == ElementType::storage)
        return source->address;
    if (const auto* slot = first_free(model, ElementType::storage))
        return slot->address;
    return Error{Code::destination_full, "no slot is empty: take a cartridge out first"};
}

Result<scsi::ElementAddress> destination_of(const Model& model,
                                            const JobRequest& request,
                                            const Element& source,
                                            const OutOfUse& out_of_use,
                                            const Places& held) {
    if (!request.destination) {
        if (request.operation == Operation::load)
            return free_drive(model, out_of_use, held);
        return slot_for(model, source);
    }
    const auto bare =
        request.operation == Operation::load ? ElementType::data_transfer : ElementType::storage;
    auto place = library::find_place(model, *request.destination, bare);
    if (!place)
        return std::move(place).error();
    return place->address;
}

} // namespace

bool is_free(const Element* element) {
    return element != nullptr && !element->not_present && !element->full.value_or(true) &&
           !element->exception;
}

std::optional<std::string> provable_barcode(const Model& model, const library::Place& place) {
    const auto* element = model.element(place.address);
    if (place.barcode || element == nullptr)
        return place.barcode;
    if (model.provenance(*element).kind == Knowledge::presumed)
        return std::nullopt;
    return element->barcode;
}

Result<PlannedMove> plan_move(const Model& model,
                              const JobRequest& request,
                              const OutOfUse& out_of_use,
                              const Places& held) {
    const auto bare =
        request.operation == Operation::unload ? ElementType::data_transfer : ElementType::storage;
    auto place = library::find_place(model, request.source.value_or(""), bare);
    if (!place)
        return std::move(place).error();
    const auto& source = *model.element(place->address);
    if (source.full == false && model.provenance(source).kind == Knowledge::observed)
        return Error{Code::source_empty,
                     fmt::format("{} is empty", library::place_name(source.reference()))};
    auto destination = destination_of(model, request, source, out_of_use, held);
    if (!destination)
        return std::move(destination).error();
    if (*destination == place->address)
        return Error{Code::invalid_parameter, "source and destination are the same element"};
    if (auto in_use = out_of_use.check(model, {place->address, *destination}); !in_use)
        return std::move(in_use).error();
    return PlannedMove{place->address, *destination, provable_barcode(model, *place), false};
}

Result<void>
check_in_use(const Model& model, const OutOfUse& out_of_use, const JobRequest& request) {
    if (request.operation == Operation::exchange) {
        const auto order = plan_exchange(model, request);
        if (!order)
            return {};
        if (auto in_use = out_of_use.check(model, {order->first, order->second}); !in_use)
            return in_use;
        return out_of_use.check(model, {order->second, order->third});
    }
    if (!is_move(request.operation) || request.operation == Operation::position)
        return {};
    const auto plan = plan_move(model, request, out_of_use);
    if (plan || plan.error().code != Code::resource_disabled)
        return {};
    return plan.error();
}

} // namespace changer::jobs
