// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
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
        text += fmt::format("  {} ({})\n", row.name, row.source);
    return fmt::format("{}: {} files, {} rows of quirks{}\n{}",
                       directory,
                       checked.files,
                       checked.quirks.rows().size(),
                       checked.errors.empty() ? ""
                                              : fmt::format(", {} errors", checked.errors.size()),
                       text);
}

} // namespace

Result<int> run_verify(Context& context, const Arguments& arguments) {
    if (!arguments.option("--quirks"))
        return Error{Code::usage, "name what to check: changerctl verify --quirks [DIRECTORY]"};
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
            context.io.err << "changerctl: " << error << '\n';
    }
    return checked.errors.empty() ? 0 : info(Code::malformed_document).exit;
}

} // namespace changer::ctl
