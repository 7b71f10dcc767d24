// SPDX-License-Identifier: Apache-2.0
#include "jobs/job.hpp"

#include "library/fields.hpp"
#include "support/text.hpp"

namespace changer::jobs {

using library::Fields;
using library::from_name;
using library::nullable;
using Json = nlohmann::json;

bool is_move(Operation operation) {
    switch (operation) {
    case Operation::load:
    case Operation::unload:
    case Operation::move:
    case Operation::exchange:
    case Operation::position:
        return true;
    case Operation::door:
    case Operation::inventory:
    case Operation::identify:
    case Operation::stop:
    case Operation::enable:
    case Operation::disable:
        break;
    }
    return false;
}

bool looks(Operation operation) {
    return operation == Operation::inventory || operation == Operation::identify;
}

bool is_control(Operation operation) {
    return operation == Operation::enable || operation == Operation::disable ||
           operation == Operation::stop;
}

std::string_view name(Operation operation) {
    switch (operation) {
    case Operation::door:
        return "door";
    case Operation::inventory:
        return "inventory";
    case Operation::load:
        return "load";
    case Operation::unload:
        return "unload";
    case Operation::move:
        return "move";
    case Operation::exchange:
        return "exchange";
    case Operation::position:
        return "position";
    case Operation::identify:
        return "identify";
    case Operation::stop:
        return "stop";
    case Operation::enable:
        return "enable";
    case Operation::disable:
        return "disable";
    }
    return "door";
}

std::string_view name(InventoryAction action) {
    switch (action) {
    case InventoryAction::none:
        return "none";
    case InventoryAction::fast:
        return "fast";
    case InventoryAction::full:
        return "full";
    case InventoryAction::by_default:
        return "default";
    }
    return "default";
}

std::string_view name(JobState state) {
    switch (state) {
    case JobState::queued:
        return "queued";
    case JobState::running:
        return "running";
    case JobState::waiting:
        return "waiting";
    case JobState::passed:
        return "passed";
    case JobState::failed:
        return "failed";
    case JobState::cancelled:
        return "cancelled";
    case JobState::stopped:
        return "stopped";
    }
    return "failed";
}

Error cancelled_error(const Job& job) {
    return {Code::cancelled,
            job.client_gone ? "cancelled: the client that wanted it is gone"
                            : "cancelled by request"};
}

Json arguments_to_json(const JobRequest& request) {
    auto arguments = Json::object();
    if (request.operation == Operation::door || request.operation == Operation::inventory)
        arguments["inventory"] = name(request.inventory);
    if (request.max_open_seconds)
        arguments["max_open_seconds"] = *request.max_open_seconds;
    if (request.not_before)
        arguments["not_before"] = to_rfc3339(*request.not_before);
    if (request.priority != 0)
        arguments["priority"] = request.priority;
    if (request.while_connected)
        arguments["while_connected"] = true;
    if (request.source)
        arguments["source"] = *request.source;
    if (request.destination)
        arguments["destination"] = *request.destination;
    if (request.second_destination)
        arguments["second_destination"] = *request.second_destination;
    if (request.object)
        arguments["object"] = *request.object;
    return arguments;
}

Json to_json(const Error& error) {
    Json sense;
    if (error.sense)
        sense = {{"key", error.sense->key},
                 {"asc", error.sense->asc},
                 {"ascq", error.sense->ascq},
                 {"raw", error.sense_raw.empty() ? Json(nullptr) : Json(error.sense_raw)}};
    return {{"code", name(error.code)}, {"message", error.what}, {"sense", std::move(sense)}};
}

Json to_json(const Job& job) {
    auto log = Json::array();
    for (const auto& line : job.log)
        log.push_back({{"at", to_rfc3339(line.at)}, {"text", line.text}});
    return {{"id", job.id},
            {"library", job.library},
            {"operation", name(job.request.operation)},
            {"arguments", arguments_to_json(job.request)},
            {"state", name(job.state)},
            {"phase", nullable(job.phase)},
            {"progress", nullable(job.progress)},
            {"eta", nullable(job.eta)},
            {"order", nullable(job.order)},
            {"merged_into", nullable(job.merged_into)},
            {"part_of", nullable(job.part_of)},
            {"operator_request", nullable(job.operator_request)},
            {"cancel_requested", job.cancel_requested},
            {"submitted_by", nullable(job.submitted_by)},
            {"queued_at", to_rfc3339(job.queued_at)},
            {"started_at", nullable(job.started_at)},
            {"finished_at", nullable(job.finished_at)},
            {"error", job.error ? to_json(*job.error) : Json(nullptr)},
            {"result", job.result},
            {"log", std::move(log)}};
}

Json job_to_document(const Job& job) {
    auto document = to_json(job);
    document["schema"] = "changer.job/1";
    document["number"] = job.number;
    document["machine"] = job.machine;
    document["bays"] = job.bays;
    document["stop_requested"] = job.stop_requested;
    document["cabinet"] = job.cabinet;
    document["inventory_began"] = nullable(job.inventory_began);
    document["inventory_ended"] = nullable(job.inventory_ended);
    document["planned_move"] = nullptr;
    if (const auto& move = job.planned_move)
        document["planned_move"] = {{"source", scsi::number(move->source)},
                                    {"destination", scsi::number(move->destination)},
                                    {"barcode", nullable(move->barcode)},
                                    {"started", move->started}};
    document["planned_exchange"] =
        job.planned_exchange ? to_json(*job.planned_exchange) : Json(nullptr);
    return document;
}

namespace {

std::optional<Error> error_from(Fields& fields) {
    if (!fields.has("error"))
        return std::nullopt;
    Fields stored(fields.object("error"));
    Error error;
    const auto code = code_from_name(stored.text("code").value_or(""));
    if (!code)
        return fields.fault();
    error.code = *code;
    error.what = stored.text("message").value_or("");
    if (stored.has("sense")) {
        Fields sense(stored.object("sense"));
        error.sense = Sense{static_cast<std::uint8_t>(sense.number("key", 0xF).value_or(0)),
                            static_cast<std::uint8_t>(sense.number("asc", 0xFF).value_or(0)),
                            static_cast<std::uint8_t>(sense.number("ascq", 0xFF).value_or(0))};
        error.sense_raw = sense.text("raw").value_or("");
        if (sense.faulted())
            fields.fault();
    }
    if (stored.faulted())
        fields.fault();
    return error;
}

std::optional<PlannedMove> planned_move_from(Fields& fields) {
    if (!fields.has("planned_move"))
        return std::nullopt;
    Fields stored(fields.object("planned_move"));
    const auto source = stored.address("source");
    const auto destination = stored.address("destination");
    PlannedMove move;
    move.barcode = stored.text("barcode");
    move.started = stored.boolean("started").value_or(true);
    if (!source || !destination || stored.faulted())
        return fields.fault();
    move.source = *source;
    move.destination = *destination;
    return move;
}

std::optional<PlannedExchange> planned_exchange_from(Fields& fields) {
    if (!fields.has("planned_exchange"))
        return std::nullopt;
    auto exchange = exchange_from_json(fields.object("planned_exchange"));
    if (!exchange)
        return fields.fault();
    return *std::move(exchange);
}

std::vector<LogLine> log_from(const Json& document, Fields& fields) {
    std::vector<LogLine> log;
    const auto found = document.find("log");
    if (found == document.end() || !found->is_array()) {
        fields.fault();
        return log;
    }
    for (const auto& item : *found) {
        Fields line(item);
        const auto at = line.time("at");
        const auto text = line.text("text");
        if (at && text)
            log.push_back({*at, *text});
        else
            fields.fault();
    }
    return log;
}

std::vector<std::string> cabinet_from(const Json& document, Fields& fields) {
    std::vector<std::string> libraries;
    const auto found = document.find("cabinet");
    if (found == document.end() || !found->is_array()) {
        fields.fault();
        return libraries;
    }
    for (const auto& item : *found) {
        if (item.is_string())
            libraries.push_back(item.get<std::string>());
        else
            fields.fault();
    }
    return libraries;
}

JobRequest request_from(Fields& fields) {
    auto body = fields.object("arguments");
    body["operation"] = fields.text("operation").value_or("");
    auto request = parse_job_request(body);
    if (request)
        return *std::move(request);
    fields.fault();
    return {};
}

} // namespace

Result<Job> job_from_document(const Json& document) {
    Fields fields(document);
    Job job;
    const Error malformed{Code::malformed_document, "the document of a job does not read as one"};
    const auto state = from_name(fields.text("state").value_or(""), JobState::stopped);
    const auto queued_at = fields.time("queued_at");
    job.id = fields.text("id").value_or("");
    job.number = fields.number("number").value_or(0);
    job.library = fields.text("library").value_or("");
    if (fields.faulted() || !state || !queued_at || job.id.empty() || job.number == 0)
        return malformed;
    job.state = *state;
    job.queued_at = *queued_at;
    job.request = request_from(fields);
    job.phase = fields.text("phase");
    if (const auto progress = fields.number("progress", 100))
        job.progress = static_cast<int>(*progress);
    job.eta = fields.time("eta");
    job.order = fields.integer("order");
    job.merged_into = fields.text("merged_into");
    job.part_of = fields.text("part_of");
    job.operator_request = fields.text("operator_request");
    job.cancel_requested = fields.boolean("cancel_requested").value_or(false);
    job.stop_requested = fields.boolean("stop_requested").value_or(false);
    job.submitted_by = fields.text("submitted_by");
    job.started_at = fields.time("started_at");
    job.finished_at = fields.time("finished_at");
    job.error = error_from(fields);
    job.inventory_began = fields.time("inventory_began");
    job.inventory_ended = fields.time("inventory_ended");
    job.planned_move = planned_move_from(fields);
    job.cabinet = cabinet_from(document, fields);
    job.planned_exchange = planned_exchange_from(fields);
    job.log = log_from(document, fields);
    job.result = document.value("result", Json());
    job.machine = document.value("machine", Json());
    job.bays = document.value("bays", Json());
    if (!job.bays.is_null() && !job.bays.is_array())
        fields.fault();
    if (fields.faulted())
        return malformed;
    return job;
}

} // namespace changer::jobs
