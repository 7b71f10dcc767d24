// SPDX-License-Identifier: Apache-2.0
#include "library/identification.hpp"

#include "library/fields.hpp"

namespace changer::library {

namespace {

constexpr auto last_outcome = Identification::Outcome::no_cartridge;

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

bool IdentificationMembers::take(std::string_view path, MemberValue& value) {
    if (!path.starts_with(key_))
        return false;
    const auto member = path.substr(key_.size());
    if (member.empty())
        present_ = value.object();
    else if (member == "/outcome") {
        const auto outcome =
            from_name<Identification::Outcome>(value.text().value_or(""), last_outcome);
        told_ = true;
        wrong_ = wrong_ || !outcome;
        identification_.outcome = outcome.value_or(Identification::Outcome::unreadable);
    } else if (member.starts_with("/label"))
        take_label(member, value);
    else if (member == "/medium_serial")
        identification_.medium_serial = value.text();
    else if (member == "/load_count")
        identification_.load_count = value.number();
    else if (member == "/cleaning_uses")
        identification_.cleaning_uses = value.number();
    else if (member == "/first_block")
        identification_.first_block = value.text().value_or("");
    else if (member == "/text")
        identification_.text = value.text().value_or("");
    else if (member == "/at")
        identification_.at = value.time();
    else if (member == "/by")
        identification_.by = value.text().value_or("");
    return true;
}

void IdentificationMembers::take_label(std::string_view member, MemberValue& value) {
    auto& label = identification_.label;
    if (member == "/label")
        label = value.object() ? std::optional(MediumLabel{}) : std::nullopt;
    else if (member == "/label/type" && label)
        label->type = value.text().value_or("");
    else if (member == "/label/id" && label)
        label->id = value.text().value_or("");
    else if (member == "/label/info" && label)
        label->info = value.text().value_or("");
}

} // namespace changer::library
