// SPDX-License-Identifier: Apache-2.0
#include "jobs/job.hpp"
#include "library/fields.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

Error refuse(std::string what) {
    return {Code::invalid_parameter, std::move(what)};
}

/// One key of a submission: who takes it, and how it is read.
struct Key {
    std::string_view name;
    unsigned operations; ///< of these, see only_for()
    Result<void> (*read)(JobRequest& request, const Json& value);
};

constexpr unsigned only_for(std::initializer_list<Operation> operations) {
    unsigned set = 0;
    for (const auto operation : operations)
        set |= 1U << static_cast<unsigned>(operation);
    return set;
}

constexpr unsigned queued_operations =
    ~only_for({Operation::enable, Operation::disable, Operation::stop});

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
        return refuse("'stop' is not an inventory to take: to end a full one it is an operation of "
                      "its own, 'stop'; use " +
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

Result<void> read_second_destination(JobRequest& request, const Json& value) {
    auto place = read_place("second_destination", value);
    if (!place)
        return std::move(place).error();
    request.second_destination = *std::move(place);
    return {};
}

Result<void> read_object(JobRequest& request, const Json& value) {
    if (!value.is_string() || value.get_ref<const std::string&>().empty() ||
        value.get_ref<const std::string&>().size() > 128)
        return refuse("'object' must be 'library', 'drive:N' or 'media:BARCODE'");
    request.object = value.get<std::string>();
    return {};
}

using enum Operation;

constexpr std::array keys{
    Key{"inventory", only_for({door, inventory}), read_inventory},
    Key{"max_open_seconds", only_for({door}), read_max_open},
    Key{"not_before", queued_operations, read_not_before},
    Key{"priority", queued_operations, read_priority},
    Key{"while_connected", queued_operations, read_while_connected},
    Key{"source", only_for({load, unload, move, exchange, identify}), read_source},
    Key{"destination", only_for({load, unload, move, exchange, position}), read_destination},
    Key{"second_destination", only_for({exchange}), read_second_destination},
    Key{"object", only_for({enable, disable}), read_object},
};

constexpr std::string_view legal_operations =
    "door, inventory, load, unload, move, exchange, position, identify, stop, enable or disable";

/// Checks what an operation cannot do without.
Result<void> check_complete(const JobRequest& request) {
    const auto operation = request.operation;
    const bool takes_something = is_move(operation) && operation != position;
    if ((takes_something || operation == identify) && !request.source)
        return refuse(fmt::format("'{}' needs a 'source'", name(operation)));
    const bool goes_somewhere = operation == move || operation == exchange || operation == position;
    if (goes_somewhere && !request.destination)
        return refuse(fmt::format("'{}' needs a 'destination'", name(operation)));
    return {};
}

Result<void> read_key(JobRequest& request, const std::string& key, const Json& value) {
    for (const auto& candidate : keys) {
        if (candidate.name != key)
            continue;
        if ((candidate.operations & only_for({request.operation})) == 0)
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
        return refuse(fmt::format("'operation' is missing: {}", legal_operations));
    const auto& text = operation->get_ref<const std::string&>();
    const auto known = library::from_name(std::string_view(text), last_operation);
    if (!known)
        return refuse(fmt::format("there is no operation '{}'; use {}", text, legal_operations));
    JobRequest request;
    request.operation = *known;
    for (const auto& item : body.items()) {
        if (item.key() == "operation")
            continue;
        if (auto read = read_key(request, item.key(), item.value()); !read)
            return std::move(read).error();
    }
    if (auto complete = check_complete(request); !complete)
        return std::move(complete).error();
    return request;
}

} // namespace changer::jobs
