// SPDX-License-Identifier: Apache-2.0
#include "library/media.hpp"

#include "library/fields.hpp"
#include "library/members.hpp"

#include <utility>

namespace changer::library {

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

namespace {

/// Fills a record from its document.
class MediaMembers final : public MemberTaker {
  public:
    void take(std::string_view path, MemberValue& value) override {
        if (path == "id")
            media.id = value.text().value_or("");
        else if (path == "barcode")
            media.barcode = value.text();
        else if (path == "location")
            media.location = value.address();
        else if (path == "home_slot")
            media.home_slot = value.address();
        else if (path == "last_location")
            media.last_location = value.address();
        else if (path == "cleaner")
            media.cleaner = value.boolean().value_or(false);
        else if (path == "duplicate")
            media.duplicate = value.boolean().value_or(false);
        else if (path == "offline_reason")
            media.offline_reason = value.text().value_or("");
        else if (path == "first_seen")
            media.first_seen = value.time();
        else if (path == "last_seen")
            media.last_seen = value.time();
        else if (!identification.take(path, value))
            finding.take(path, value);
    }

    Media media;
    IdentificationMembers identification{"identification"};
    IdentificationMembers finding{"finding"};
};

} // namespace

Result<Media> media_from_text(std::string_view document) {
    MediaMembers members;
    if (!read_members(document, members) || members.media.id.empty() ||
        !members.identification.fits() || !members.finding.fits())
        return Error{Code::malformed_document, "the document of a cartridge does not read as one"};
    members.media.identification = members.identification.taken();
    members.media.finding = members.finding.taken();
    return std::move(members.media);
}

} // namespace changer::library
