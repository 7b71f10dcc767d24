// SPDX-License-Identifier: Apache-2.0
#include "library/views.hpp"

#include "library/fields.hpp"
#include "scsi/sense_table.hpp"

#include <fmt/format.h>

#include <array>

namespace changer::library {

namespace {

using Json = nlohmann::json;

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json exception_view(const Element& element) {
    if (!element.exception)
        return nullptr;
    const auto& [asc, ascq] = *element.exception;
    std::string text = element.not_present ? "not present: its magazine is out" : "";
    if (const auto* row = text.empty() ? scsi::lookup_element(asc, ascq) : nullptr)
        text = row->meaning;
    if (text.empty())
        text = fmt::format("exception {:02X}/{:02X}", asc, ascq);
    return {{"asc", asc}, {"ascq", ascq}, {"text", text}};
}

Json reference_view(const Model& model, const std::optional<scsi::ElementAddress>& address) {
    const auto* element = address ? model.element(*address) : nullptr;
    return element != nullptr ? to_json(element->reference()) : Json(nullptr);
}

} // namespace

Json element_view(const Model& model, const Element& element) {
    const auto provenance = model.provenance(element);
    return {{"address", scsi::number(element.address)},
            {"type", name(element.type)},
            {"number", element.number},
            {"full", element.not_present ? Json(nullptr) : nullable(element.full)},
            {"accessible", nullable(element.accessible)},
            {"barcode", nullable(element.barcode)},
            {"media", nullable(element.media)},
            {"source", nullable(element.source)},
            {"exception", exception_view(element)},
            {"provenance",
             {{"kind", name(provenance.kind)},
              {"at", nullable(provenance.at)},
              {"by", text_or_null(provenance.by)}}}};
}

Json drive_view(const Model& model, const Element& drive) {
    auto view = element_view(model, drive);
    view["serial"] = nullable(drive.drive_serial);
    view["device"] = nullptr;
    return view;
}

Json media_view(const Model& model, const Media& media) {
    auto last_seen = media.last_seen;
    if (const auto* element = media.location ? model.element(*media.location) : nullptr)
        last_seen = model.provenance(*element).at;
    return {
        {"id", media.id},
        {"library", model.library()},
        {"barcode", nullable(media.barcode)},
        {"label", media.identification ? to_json(media.identification->label) : Json(nullptr)},
        {"identification", media.identification ? to_json(*media.identification) : Json(nullptr)},
        {"state", media.offline() ? "offline" : "online"},
        {"element", reference_view(model, media.location)},
        {"home", reference_view(model, media.home_slot)},
        {"cleaner", media.cleaner},
        {"duplicate", media.duplicate},
        {"first_seen", nullable(media.first_seen)},
        {"last_seen", nullable(last_seen)}};
}

Json counts_view(const Model& model) {
    struct Count {
        int all = 0;
        int full = 0;
    };

    std::array<Count, 5> counts{};
    for (const auto& [address, element] : model.elements()) {
        auto& count = counts.at(static_cast<std::size_t>(element.type));
        ++count.all;
        count.full += element.full.value_or(false) ? 1 : 0;
    }
    int present = 0;
    for (const auto& [id, media] : model.media())
        present += media.offline() ? 0 : 1;
    auto view = Json::object();
    const bool known = model.epoch().complete_read.sequence > 0;
    const auto put = [&](const char* key, const char* full_key, scsi::ElementType type) {
        const auto& count = counts.at(static_cast<std::size_t>(type));
        view[key] = known ? Json(count.all) : Json(nullptr);
        view[full_key] = known ? Json(count.full) : Json(nullptr);
    };
    put("slots", "slots_full", scsi::ElementType::storage);
    put("mail_slots", "mail_slots_full", scsi::ElementType::import_export);
    put("drives", "drives_full", scsi::ElementType::data_transfer);
    view["media"] = present;
    view["media_offline"] = static_cast<int>(model.media().size()) - present;
    return view;
}

Json inventory_view(const Model& model) {
    const auto& epoch = model.epoch();
    const bool stale = model.stale() && epoch.stale.sequence > 0;
    return {{"at", nullable(epoch.complete_read.at)},
            {"by", text_or_null(epoch.complete_read.by)},
            {"stale_since", stale ? nullable(epoch.stale.at) : Json(nullptr)},
            {"stale_by", stale ? text_or_null(epoch.stale.by) : Json(nullptr)}};
}

} // namespace changer::library
