// SPDX-License-Identifier: Apache-2.0
#include "changerctl/command_line.hpp"
#include "changerctl/commands.hpp"
#include "changerctl/follow.hpp"
#include "changerctl/start_time.hpp"

#include <nlohmann/json.hpp>

namespace changer::ctl {

using nlohmann::json;

namespace {

constexpr std::int64_t longest_open = 65'535; // as the API takes it

Result<int> open_door(Context& context, const Arguments& arguments) {
    json job{{"operation", "door"}};
    if (const auto inventory = arguments.option("--inventory"))
        job["inventory"] = *inventory;
    if (const auto text = arguments.option("--max-open")) {
        const auto seconds = parse_seconds(*text, longest_open);
        if (!seconds)
            return Error(seconds.error()).in("--max-open");
        job["max_open_seconds"] = seconds->count();
    }
    if (const auto text = arguments.option("--not-before")) {
        const auto start = parse_start_time(*text, SystemClock().now().wall);
        if (!start)
            return Error(start.error()).in("--not-before");
        job["not_before"] = *start;
    }
    return submit_and_follow(context, job);
}

/// Submits what puts an object into use or takes it out of it.
Result<int> change_use(Context& context, const Arguments& arguments, const char* operation) {
    const auto kind = arguments.operand(0);
    const auto name = arguments.operand(1);
    const bool whole = kind.empty() || kind == "library";
    if (whole != name.empty())
        return Error{Code::usage,
                     whole ? "the library is chosen with -l"
                           : std::string("which ") + (kind == "drive" ? "drive" : "cartridge") +
                                 "? give its " + (kind == "drive" ? "number" : "barcode")};
    json job{{"operation", operation}};
    if (kind == "drive")
        job["object"] =
            name.starts_with("drive:") || name.starts_with('@') ? name : kind + ":" + name;
    if (kind == "media")
        job["object"] = "media:" + name;
    return submit_and_follow(context, job);
}

} // namespace

Result<int> run_enable(Context& context, const Arguments& arguments) {
    return change_use(context, arguments, "enable");
}

Result<int> run_disable(Context& context, const Arguments& arguments) {
    return change_use(context, arguments, "disable");
}

Result<int> run_door(Context& context, const Arguments& arguments) {
    if (arguments.operand(0) == "open")
        return open_door(context, arguments);
    if (!arguments.options.empty())
        return Error{Code::usage,
                     arguments.options.begin()->first + " belongs to changerctl door open"};
    return show_door(context);
}

Result<int> run_inventory(Context& context, const Arguments& arguments) {
    json job{{"operation", "inventory"}};
    if (arguments.operand(0) == "stop")
        return submit_and_follow(context, {{"operation", "stop"}});
    if (!arguments.operands.empty())
        job["inventory"] = arguments.operand(0);
    return submit_and_follow(context, job);
}

Result<int> run_identify(Context& context, const Arguments& arguments) {
    return submit_and_follow(context,
                             {{"operation", "identify"}, {"source", arguments.operand(0)}});
}

Result<int> run_load(Context& context, const Arguments& arguments) {
    json job{{"operation", "load"}, {"source", arguments.operand(0)}};
    if (arguments.operands.size() > 1)
        job["destination"] = arguments.operand(1);
    return submit_and_follow(context, job);
}

Result<int> run_unload(Context& context, const Arguments& arguments) {
    json job{{"operation", "unload"}, {"source", arguments.operand(0)}};
    if (arguments.operands.size() > 1)
        job["destination"] = arguments.operand(1);
    return submit_and_follow(context, job);
}

Result<int> run_move(Context& context, const Arguments& arguments) {
    return submit_and_follow(context,
                             {{"operation", "move"},
                              {"source", arguments.operand(0)},
                              {"destination", arguments.operand(1)}});
}

Result<int> run_exchange(Context& context, const Arguments& arguments) {
    json job{{"operation", "exchange"},
             {"source", arguments.operand(0)},
             {"destination", arguments.operand(1)}};
    if (arguments.operands.size() > 2)
        job["second_destination"] = arguments.operand(2);
    return submit_and_follow(context, job);
}

Result<int> run_position(Context& context, const Arguments& arguments) {
    return submit_and_follow(context,
                             {{"operation", "position"}, {"destination", arguments.operand(0)}});
}

} // namespace changer::ctl
