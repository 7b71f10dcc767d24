// SPDX-License-Identifier: Apache-2.0
#include "changerctl/command_line.hpp"
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/follow.hpp"
#include "changerctl/text_table.hpp"
#include "changerctl/views.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <ostream>

// What changes a library's settings, its queue and its operator's list, at once and without a job.

namespace changer::ctl {

using client::encode_segment;
using nlohmann::json;

namespace {

std::string written(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Reads a number as the whole word; null if it is none.
json number_or_null(const std::string& word) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        return nullptr;
    return value;
}

/// Reads a value as the setting wants it: names and descriptions are texts whatever they look like.
json setting_value(const std::string& key, const std::string& word) {
    if (key == "name" || key == "description")
        return word;
    if (word == "default" || word == "null")
        return nullptr;
    if (word == "true" || word == "false")
        return word == "true";
    const json number = number_or_null(word);
    return number.is_null() ? json(word) : number;
}

void say(Context& context, const client::Document& answer, const std::string& sentence) {
    if (context.globals.json)
        context.io.out << answer.text() << std::endl;
    else
        context.io.out << printable(sentence) << std::endl;
}

/// Gives a drive or a cartridge a name or a description: "drive 2 name Top".
Result<int> describe(Context& context, const std::string& library, const Arguments& arguments) {
    const bool is_drive = arguments.operand(0) == "drive";
    std::string which = arguments.operand(1);
    constexpr std::string_view drive_prefix = "drive:";
    if (is_drive && which.starts_with(drive_prefix))
        which.erase(0, drive_prefix.size());
    const std::string key = arguments.operand(2);
    const auto answer = context.client.call({.method = "PATCH",
                                             .target = fmt::format("/v1/libraries/{}/{}/{}",
                                                                   encode_segment(library),
                                                                   is_drive ? "drives" : "media",
                                                                   encode_segment(which)),
                                             .body = written({{key, arguments.operand(3)}})});
    if (!answer)
        return answer.error();
    const std::string object = is_drive ? place(answer->json()) : "cartridge " + which;
    const json& value = member(answer->json(), key);
    say(context,
        *answer,
        value.is_null() ? fmt::format("{} has no {}", object, key)
                        : fmt::format("{} of {} is {}", key, object, written(value)));
    return 0;
}

} // namespace

Result<int> run_set(Context& context, const Arguments& arguments) {
    const std::string key = arguments.operand(0);
    const bool described = arguments.operands.size() > 2;
    if (!described && (key == "drive" || key == "media"))
        return Error{Code::usage,
                     fmt::format("what of it? changerctl set {} {} name \"...\"",
                                 key,
                                 arguments.operand(1))};
    const auto library = chosen_library(context);
    if (!library)
        return library.error();
    if (described)
        return describe(context, *library, arguments);
    const json patch{{key, setting_value(key, arguments.operand(1))}};
    const auto answer = context.client.call({.method = "PATCH",
                                             .target = "/v1/libraries/" + encode_segment(*library),
                                             .body = written(patch)});
    if (!answer)
        return answer.error();
    const json& setting = member(member(answer->json(), "settings"), key);
    say(context,
        *answer,
        fmt::format(
            "{} is {} ({})", key, written(member(setting, "value")), text(setting, "source")));
    return 0;
}

Result<int> run_order(Context& context, const Arguments& arguments) {
    const std::string place = arguments.operand(1);
    json order = place;
    if (place != "first" && place != "last")
        order = number_or_null(place);
    if (order.is_null())
        return Error{Code::usage,
                     fmt::format("\"{}\" is not first, last or a number from 1", place)};
    const auto answer =
        context.client.call({.method = "PATCH",
                             .target = "/v1/jobs/" + encode_segment(arguments.operand(0)),
                             .body = written({{"order", order}})});
    if (!answer)
        return answer.error();
    say(context, *answer, fmt::format("{} is {} in the queue", arguments.operand(0), place));
    return 0;
}

Result<int> run_request(Context& context, const Arguments& arguments) {
    const auto library = chosen_library(context);
    if (!library)
        return library.error();
    const json message{{"library", *library}, {"text", arguments.operand(0)}};
    const auto asked = context.client.call(
        {.method = "POST", .target = "/v1/operator-requests", .body = written(message)});
    if (!asked)
        return asked.error();
    const std::string id = text(asked->json(), "id", "");
    if (id.empty())
        return Error{Code::malformed_response, "the daemon took the request and gave it no id"};
    if (!context.globals.no_wait)
        return follow_request(context, id);
    say(context, *asked, fmt::format("{} asked; changerctl wait {} waits for the answer", id, id));
    return 0;
}

} // namespace changer::ctl
