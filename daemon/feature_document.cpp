// SPDX-License-Identifier: Apache-2.0
#include "feature_document.hpp"

#include "json_text.hpp"
#include "library/fields.hpp"

namespace changer::daemon {

using nlohmann::json;

std::string feature_document(const LearnedFeatures& learned) {
    json facts = json::object();
    for (const Fact& fact : learned.facts)
        facts[fact.name] = fact.value;
    return to_text({{"schema", "changer.features/1"},
                    {"vendor", learned.vendor},
                    {"product", learned.product},
                    {"revision", learned.revision},
                    {"serial", learned.serial},
                    {"facts", std::move(facts)}});
}

Result<LearnedFeatures> features_from_document(const std::string& text) {
    const Error malformed{Code::malformed_document,
                          "the document of learned features does not read as one"};
    const auto document = parse_json(text);
    if (!document || !document->is_object())
        return malformed;
    library::Fields fields(*document);
    LearnedFeatures learned;
    learned.vendor = fields.text("vendor").value_or("");
    learned.product = fields.text("product").value_or("");
    learned.revision = fields.text("revision").value_or("");
    learned.serial = fields.text("serial").value_or("");
    const json& facts = fields.object("facts");
    for (const auto& fact : facts.items()) {
        if (!fact.value().is_string())
            return malformed;
        learned.facts.push_back({fact.key(), fact.value().get<std::string>()});
    }
    if (fields.faulted() || !fields.has("facts"))
        return malformed;
    return learned;
}

} // namespace changer::daemon
