// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/follow.hpp"
#include "changerctl/text_table.hpp"
#include "changerctl/views.hpp"
#include "device/quirks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace changer::ctl {
namespace {

using nlohmann::json;

/// Where changerd looks unless its configuration says otherwise.
constexpr std::string_view default_directory = CHANGER_SYSCONFDIR "/changer/quirks.d";

struct Checked {
    std::size_t files = 0;
    Quirks quirks;
    std::vector<std::string> errors; ///< one for each file that has any
};

Checked check(const std::vector<std::filesystem::path>& files) {
    Checked checked{.files = files.size()};
    for (const auto& file : files)
        if (auto added = checked.quirks.add_file(file); !added)
            checked.errors.push_back(to_string(added.error()));
    return checked;
}

std::string summary(const Checked& checked, const std::string& directory) {
    std::string text;
    for (const QuirkRow& row : checked.quirks.rows())
        text += fmt::format("  {} ({})\n", printable(row.name), printable(row.source));
    return fmt::format("{}: {} files, {} rows of quirks{}\n{}",
                       printable(directory),
                       checked.files,
                       checked.quirks.rows().size(),
                       checked.errors.empty() ? ""
                                              : fmt::format(", {} errors", checked.errors.size()),
                       text);
}

Result<int> verify_quirks(Context& context, const Arguments& arguments) {
    const bool named = !arguments.operand(0).empty();
    const std::string directory = named ? arguments.operand(0) : std::string(default_directory);
    auto files = Quirks::files_of(directory);
    if (!files && !named && files.error().code == Code::not_found)
        files = std::vector<std::filesystem::path>{}; // nobody has any: that is good
    if (!files)
        return std::move(files).error();
    const Checked checked = check(*files);
    if (context.globals.json) {
        const json document{{"schema", "changer.verify/1"},
                            {"directory", directory},
                            {"files", checked.files},
                            {"rows", checked.quirks.rows().size()},
                            {"errors", checked.errors}};
        context.io.out << json_line(document) << std::endl;
    } else {
        context.io.out << summary(checked, directory) << std::flush;
        for (const std::string& error : checked.errors)
            context.io.err << "changerctl: " << printable(error) << '\n';
    }
    return checked.errors.empty() ? 0 : info(Code::malformed_document).exit;
}

std::string said(const json& contents) {
    if (!contents.is_object())
        return "not there";
    const auto full = flag(contents, "full");
    if (!full)
        return "not known";
    return *full ? text(contents, "barcode", "(no barcode)") : "empty";
}

std::string place_of(const json& difference) {
    if (member(difference, "number").is_number_integer())
        return place(difference);
    return fmt::format("@{}", number(difference, "address").value_or(0));
}

std::string view_verification(const json& verification, bool colour) {
    const auto elements = number(verification, "elements").value_or(0);
    TextTable table({"ELEMENT", "RECORDED", "ROBOT"});
    for (const json& difference : list(verification, "differences"))
        table.add({place_of(difference),
                   said(member(difference, "recorded")),
                   said(member(difference, "read"))});
    if (table.empty())
        return fmt::format("{} elements read: all as recorded\n", elements);
    return fmt::format("{} elements read: {} are not as recorded\n{}",
                       elements,
                       list(verification, "differences").size(),
                       table.str(colour));
}

Result<int> verify_map(Context& context, const Arguments& arguments) {
    const auto library = chosen_library(context);
    if (!library)
        return library.error();
    const auto answer =
        context.client.get("/v1/libraries/" + client::encode_segment(*library) + "/verification");
    if (!answer)
        return answer.error();
    const bool differ = !list(answer->json(), "differences").empty();
    const bool repair = differ && arguments.option("--repair");
    if (context.globals.json && !repair) // with a job the job is the one object that is printed
        context.io.out << answer->text() << std::endl;
    if (!context.globals.json)
        context.io.out << view_verification(answer->json(), context.io.colour) << std::flush;
    if (repair)
        return submit_and_follow(context, {{"operation", "inventory"}, {"inventory", "fast"}});
    return differ ? info(Code::failed).exit : 0;
}

} // namespace

Result<int> run_verify(Context& context, const Arguments& arguments) {
    const bool repair = arguments.option("--repair").has_value();
    const bool quirks = arguments.option("--quirks").has_value();
    if (quirks && repair)
        return Error{Code::usage, "--repair is of the map: leave out --quirks"};
    if (quirks)
        return verify_quirks(context, arguments);
    if (!arguments.operands.empty())
        return Error{Code::usage, "name what to check: changerctl verify --quirks [DIRECTORY]"};
    return verify_map(context, arguments);
}

} // namespace changer::ctl
