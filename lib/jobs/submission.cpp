// SPDX-License-Identifier: Apache-2.0
#include "jobs/submission.hpp"

#include "jobs/move_plan.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>

namespace changer::jobs {

namespace {

using library::find_place;
using scsi::ElementType;

std::string library_name(const SubmissionContext& context) {
    const auto& name = context.settings.name.value;
    return name.empty() ? context.model.library() : name;
}

Result<void> check_place(const SubmissionContext& context,
                         const std::optional<std::string>& text,
                         ElementType bare) {
    if (!text)
        return {};
    auto place = find_place(context.model, *text, bare);
    if (!place)
        return std::move(place).error();
    return {};
}

/// An end of a move that must be a drive, and is not.
Result<void> check_drive(const SubmissionContext& context,
                         const std::optional<std::string>& text,
                         std::string_view which) {
    if (!text)
        return {};
    const auto place = find_place(context.model, *text, ElementType::data_transfer);
    const auto* element = place ? context.model.element(place->address) : nullptr;
    if (element == nullptr || element->type == ElementType::data_transfer)
        return {};
    return Error{Code::invalid_parameter,
                 fmt::format("the {} '{}' is not in a drive: name a drive as drive:N, or use the "
                             "operation 'move'",
                             which,
                             *text)};
}

Result<void> check_places(const JobRequest& request, const SubmissionContext& context) {
    if (context.model.elements().empty())
        return {}; // nothing is known yet: checked again when the job starts
    const bool unload = request.operation == Operation::unload;
    const bool load = request.operation == Operation::load;
    const auto source = unload ? ElementType::data_transfer : ElementType::storage;
    const auto destination = load ? ElementType::data_transfer : ElementType::storage;
    if (auto checked = check_place(context, request.source, source); !checked)
        return checked;
    if (auto checked = check_place(context, request.destination, destination); !checked)
        return checked;
    if (auto checked = check_place(context, request.second_destination, destination); !checked)
        return checked;
    if (unload)
        return check_drive(context, request.source, "source");
    if (load)
        return check_drive(context, request.destination, "destination");
    return {};
}

Result<void> check_drives(const JobRequest& request, const SubmissionContext& context) {
    const bool loads =
        request.inventory == InventoryAction::full || request.operation == Operation::identify;
    if (!loads || context.drives)
        return {};
    return Error{Code::device_not_available,
                 "a cartridge is identified in a drive, and this daemon has none to do that with: "
                 "name one in the configuration, or take a 'fast' inventory"};
}

/// A door opens onto the others of its cabinet as well.
Result<void> check_members_access(const SubmissionContext& context) {
    for (const auto& member : context.members)
        if (!member.control)
            return Error{
                Code::access_denied,
                fmt::format(
                    "library {} shares its door with library {}, and 'door' needs the right "
                    "'control' on both; whoever administers the daemon grants it in its "
                    "configuration",
                    library_name(context),
                    member.library)};
    return {};
}

Result<void> check_members_enabled(const SubmissionContext& context) {
    for (const auto& member : context.members)
        if (!member.enabled)
            return Error{Code::resource_disabled,
                         fmt::format("library {} shares its door with library {}, which is "
                                     "disabled: enable it to use the door",
                                     library_name(context),
                                     member.library)};
    return {};
}

Result<void> check_access(const JobRequest& request,
                          const Principal& principal,
                          const SubmissionContext& context) {
    const bool loads =
        request.operation == Operation::load || request.operation == Operation::unload;
    if (loads ? principal.use : principal.control)
        return request.operation == Operation::door ? check_members_access(context)
                                                    : Result<void>();
    return Error{Code::access_denied,
                 fmt::format("'{}' needs the right '{}' on this library; whoever administers the "
                             "daemon grants it in its configuration",
                             name(request.operation),
                             loads ? "use" : "control")};
}

Result<void> check_online(const SubmissionContext& context) {
    switch (context.reach) {
    case Reach::online:
        return {};
    case Reach::starting:
        return Error{Code::busy,
                     fmt::format("library {} is being started; try again in a moment",
                                 library_name(context))};
    case Reach::grace:
        return Error{Code::busy,
                     fmt::format("the connection to library {} was lost a moment ago ({}); try "
                                 "again in a minute",
                                 library_name(context),
                                 context.detail)};
    case Reach::offline:
        break;
    }
    return Error{Code::library_offline,
                 fmt::format("library {} is offline ({}); check its power, cable and the "
                             "configured device",
                             library_name(context),
                             context.detail)};
}

} // namespace

Result<void> check_submission(const JobRequest& request,
                              const Principal& principal,
                              const SubmissionContext& context) {
    if (auto checked = check_places(request, context); !checked)
        return checked;
    if (auto checked = check_access(request, principal, context); !checked)
        return checked;
    if (!context.settings.enabled.value)
        return Error{Code::resource_disabled,
                     fmt::format("library {} is disabled and takes no jobs: enable it with "
                                 "changerctl enable, or in the configuration",
                                 library_name(context))};
    if (request.operation == Operation::door)
        if (auto checked = check_members_enabled(context); !checked)
            return checked;
    if (context.out_of_use != nullptr)
        if (auto checked = check_in_use(context.model, *context.out_of_use, request); !checked)
            return checked;
    if (auto checked = check_online(context); !checked)
        return checked;
    if (request.operation == Operation::door && !context.settings.door.present.value)
        return Error{
            Code::resource_not_present,
            fmt::format("library {} has no door; use its mail slots", library_name(context))};
    if (request.while_connected && is_move(request.operation) && context.door_job)
        return door_taken(library_name(context), *context.door_job);
    return check_drives(request, context);
}

Error door_taken(const std::string& library, const std::string& door_job) {
    return {Code::door_open,
            fmt::format("job {} has the door of library {}: nothing moves until it has ended",
                        door_job,
                        library)};
}

} // namespace changer::jobs
