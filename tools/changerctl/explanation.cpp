// SPDX-License-Identifier: Apache-2.0
#include "changerctl/explanation.hpp"

#include "changerctl/explain_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::ctl {

using scsi::SenseRow;
using scsi::VendorFamily;

namespace {

const SenseRow* find_row(const SenseQuestion& question, VendorFamily family) {
    return question.element ? scsi::lookup_element(question.code.asc, question.code.ascq, family)
                            : scsi::lookup(question.code, family);
}

bool means_the_same(const Meaning& meaning, const SenseRow& row) {
    return meaning.text == row.meaning && meaning.reaction == row.reaction &&
           meaning.otherwise == row.otherwise && meaning.door == row.door;
}

/// A maker who means what the standard means has the standard's reasons for it.
const CauseText* cause_of(const SenseQuestion& question, const SenseRow& row) {
    const auto [key, asc, ascq] = question.code;
    if (const auto* own = find_cause(row.family, asc, ascq))
        return own;
    const SenseRow* standard = find_row(question, VendorFamily::generic);
    const bool same =
        standard != nullptr && standard->reaction == row.reaction && standard->door == row.door;
    return same ? find_cause(VendorFamily::generic, asc, ascq) : nullptr;
}

/// An element's exception fails no command.
ReactionText consequences(const SenseQuestion& question, scsi::Reaction reaction) {
    auto text = text_of(reaction);
    const bool as_it_says = reaction == scsi::Reaction::skip_element ||
                            reaction == scsi::Reaction::note ||
                            reaction == scsi::Reaction::initialize_elements;
    if (question.element && !as_it_says)
        text.changer_does = "refuses moves from and to the element while it is not accessible, and "
                            "goes on with the others";
    return text;
}

Meaning meaning_of(const SenseQuestion& question, const SenseRow& row) {
    const auto reaction = consequences(question, row.reaction);
    Meaning meaning{.families = {row.family},
                    .text = row.meaning,
                    .cause = std::nullopt,
                    .changer_does = reaction.changer_does,
                    .operator_does = reaction.operator_does,
                    .reaction = row.reaction,
                    .otherwise = row.otherwise,
                    .door = row.door};
    if (const auto* cause = cause_of(question, row)) {
        meaning.cause = cause->cause;
        if (!cause->operator_does.empty())
            meaning.operator_does = cause->operator_does;
    }
    return meaning;
}

/// What each maker means by it who does not mean what the standard means; makers who agree share
/// one meaning.
std::vector<Meaning> makers_meanings(const SenseQuestion& question,
                                     const std::optional<Meaning>& standard) {
    std::vector<Meaning> meanings;
    std::vector<VendorFamily> seen;
    for (const SenseRow& row : scsi::vendor_sense_rows()) {
        if (std::find(seen.begin(), seen.end(), row.family) != seen.end() ||
            find_row(question, row.family) != &row)
            continue;
        seen.push_back(row.family);
        if (standard && means_the_same(*standard, row))
            continue;
        const auto known = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& m) {
            return means_the_same(m, row);
        });
        if (known == meanings.end())
            meanings.push_back(meaning_of(question, row));
        else
            known->families.push_back(row.family);
    }
    return meanings;
}

/// What follows from the key alone; an element's code in no table changes nothing.
Meaning judged_by_key(const SenseQuestion& question) {
    const auto reaction = question.element ? scsi::Reaction::note : scsi::reaction(question.code);
    const auto text = text_of(reaction);
    return {.families = {},
            .text = question.element ? "an exception of this element"
                                     : scsi::describe_key(question.code.key),
            .cause = std::nullopt,
            .changer_does = text.changer_does,
            .operator_does = text.operator_does,
            .reaction = reaction,
            .otherwise = std::nullopt,
            .door = scsi::DoorEvidence::none};
}

std::string summary_of(const SenseQuestion& question, const std::optional<Meaning>& applies) {
    if (applies)
        return std::string(applies->text);
    if (question.element)
        return question.code.asc >= 0x80 || question.code.ascq >= 0x80
                   ? "an element's exception, a vendor's code"
                   : "an element's exception";
    return scsi::describe(question.code);
}

} // namespace

Explanation explain(const SenseQuestion& question, std::optional<VendorFamily> family) {
    Explanation explanation{.summary = {},
                            .applies = std::nullopt,
                            .standard = std::nullopt,
                            .makers = {},
                            .by_key = judged_by_key(question)};
    std::optional<Meaning> standard;
    if (const SenseRow* row = find_row(question, VendorFamily::generic))
        standard = meaning_of(question, *row);
    const SenseRow* row = family ? find_row(question, *family) : nullptr;
    if (row != nullptr && row->family != VendorFamily::generic) {
        explanation.applies = meaning_of(question, *row);
        explanation.standard = standard;
    } else {
        explanation.applies = standard;
    }
    if (!family)
        explanation.makers = makers_meanings(question, standard);
    explanation.summary = summary_of(question, explanation.applies);
    return explanation;
}

} // namespace changer::ctl
