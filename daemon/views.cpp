// SPDX-License-Identifier: Apache-2.0
#include "views.hpp"

#include "jobs/job_views.hpp"
#include "json_text.hpp"
#include "library/views.hpp"
#include "problem.hpp"
#include "state_axes.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace changer::daemon {
namespace {

using nlohmann::json;

template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

json range_view(const scsi::ElementAddressAssignment& geometry, scsi::ElementType type) {
    const auto range = geometry.range(type);
    return {{"first", static_cast<unsigned>(range.first)}, {"count", range.count}};
}

json geometry_view(const scsi::ElementAddressAssignment& geometry) {
    return {{"transport", range_view(geometry, scsi::ElementType::transport)},
            {"storage", range_view(geometry, scsi::ElementType::storage)},
            {"import_export", range_view(geometry, scsi::ElementType::import_export)},
            {"data_transfer", range_view(geometry, scsi::ElementType::data_transfer)}};
}

json identity_view(const jobs::DeviceInfo& info) {
    return {{"vendor", info.vendor},
            {"product", info.product},
            {"revision", info.revision},
            {"serial", or_null(info.serial)}};
}

json counts(const jobs::LibraryEngine& engine) {
    json counts = library::counts_view(engine.model());
    counts["jobs"] = std::count_if(engine.jobs().begin(), engine.jobs().end(), [](const auto& job) {
        return !job.second.finished();
    });
    const auto& requests = engine.requests();
    counts["operator_requests"] =
        std::count_if(requests.begin(), requests.end(), [](const auto& request) {
            return request.second.state == jobs::RequestState::pending;
        });
    return counts;
}

/// The unfinished door job that is furthest: the one that runs, else the first queued.
json door_job(const jobs::LibraryEngine& engine) {
    const jobs::Job* first = nullptr;
    for (const auto& entry : engine.jobs()) {
        const jobs::Job& job = entry.second;
        if (job.request.operation != jobs::Operation::door || job.finished())
            continue;
        if (engine.active_job() == job.id)
            return job.id;
        if (first == nullptr)
            first = &job;
    }
    return first == nullptr ? json(nullptr) : json(first->id);
}

/// Writes `head` with one more member: the list `key` of `items`, without a tree of them.
template <class Range, class View>
std::string list_document(const json& head, std::string_view key, const Range& items, View view) {
    std::string text = to_text(head);
    text.pop_back(); // the closing brace
    text += fmt::format(",\"{}\":[", key);
    bool first = true;
    for (const auto& item : items) {
        if (!std::exchange(first, false))
            text += ',';
        text += to_text(view(item.second));
    }
    return text + "]}";
}

/// Adds what an element has beside what it holds and how that is known.
void put_axes(json& view, const jobs::LibraryEngine& engine, const library::Element& element) {
    view["guid"] =
        jobs::guid_of(engine, "element", fmt::format("{}", scsi::number(element.address)));
    view["state"] = element_state(engine, element);
    view["operational_state"] = operational_state(element);
}

/// Puts the library's generation on the answer, for a change on its condition.
HttpResponse tagged(const jobs::LibraryEngine& engine, const json& document) {
    return {.body = to_text(document),
            .headers = {{"ETag", fmt::format("\"{}\"", engine.generation())}}};
}

void put_description(json& view, const library::Description& description) {
    view["name"] = text_or_null(description.name);
    view["description"] = text_or_null(description.description);
}

json drive_view(const jobs::LibraryEngine& engine,
                const LibraryConfig& config,
                const library::Element& element) {
    json drive = library::drive_view(engine.model(), element);
    // A drive is found by its serial number; there is no other proof of which is which.
    for (const DriveConfig& configured : config.drives)
        if (configured.serial && configured.serial == element.drive_serial)
            drive["device"] = configured.device;
    put_axes(drive, engine, element);
    put_description(drive, engine.descriptions().of_drive(element.address));
    drive["enabled"] = !engine.out_of_use().holds_drive(element.address);
    return drive;
}

json list_head(const jobs::LibraryEngine& engine, std::string_view schema) {
    return {{"schema", schema}, {"library", engine.id()}, {"generation", engine.generation()}};
}

} // namespace

json with_schema(std::string_view schema, json object) {
    object["schema"] = schema;
    return object;
}

std::string library_state(const jobs::LibraryEngine& engine, const Now& now) {
    switch (engine.reach(now)) {
    case jobs::Reach::starting:
        return "starting";
    case jobs::Reach::online:
        return "online";
    case jobs::Reach::grace:
    case jobs::Reach::offline:
        break;
    }
    return "offline";
}

json library_detail(const jobs::LibraryEngine& engine, const Now& now) {
    return engine.reach(now) == jobs::Reach::online ? json(nullptr)
                                                    : text_or_null(engine.offline_detail());
}

json door_view(const jobs::LibraryEngine& engine) {
    const library::DoorSettings& settings = engine.settings().door;
    const jobs::DoorRecord& door = engine.door();
    return {{"present", settings.present.value},
            {"lockable", or_null(settings.lockable.value)},
            {"kind", library::name(settings.kind.value)},
            {"state", jobs::door::name(door.state)},
            {"since", door.since ? json(to_rfc3339(*door.since)) : json(nullptr)},
            {"lock", jobs::door::name(door.lock)},
            {"lock_policy", library::name(settings.lock_policy.value)},
            {"max_open_seconds", settings.max_open_seconds.value},
            {"unlock_timeout_seconds", settings.unlock_timeout_seconds.value},
            {"quiet_seconds", settings.quiet_seconds.value},
            {"job", door_job(engine)}};
}

json cabinet_view(const jobs::LibraryEngine& engine) {
    const auto& cabinet = engine.cabinet();
    if (!cabinet)
        return nullptr;
    return {{"id", cabinet->id}, {"members", cabinet->members}, {"foreign", cabinet->foreign}};
}

json library_view(const jobs::LibraryEngine& engine, const Now& now) {
    const library::Settings& settings = engine.settings();
    const auto& info = engine.device_info();
    return {{"id", engine.id()},
            {"guid", engine.uuid() ? json(to_string(*engine.uuid())) : json(nullptr)},
            {"name", text_or_null(settings.name.value)},
            {"description", text_or_null(settings.description.value)},
            {"device", engine.device()},
            {"cabinet", cabinet_view(engine)},
            {"state", library_state(engine, now)},
            {"detail", library_detail(engine, now)},
            {"enabled", settings.enabled.value},
            {"operational_state", operational_state(engine, now)},
            {"active_job", or_null(engine.active_job())},
            {"identity", info ? identity_view(*info) : json(nullptr)},
            {"geometry", info ? geometry_view(info->geometry) : json(nullptr)},
            {"settings", library::to_json(settings)},
            {"door", door_view(engine)},
            {"counts", counts(engine)},
            {"inventory", library::inventory_view(engine.model())},
            {"generation", engine.generation()}};
}

HttpResponse document_response(const json& document) {
    return {.body = to_text(document)};
}

HttpResponse library_response(const jobs::LibraryEngine& engine, const Now& now) {
    return tagged(engine, with_schema("changer.library/1", library_view(engine, now)));
}

HttpResponse
job_response(const jobs::LibraryEngine& engine, const jobs::Job& job, const Now& now, int status) {
    HttpResponse response;
    response.status = status;
    response.body = to_text(with_schema("changer.job/1", jobs::JobViews(engine, now).view(job)));
    if (status == 202)
        response.headers.emplace_back("Location", "/v1/jobs/" + job.id);
    return response;
}

json request_view(const jobs::LibraryEngine& engine, const jobs::OperatorRequest& request) {
    json view = jobs::to_json(request);
    view["guid"] = jobs::guid_of(engine, "request", request.id);
    return view;
}

std::string elements_document(const jobs::LibraryEngine& engine) {
    const auto view = [&](const library::Element& element) {
        auto object = library::element_view(engine.model(), element);
        put_axes(object, engine, element);
        return object;
    };
    return list_document(
        list_head(engine, "changer.elements/1"), "elements", engine.model().elements(), view);
}

json drives_document(const jobs::LibraryEngine& engine, const LibraryConfig& config) {
    json drives = json::array();
    for (const auto& entry : engine.model().elements())
        if (entry.second.type == scsi::ElementType::data_transfer)
            drives.push_back(drive_view(engine, config, entry.second));
    json document = list_head(engine, "changer.drives/1");
    document["drives"] = std::move(drives);
    return document;
}

std::string drive_named(std::string_view text) {
    return text.starts_with('@') ? std::string(text) : fmt::format("drive:{}", text);
}

HttpResponse drive_response(const jobs::LibraryEngine& engine,
                            const LibraryConfig& config,
                            std::string_view drive) {
    const auto object = jobs::find_object(engine.model(), drive_named(drive));
    if (!object)
        return problem({Code::not_found, object.error().what});
    const auto* element = engine.model().element(object->drive);
    if (element == nullptr)
        return problem(no_such("drive", drive));
    return tagged(engine, with_schema("changer.drive/1", drive_view(engine, config, *element)));
}

json medium_view(const jobs::LibraryEngine& engine, const library::Media& medium) {
    json view = library::media_view(engine.model(), medium);
    view["guid"] = jobs::guid_of(engine, "media", medium.id);
    put_description(view, engine.descriptions().of_medium(medium.id));
    view["enabled"] = !engine.out_of_use().holds_medium(medium.id);
    view["use"] = use_of(engine, medium);
    view["barcode_state"] = medium.barcode ? "ok" : "unreadable";
    return view;
}

HttpResponse medium_response(const jobs::LibraryEngine& engine, std::string_view medium) {
    const auto object = jobs::find_object(engine.model(), fmt::format("media:{}", medium));
    if (!object)
        return problem(object.error());
    const auto* found = engine.model().media(object->medium);
    if (found == nullptr)
        return problem(no_such("cartridge", medium));
    return tagged(engine, with_schema("changer.medium/1", medium_view(engine, *found)));
}

std::string media_document(const jobs::LibraryEngine& engine) {
    const auto view = [&](const library::Media& media) { return medium_view(engine, media); };
    return list_document(
        list_head(engine, "changer.media/1"), "media", engine.model().media(), view);
}

json diff_document(const jobs::LibraryEngine& engine) {
    const jobs::Job* last = nullptr;
    for (const auto& entry : engine.jobs()) {
        const jobs::Job& job = entry.second;
        const bool has_diff = job.finished() && job.result.is_object() &&
                              job.result.contains("diff") && job.result["diff"].is_array();
        if (has_diff && (last == nullptr || job.finished_at > last->finished_at))
            last = &job;
    }
    json document{{"schema", "changer.diff/1"},
                  {"library", engine.id()},
                  {"at", nullptr},
                  {"job", nullptr},
                  {"diff", json::array()},
                  {"foreign_changes", engine.foreign_changes().document()["foreign_changes"]}};
    if (last != nullptr) {
        if (last->finished_at)
            document["at"] = to_rfc3339(*last->finished_at);
        document["job"] = last->id;
        document["diff"] = last->result["diff"];
    }
    return document;
}

} // namespace changer::daemon
