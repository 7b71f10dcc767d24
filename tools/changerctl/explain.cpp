// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/explain_texts.hpp"
#include "changerctl/explanation.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/text_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace changer::ctl {

using nlohmann::json;
using scsi::VendorFamily;

namespace {

/// What was asked, and all that is to be said to it.
struct Answered {
    SenseQuestion question;
    std::optional<std::string> model;
    std::optional<VendorFamily> family;
    Explanation explanation;
};

template <class T>
json nullable(const std::optional<T>& value) {
    return value ? json(*value) : json();
}

json to_json(const Meaning& meaning) {
    json families = json::array();
    for (const auto family : meaning.families)
        families.push_back(scsi::name(family));
    return {{"families", std::move(families)},
            {"meaning", meaning.text},
            {"cause", nullable(meaning.cause)},
            {"reaction", scsi::name(meaning.reaction)},
            {"otherwise", meaning.otherwise ? json(scsi::name(*meaning.otherwise)) : json()},
            {"changer_does", meaning.changer_does},
            {"operator_does", meaning.operator_does},
            {"door", text_of(meaning.door)}};
}

json to_json(const std::optional<Meaning>& meaning) {
    return meaning ? to_json(*meaning) : json();
}

json to_json(const std::optional<scsi::SenseData>& data) {
    if (!data)
        return {};
    json field;
    if (data->field)
        field = {{"of", data->field->in_cdb ? "command_block" : "parameter_list"},
                 {"byte", data->field->byte},
                 {"bit", nullable(data->field->bit)}};
    return {{"deferred", data->deferred},
            {"field", std::move(field)},
            {"progress_percent", data->progress ? json(*data->progress * 100 / 65536) : json()},
            {"information", nullable(data->information)},
            {"text", data->text.empty() ? json() : json(data->text)}};
}

json to_json(const Answered& answered) {
    const auto& question = answered.question;
    const auto& explanation = answered.explanation;
    json makers = json::array();
    for (const auto& meaning : explanation.makers)
        makers.push_back(to_json(meaning));
    const json key = question.element ? json() : json(question.code.key);
    const json key_name = question.element ? json() : json(scsi::describe_key(question.code.key));
    return {{"schema", "changer.explain/1"},
            {"code", to_string(question)},
            {"element", question.element},
            {"key", key},
            {"key_name", key_name},
            {"asc", question.code.asc},
            {"ascq", question.code.ascq},
            {"sense_data", to_json(question.data)},
            {"device_model", nullable(answered.model)},
            {"family", answered.family ? json(scsi::name(*answered.family)) : json()},
            {"summary", explanation.summary},
            {"applies", to_json(explanation.applies)},
            {"standard", to_json(explanation.standard)},
            {"makers", std::move(makers)},
            {"by_key", explanation.applies ? json() : to_json(explanation.by_key)}};
}

constexpr std::size_t label_width = 12;

/// Wraps a text at words; every line but the first is indented. `used` columns of the first are
/// taken already.
std::string
wrapped(std::string_view text, std::size_t columns, std::size_t indent, std::size_t used) {
    std::string all;
    for (std::size_t taken = used; !text.empty(); taken = indent) {
        const auto room = std::max<std::size_t>(columns, taken + 20) - taken;
        auto end = text.size();
        if (text.size() > room) {
            end = text.rfind(' ', room);
            end = std::min(end == text.npos ? text.find(' ') : end, text.size());
        }
        all += fmt::format("{:{}}{}\n", "", all.empty() ? 0 : indent, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

/// Writes "  label     text", the text wrapped under itself.
std::string paragraph(std::string_view label, std::string_view text, std::size_t columns) {
    return fmt::format("  {:<{}}", label, label_width - 2) +
           wrapped(text, columns, label_width, label_width);
}

std::string who(const std::vector<VendorFamily>& families) {
    std::string names;
    for (const auto family : families)
        names += (names.empty() ? "" : "; ") + std::string(models_of(family));
    return names;
}

std::string consequences(const Meaning& meaning, std::size_t columns) {
    return paragraph("cause", meaning.cause.value_or("not told by any source"), columns) +
           paragraph("changer", meaning.changer_does, columns) +
           paragraph("operator", meaning.operator_does, columns) +
           paragraph("door", text_of(meaning.door), columns);
}

/// What the sense data says beside its code.
std::string view_data(const scsi::SenseData& data, std::size_t columns) {
    std::string all;
    if (data.deferred)
        all += paragraph("deferred", "the error is an earlier command's", columns);
    if (data.field) {
        auto place = fmt::format("the device objects to byte {}", data.field->byte);
        if (data.field->bit)
            place += fmt::format(", bit {},", *data.field->bit);
        place += data.field->in_cdb ? " of the command block" : " of the list sent along";
        all += paragraph("field", place, columns);
    }
    if (data.progress)
        all += paragraph("progress", fmt::format("{} %", *data.progress * 100 / 65536), columns);
    if (!data.text.empty())
        all += paragraph("device", printable(data.text), columns);
    return all;
}

/// Says why the meaning shown is the one, or why there is none.
std::string view_sources(const Answered& answered, std::size_t columns) {
    const auto& explanation = answered.explanation;
    std::string all;
    if (answered.model && !answered.family)
        all += paragraph("model",
                         fmt::format("\"{}\" is not among the models with codes of their own",
                                     printable(*answered.model)),
                         columns);
    if (answered.family)
        all += paragraph("model", models_of(*answered.family), columns);
    if (explanation.standard)
        all += paragraph("standard", explanation.standard->text, columns);
    if (!explanation.applies)
        all += paragraph("unknown",
                         explanation.makers.empty()
                             ? "the code is in no table; it is judged by its key alone"
                             : "the standard has no such code; it is for the maker to define",
                         columns);
    return all;
}

std::string view(const Answered& answered, std::size_t columns) {
    const auto& explanation = answered.explanation;
    std::string all = wrapped(
        fmt::format("{}: {}", to_string(answered.question), explanation.summary), columns, 2, 0);
    if (answered.question.data)
        all += view_data(*answered.question.data, columns);
    all += view_sources(answered, columns);
    if (explanation.applies)
        all += consequences(*explanation.applies, columns);
    else if (explanation.makers.empty())
        all += consequences(explanation.by_key, columns);
    for (const auto& meaning : explanation.makers)
        all += "\n" +
               wrapped(fmt::format("{}: {}", who(meaning.families), meaning.text), columns, 2, 0) +
               consequences(meaning, columns);
    if (!explanation.makers.empty())
        all += "\n" + wrapped("--device-model \"VENDOR PRODUCT\" names the library, as changerctl "
                              "discover does.",
                              columns,
                              2,
                              0);
    return all;
}

} // namespace

Result<int> run_explain(Context& context, const Arguments& arguments) {
    auto question = read_sense_question(arguments.operands);
    if (!question)
        return std::move(question).error();
    const auto model = arguments.option("--device-model");
    const auto family = model ? family_of_model(*model) : std::nullopt;
    const Answered answered{.question = *question,
                            .model = model,
                            .family = family,
                            .explanation = explain(*question, family)};
    if (context.globals.json)
        context.io.out << json_line(to_json(answered)) << std::endl;
    else
        context.io.out << view(answered, std::min<std::size_t>(context.io.columns, 100))
                       << std::flush;
    return 0;
}

} // namespace changer::ctl
