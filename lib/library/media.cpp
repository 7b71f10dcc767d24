// SPDX-License-Identifier: Apache-2.0
#include "library/media.hpp"

#include "library/fields.hpp"

namespace changer::library {

namespace {

Rare<Identification> identification_from(Fields& fields, std::string_view key) {
    if (!fields.has(key))
        return {};
    auto identification = identification_from_json(fields.object(key));
    if (!identification) {
        fields.fault();
        return {};
    }
    return *std::move(identification);
}

} // namespace

nlohmann::json to_json(const Media& media) {
    nlohmann::json document{{"schema", "changer.medium/1"},
                            {"id", media.id},
                            {"barcode", nullable(media.barcode)},
                            {"location", nullable(media.location)},
                            {"home_slot", nullable(media.home_slot)},
                            {"last_location", nullable(media.last_location)},
                            {"cleaner", media.cleaner},
                            {"duplicate", media.duplicate},
                            {"offline_reason", media.offline_reason},
                            {"first_seen", nullable(media.first_seen)},
                            {"last_seen", nullable(media.last_seen)}};
    if (media.identification) // most have none: a large library's state would grow by a tenth
        document["identification"] = to_json(*media.identification);
    if (media.finding)
        document["finding"] = to_json(*media.finding);
    return document;
}

Result<Media> media_from_json(const nlohmann::json& document) {
    Fields fields(document);
    Media media;
    media.id = fields.text("id").value_or("");
    media.barcode = fields.text("barcode");
    media.location = fields.address("location");
    media.home_slot = fields.address("home_slot");
    media.last_location = fields.address("last_location");
    media.cleaner = fields.boolean("cleaner").value_or(false);
    media.duplicate = fields.boolean("duplicate").value_or(false);
    media.offline_reason = fields.text("offline_reason").value_or("");
    media.first_seen = fields.time("first_seen");
    media.last_seen = fields.time("last_seen");
    media.identification = identification_from(fields, "identification");
    media.finding = identification_from(fields, "finding");
    if (media.id.empty() || fields.faulted())
        return Error{Code::malformed_document, "the document of a cartridge does not read as one"};
    return media;
}

} // namespace changer::library
