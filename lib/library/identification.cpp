// SPDX-License-Identifier: Apache-2.0
#include "library/identification.hpp"

#include "library/fields.hpp"

namespace changer::library {

namespace {

constexpr auto last_outcome = Identification::Outcome::no_cartridge;

std::optional<MediumLabel> label_from_json(const nlohmann::json& document, Fields& owner) {
    Fields fields(document);
    auto type = fields.text("type");
    if (!type || fields.faulted())
        return owner.fault();
    return MediumLabel{
        std::move(*type), fields.text("id").value_or(""), fields.text("info").value_or("")};
}

} // namespace

std::string_view name(Identification::Outcome outcome) {
    switch (outcome) {
    case Identification::Outcome::labelled:
        return "labelled";
    case Identification::Outcome::unrecognised:
        return "unrecognised";
    case Identification::Outcome::blank:
        return "blank";
    case Identification::Outcome::encrypted:
        return "encrypted";
    case Identification::Outcome::unreadable:
        return "unreadable";
    case Identification::Outcome::incompatible:
        return "incompatible";
    case Identification::Outcome::cleaning_cartridge:
        return "cleaning_cartridge";
    case Identification::Outcome::no_cartridge:
        return "no_cartridge";
    }
    return "unreadable";
}

nlohmann::json to_json(const std::optional<MediumLabel>& label) {
    if (!label)
        return nullptr;
    return {{"type", label->type}, {"id", label->id}, {"info", label->info}};
}

nlohmann::json to_json(const Identification& identification) {
    return {{"outcome", name(identification.outcome)},
            {"label", to_json(identification.label)},
            {"medium_serial", nullable(identification.medium_serial)},
            {"load_count", nullable(identification.load_count)},
            {"cleaning_uses", nullable(identification.cleaning_uses)},
            {"first_block", identification.first_block},
            {"text", identification.text},
            {"at", nullable(identification.at)},
            {"by", identification.by}};
}

Result<Identification> identification_from_json(const nlohmann::json& document) {
    Fields fields(document);
    const auto outcome =
        from_name<Identification::Outcome>(fields.text("outcome").value_or(""), last_outcome);
    Identification identification;
    if (fields.has("label"))
        identification.label = label_from_json(fields.object("label"), fields);
    identification.medium_serial = fields.text("medium_serial");
    identification.load_count = fields.number("load_count");
    identification.cleaning_uses = fields.number("cleaning_uses");
    identification.first_block = fields.text("first_block").value_or("");
    identification.text = fields.text("text").value_or("");
    identification.at = fields.time("at");
    identification.by = fields.text("by").value_or("");
    if (!outcome || fields.faulted())
        return Error{Code::malformed_document,
                     "what a drive told of a cartridge does not read as such"};
    identification.outcome = *outcome;
    return identification;
}

} // namespace changer::library
