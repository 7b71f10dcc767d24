// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/planned_exchange.hpp"
#include "scsi/types.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::jobs {

enum class Operation : std::uint8_t {
    door,
    inventory,
    load,
    unload,
    move,
    exchange,
    position,
    identify, ///< one cartridge is looked at by a drive
    stop,     ///< ends a full inventory between two cartridges
    enable,
    disable,
};

inline constexpr Operation last_operation = Operation::disable;

/// As requested; `by_default` is resolved from the library's inventory_method when the door closed.
enum class InventoryAction : std::uint8_t { none, fast, full, by_default };

enum class JobState : std::uint8_t {
    queued,
    running,
    waiting, ///< for a human, for the device, or for the job it was merged into
    passed,
    failed,
    cancelled,
    stopped,
};

/// What was asked for, checked for form but not yet against a library.
struct JobRequest {
    Operation operation = Operation::door;
    InventoryAction inventory = InventoryAction::by_default;
    std::optional<std::uint32_t> max_open_seconds;
    std::optional<WallTime> not_before;
    int priority = 0; ///< -15 to 15, higher first
    /// It is cancelled when the client goes that submitted it; what has begun to move is finished.
    bool while_connected = false;
    std::optional<std::string> source;
    std::optional<std::string> destination;
    std::optional<std::string> second_destination; ///< exchange: for what was in `destination`
    std::optional<std::string> object;             ///< enable, disable: see find_object()

    bool operator==(const JobRequest&) const = default;
};

/// One line of a job's history, for people.
struct LogLine {
    WallTime at{};
    std::string text;

    bool operator==(const LogLine&) const = default;
};

/// A move that was decided: what the journal must know before the arm starts.
struct PlannedMove {
    scsi::ElementAddress source{};
    scsi::ElementAddress destination{};
    std::optional<std::string> barcode;
    bool started = false; ///< the command may have reached the device

    bool operator==(const PlannedMove&) const = default;
};

/// A request with its progress and outcome. The queue's order is `number`, never a time.
struct Job {
    std::string id; ///< "<library>-<number>", never reused
    std::uint64_t number = 0;
    std::string library;
    JobRequest request;
    JobState state = JobState::queued;
    std::optional<std::string> phase;
    std::optional<int> progress; ///< per cent
    std::optional<WallTime> eta;
    std::optional<std::int64_t> order; ///< set by an operator, see queue.hpp
    std::optional<std::string> merged_into;
    std::optional<std::string> part_of; ///< the first job of a cabinet's door, in another library
    std::optional<std::string> operator_request;
    bool cancel_requested = false;
    bool stop_requested = false; ///< an inventory ends as it is, between two cartridges
    std::optional<std::string> submitted_by;
    WallTime queued_at{};
    std::optional<WallTime> started_at;
    std::optional<WallTime> finished_at;
    std::optional<Error> error;
    nlohmann::json result; ///< null until there is one
    std::vector<LogLine> log;

    // in the journal only
    nlohmann::json machine; ///< state of the door machine; null for other operations
    std::optional<WallTime> inventory_began; ///< of a door job, since the door was closed
    std::optional<WallTime> inventory_ended;
    std::optional<PlannedMove> planned_move;
    std::optional<PlannedExchange> planned_exchange;
    nlohmann::json bays; ///< what a full inventory has in drives; null: it looks at none
    std::vector<std::string> cabinet; ///< the libraries behind the door; empty: this one alone

    // in memory only
    bool client_gone = false; ///< that is why it is to be cancelled

    bool finished() const { return state >= JobState::passed; }
};

/// True for what only the arm does; false for doors and inventories.
bool is_move(Operation operation);

/// True for what reads the library and its cartridges, and changes nothing: inventory, identify.
bool looks(Operation operation);

/// True for what is done at once and waits in no queue.
bool is_control(Operation operation);

std::string_view name(Operation operation);
std::string_view name(InventoryAction action);
std::string_view name(JobState state);

/// Why a job that was called off is over.
Error cancelled_error(const Job& job);

/// Reads the body of a submission.
///
/// Errors:  invalid_parameter — unknown key or operation, wrong type, value out of range, an
///          inventory action that the operation has not; the text names the legal ones
Result<JobRequest> parse_job_request(const nlohmann::json& body);

/// Writes what was asked for, without `operation`: the `arguments` of a job.
nlohmann::json arguments_to_json(const JobRequest& request);

nlohmann::json to_json(const Error& error);

/// Writes the object of the API.
nlohmann::json to_json(const Job& job);

/// Writes the document under "job/<id>": the API's object and what only the journal needs.
nlohmann::json job_to_document(const Job& job);

/// Errors:  malformed_document
Result<Job> job_from_document(const nlohmann::json& document);

} // namespace changer::jobs
