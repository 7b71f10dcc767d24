// SPDX-License-Identifier: Apache-2.0
#include "jobs/job.hpp"
#include "library/fields.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

Error refuse(std::string what) {
    return {Code::invalid_parameter, std::move(what)};
}

/// One key of a submission: who takes it, and how it is read.
struct Key {
    std::string_view name;
    std::array<bool, 5> operations; ///< door, inventory, load, unload, move
    Result<void> (*read)(JobRequest& request, const Json& value);
};

Result<void> read_inventory(JobRequest& request, const Json& value) {
    const bool door = request.operation == Operation::door;
    const std::string legal =
        door ? "'none', 'fast', 'full' or 'default'" : "'fast', 'full' or 'default'";
    if (!value.is_string())
        return refuse("'inventory' must be a text: " + legal);
    const auto& text = value.get_ref<const std::string&>();
    if (text == "slot" && door)
        return refuse("inventory action 'slot' cannot follow a door: behind an open door any slot "
                      "may change; use " +
                      legal);
    if (text == "stop")
        return refuse("'stop' is not an inventory to take; to end a running one, cancel its job; "
                      "use " +
                      legal);
    const auto action = library::from_name(std::string_view(text), InventoryAction::by_default);
    if (!action || (!door && action == InventoryAction::none))
        return refuse(fmt::format("there is no inventory action '{}'; use {}", text, legal));
    request.inventory = *action;
    return {};
}

Result<void> read_max_open(JobRequest& request, const Json& value) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
        value.get<std::int64_t>() > 65535)
        return refuse("'max_open_seconds' must be a whole number from 0 to 65535");
    request.max_open_seconds = value.get<std::uint32_t>();
    return {};
}

Result<void> read_not_before(JobRequest& request, const Json& value) {
    if (value.is_string())
        request.not_before = from_rfc3339(value.get_ref<const std::string&>());
    if (!request.not_before)
        return refuse("'not_before' must be a time in UTC like 2026-01-31T23:00:00Z");
    return {};
}

Result<void> read_priority(JobRequest& request, const Json& value) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < -15 ||
        value.get<std::int64_t>() > 15)
        return refuse("'priority' must be a whole number from -15 to 15");
    request.priority = value.get<int>();
    return {};
}

Result<void> read_while_connected(JobRequest& request, const Json& value) {
    if (!value.is_boolean())
        return refuse("'while_connected' must be true or false");
    request.while_connected = value.get<bool>();
    return {};
}

Result<std::string> read_place(std::string_view key, const Json& value) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        if (!text.empty() && text.size() <= 64)
            return text;
    }
    return refuse(fmt::format(
        "'{}' must name a place or a cartridge: slot:N, drive:N, mail:N, @ADDRESS or a barcode",
        key));
}

Result<void> read_source(JobRequest& request, const Json& value) {
    auto place = read_place("source", value);
    if (!place)
        return std::move(place).error();
    request.source = *std::move(place);
    return {};
}

Result<void> read_destination(JobRequest& request, const Json& value) {
    auto place = read_place("destination", value);
    if (!place)
        return std::move(place).error();
    request.destination = *std::move(place);
    return {};
}

constexpr std::array keys{
    Key{"inventory", {true, true, false, false, false}, read_inventory},
    Key{"max_open_seconds", {true, false, false, false, false}, read_max_open},
    Key{"not_before", {true, true, true, true, true}, read_not_before},
    Key{"priority", {true, true, true, true, true}, read_priority},
    Key{"while_connected", {true, true, true, true, true}, read_while_connected},
    Key{"source", {false, false, true, true, true}, read_source},
    Key{"destination", {false, false, true, true, true}, read_destination},
};

Result<void> read_key(JobRequest& request, const std::string& key, const Json& value) {
    for (const auto& candidate : keys) {
        if (candidate.name != key)
            continue;
        if (!candidate.operations.at(static_cast<std::size_t>(request.operation)))
            return refuse(fmt::format("'{}' has no '{}'", name(request.operation), key));
        return candidate.read(request, value);
    }
    return refuse(fmt::format("there is no parameter '{}'", key));
}

} // namespace

Result<JobRequest> parse_job_request(const Json& body) {
    if (!body.is_object())
        return refuse("a job is submitted as an object with an 'operation'");
    const auto operation = body.find("operation");
    if (operation == body.end() || !operation->is_string())
        return refuse("'operation' is missing: door, inventory, load, unload or move");
    const auto& text = operation->get_ref<const std::string&>();
    const auto known = library::from_name(std::string_view(text), Operation::move);
    if (!known)
        return refuse(fmt::format(
            "there is no operation '{}'; use door, inventory, load, unload or move", text));
    JobRequest request;
    request.operation = *known;
    for (const auto& item : body.items()) {
        if (item.key() == "operation")
            continue;
        if (auto read = read_key(request, item.key(), item.value()); !read)
            return std::move(read).error();
    }
    if (is_move(*known) && !request.source)
        return refuse(fmt::format("'{}' needs a 'source'", text));
    if (*known == Operation::move && !request.destination)
        return refuse("'move' needs a 'destination'");
    return request;
}

} // namespace changer::jobs
