// SPDX-License-Identifier: Apache-2.0
#include "jobs/descriptions.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace changer::jobs {

namespace {

std::string key_of_drive(scsi::ElementAddress drive) {
    return fmt::format("{}drive/{}", Descriptions::prefix, scsi::number(drive));
}

std::string key_of_medium(std::string_view id) {
    return fmt::format("{}media/{}", Descriptions::prefix, id);
}

std::string key_of(const ManagedObject& object) {
    return object.kind == ObjectKind::drive ? key_of_drive(object.drive)
                                            : key_of_medium(object.medium);
}

} // namespace

const library::Description& Descriptions::at(const std::string& key) const {
    static const library::Description none;
    const auto found = known_.find(key);
    return found == known_.end() ? none : found->second;
}

const library::Description& Descriptions::of_drive(scsi::ElementAddress drive) const {
    return at(key_of_drive(drive));
}

const library::Description& Descriptions::of_medium(std::string_view id) const {
    return at(key_of_medium(id));
}

const library::Description& Descriptions::of(const ManagedObject& object) const {
    return at(key_of(object));
}

Change Descriptions::put(const ManagedObject& object, library::Description description) {
    auto key = key_of(object);
    if (description.empty()) {
        known_.erase(key);
        return {std::move(key), std::nullopt};
    }
    auto document = library::to_json(description)
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    known_.insert_or_assign(key, std::move(description));
    return {std::move(key), std::move(document)};
}

bool Descriptions::restore(const std::string& key, const nlohmann::json& document) {
    auto read = library::description_from_json(document);
    if (!read)
        return false;
    known_.insert_or_assign(key, *std::move(read));
    return true;
}

} // namespace changer::jobs
