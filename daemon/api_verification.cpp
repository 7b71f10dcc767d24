// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"
#include "json_text.hpp"
#include "problem.hpp"
#include "support/text.hpp"

#include <nlohmann/json.hpp>

namespace changer::daemon {

using nlohmann::json;

namespace {

/// Writes Verification of data/openapi.json.
json verification_document(const std::string& library, const Verification& verification) {
    json differences = json::array();
    for (const library::Disagreement& difference : verification.differences)
        differences.push_back(library::to_json(difference));
    return {{"schema", "changer.verification/1"},
            {"library", library},
            {"read_at", to_rfc3339(verification.read_at)},
            {"elements", verification.elements},
            {"differences", std::move(differences)}};
}

} // namespace

void Api::get_verification(Call call) const {
    if (LibraryRunner* runner = library(call.parameters[0], call))
        runner->verify([reply = call.reply, id = call.parameters[0]](const auto& outcome) {
            if (!outcome)
                return reply(problem(outcome.error()));
            reply({.body = to_text(verification_document(id, *outcome))});
        });
}

} // namespace changer::daemon
