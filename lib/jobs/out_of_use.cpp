// SPDX-License-Identifier: Apache-2.0
#include "jobs/out_of_use.hpp"

#include "library/fields.hpp"
#include "library/numbering.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::jobs {

namespace {

using Json = nlohmann::json;

Result<ManagedObject> find_medium(const library::Model& model, std::string_view name) {
    const auto* medium = model.media(name);
    if (medium == nullptr) {
        const auto named = model.with_barcode(name);
        if (named.empty())
            return Error{Code::not_found, fmt::format("there is no cartridge {}", name)};
        if (named.size() > 1)
            return Error{Code::busy,
                         fmt::format("{} cartridges have the barcode {}; use the id of one, as in "
                                     "the list of media",
                                     named.size(),
                                     name)};
        medium = named.front();
    }
    return ManagedObject{.kind = ObjectKind::medium,
                         .medium = medium->id,
                         .name = "media:" + medium->barcode.value_or(medium->id)};
}

Json addresses_to_json(const std::set<scsi::ElementAddress>& addresses) {
    auto list = Json::array();
    for (const auto address : addresses)
        list.push_back(scsi::number(address));
    return list;
}

std::optional<std::set<scsi::ElementAddress>> addresses_from(const Json& list) {
    std::set<scsi::ElementAddress> addresses;
    if (!list.is_array())
        return std::nullopt;
    for (const auto& item : list) {
        if (!item.is_number_unsigned() || item.get<std::uint64_t>() > UINT16_MAX)
            return std::nullopt;
        addresses.insert(scsi::ElementAddress{item.get<std::uint16_t>()});
    }
    return addresses;
}

} // namespace

Result<ManagedObject> find_object(const library::Model& model, std::string_view text) {
    constexpr std::string_view media_prefix = "media:";
    if (text == "library")
        return ManagedObject{.name = "library"};
    if (text.starts_with(media_prefix))
        return find_medium(model, text.substr(media_prefix.size()));
    const Error no_object{Code::invalid_parameter,
                          fmt::format("'{}' is neither the library nor a drive or a "
                                      "cartridge: use 'library', 'drive:N' or 'media:BARCODE'",
                                      text)};
    if (!text.starts_with("drive:") && !text.starts_with('@'))
        return no_object;
    const auto place = library::find_place(model, text, scsi::ElementType::data_transfer);
    if (!place)
        return place.error();
    const auto* element = model.element(place->address);
    if (element == nullptr || element->type != scsi::ElementType::data_transfer)
        return no_object;
    return ManagedObject{.kind = ObjectKind::drive,
                         .drive = place->address,
                         .name = library::place_name(element->reference())};
}

bool OutOfUse::holds(const ManagedObject& object) const {
    switch (object.kind) {
    case ObjectKind::library:
        return false;
    case ObjectKind::drive:
        return holds_drive(object.drive);
    case ObjectKind::medium:
        return holds_medium(object.medium);
    }
    return false;
}

bool OutOfUse::take_out(const ManagedObject& object) {
    switch (object.kind) {
    case ObjectKind::library:
        return false;
    case ObjectKind::drive:
        return drives_.insert(object.drive).second;
    case ObjectKind::medium:
        return media_.insert(object.medium).second;
    }
    return false;
}

bool OutOfUse::put_back(const ManagedObject& object) {
    switch (object.kind) {
    case ObjectKind::library:
        return false;
    case ObjectKind::drive:
        to_empty_.erase(object.drive);
        return drives_.erase(object.drive) > 0;
    case ObjectKind::medium:
        return media_.erase(object.medium) > 0;
    }
    return false;
}

Result<void> OutOfUse::check(const library::Model& model, const Way& way) const {
    const auto* to = model.element(way.to);
    if (to == nullptr || to->type != scsi::ElementType::data_transfer)
        return {};
    if (holds_drive(way.to))
        return Error{Code::resource_disabled,
                     fmt::format("{0} is disabled: use another drive, or enable it with "
                                 "changerctl enable drive {1}",
                                 library::place_name(to->reference()),
                                 to->number)};
    const auto* from = model.element(way.from);
    if (from == nullptr || !from->media || !holds_medium(*from->media))
        return {};
    const auto* medium = model.media(*from->media);
    const auto shown = medium != nullptr ? medium->barcode.value_or(medium->id) : *from->media;
    return Error{Code::resource_disabled,
                 fmt::format("cartridge {0} is disabled and goes into no drive; enable it with "
                             "changerctl enable media {0}",
                             shown)};
}

Json OutOfUse::document() const {
    return {{"schema", "changer.disabled/1"},
            {"drives", addresses_to_json(drives_)},
            {"media", media_},
            {"to_empty", addresses_to_json(to_empty_)}};
}

Result<void> OutOfUse::restore(const Json& document) {
    const Error malformed{Code::malformed_document,
                          "the document of what is disabled does not read as one"};
    if (!document.is_object() || !document.contains("media") || !document["media"].is_array())
        return malformed;
    OutOfUse read;
    auto drives = addresses_from(document.value("drives", Json()));
    auto to_empty = addresses_from(document.value("to_empty", Json()));
    if (!drives || !to_empty)
        return malformed;
    read.drives_ = *std::move(drives);
    read.to_empty_ = *std::move(to_empty);
    for (const auto& id : document["media"]) {
        if (!id.is_string())
            return malformed;
        read.media_.insert(id.get<std::string>());
    }
    *this = std::move(read);
    return {};
}

} // namespace changer::jobs
