// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/follow.hpp"
#include "changerctl/text_table.hpp"
#include "changerctl/views.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>

namespace changer::ctl {

using client::Document;
using client::encode_segment;
using nlohmann::json;

namespace {

using View = std::string (*)(const json&, bool);

Result<int> show(Context& context, const Result<Document>& answer, View view) {
    if (!answer)
        return answer.error();
    if (context.globals.json)
        context.io.out << answer->text() << std::endl;
    else
        context.io.out << view(answer->json(), context.io.colour) << std::flush;
    return 0;
}

/// Returns the target of something of the chosen library.
Result<std::string> target(Context& context, const std::string& rest) {
    const auto library = chosen_library(context);
    if (!library)
        return library.error();
    return "/v1/libraries/" + encode_segment(*library) + rest;
}

Result<int> show_of_library(Context& context, const std::string& rest, View view) {
    const auto path = target(context, rest);
    if (!path)
        return path.error();
    return show(context, context.client.get(*path), view);
}

std::string view_drives(const json& drives, bool colour) {
    return view_elements(json{{"elements", list(drives, "drives")}}, colour);
}

/// Puts what the lists of drives and cartridges say of them into the list of elements.
json with_descriptions(const json& elements, const json& drives, const json& media) {
    std::map<std::int64_t, const json*> by_address;
    std::map<std::string, const json*> by_id;
    for (const json& drive : list(drives, "drives"))
        if (const auto address = number(drive, "address"))
            by_address[*address] = &drive;
    for (const json& medium : list(media, "media"))
        by_id[text(medium, "id", "")] = &medium;
    json all = json::array();
    for (json element : list(elements, "elements")) {
        const auto drive = by_address.find(number(element, "address").value_or(-1));
        if (drive != by_address.end())
            element = *drive->second;
        const auto medium = by_id.find(text(element, "media", ""));
        if (medium != by_id.end() && element.is_object())
            element["cartridge"] = *medium->second;
        all.push_back(std::move(element));
    }
    return {{"elements", std::move(all)}};
}

/// Shows the elements with what operators call the drives and the cartridges in them.
Result<int> show_described(Context& context, const std::string& path) {
    const auto elements = context.client.get(path + "/elements");
    if (!elements)
        return elements.error();
    const auto drives = context.client.get(path + "/drives");
    if (!drives)
        return drives.error();
    const auto media = context.client.get(path + "/media");
    if (!media)
        return media.error();
    const json described = with_descriptions(elements->json(), drives->json(), media->json());
    context.io.out << view_elements(described, context.io.colour) << std::flush;
    return 0;
}

std::string view_last_diff(const json& diff, bool colour) {
    std::string all = member(diff, "at").is_string() ? view_diff(list(diff, "diff"), colour)
                                                     : "no inventory has been taken yet\n";
    for (const json& change : list(diff, "foreign_changes"))
        all += fmt::format("\n{}: changed by no job of this daemon\n{}",
                           printable(text(change, "at")),
                           view_diff(list(change, "diff"), colour));
    return all;
}

} // namespace

Result<int> run_libraries(Context& context, const Arguments&) {
    return show(context, context.client.get("/v1/libraries"), view_libraries);
}

Result<int> run_status(Context& context, const Arguments& arguments) {
    const auto path = target(context, "");
    if (!path)
        return path.error();
    const std::string query = arguments.option("--refresh") ? "?revalidate=true" : "";
    const bool verbose = arguments.option("--verbose").has_value();
    const auto view = verbose ? view_library_settings : view_library;
    auto shown = show(context, context.client.get(*path + query), view);
    if (!shown || context.globals.json)
        return shown;
    context.io.out << '\n';
    if (verbose)
        return show_described(context, *path);
    return show(context, context.client.get(*path + "/elements"), view_elements);
}

Result<int> run_drives(Context& context, const Arguments&) {
    return show_of_library(context, "/drives", view_drives);
}

Result<int> run_media(Context& context, const Arguments& arguments) {
    if (arguments.operands.empty())
        return show_of_library(context, "/media", view_media);
    return show_of_library(context, "/media/" + encode_segment(arguments.operand(0)), view_medium);
}

Result<int> run_diff(Context& context, const Arguments&) {
    return show_of_library(context, "/diff", view_last_diff);
}

Result<int> run_jobs(Context& context, const Arguments& arguments) {
    std::string query;
    if (!arguments.option("--all"))
        query = "?state=active";
    if (!context.globals.library.empty())
        query +=
            (query.empty() ? "?library=" : "&library=") + encode_segment(context.globals.library);
    return show(context, context.client.get("/v1/jobs" + query), view_jobs);
}

Result<int> run_job(Context& context, const Arguments& arguments) {
    return show(
        context, context.client.get("/v1/jobs/" + encode_segment(arguments.operand(0))), view_job);
}

Result<int> run_wait(Context& context, const Arguments& arguments) {
    // "<library>-r<number>" is an operator request, "<library>-<number>" a job
    const std::string id = arguments.operand(0);
    const auto dash = id.rfind("-r");
    const bool request = dash != id.npos && dash + 2 < id.size() &&
                         id.find_first_not_of("0123456789", dash + 2) == id.npos;
    return request ? follow_request(context, id) : follow(context, id);
}

Result<int> run_cancel(Context& context, const Arguments& arguments) {
    const std::string path = "/v1/jobs/" + encode_segment(arguments.operand(0));
    return show(context, context.client.call({.method = "DELETE", .target = path}), view_job);
}

Result<int> run_requests(Context& context, const Arguments&) {
    return show(context, context.client.get("/v1/operator-requests"), view_requests);
}

Result<int> run_answer(Context& context, const Arguments& arguments) {
    const std::string path = "/v1/operator-requests/" + encode_segment(arguments.operand(0));
    const std::string body = json{{"answer", arguments.operand(1)}}.dump();
    const auto view = [](const json& request, bool colour) {
        return view_requests(json{{"operator_requests", json::array({request})}}, colour);
    };
    return show(
        context, context.client.call({.method = "POST", .target = path, .body = body}), view);
}

Result<int> show_door(Context& context) {
    return show_of_library(context, "/door", view_door);
}

} // namespace changer::ctl
