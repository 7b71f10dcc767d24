// SPDX-License-Identifier: Apache-2.0
#include "jobs/door/json_fields.hpp"

#include <utility>

namespace changer::jobs::door {
namespace {

const nlohmann::json null_value;

} // namespace

std::string_view name(Ending ending) {
    switch (ending) {
    case Ending::passed:
        return "passed";
    case Ending::failed:
        return "failed";
    case Ending::cancelled:
        return "cancelled";
    }
    return "failed";
}

std::string_view name(Purpose purpose) {
    switch (purpose) {
    case Purpose::inventory:
        return "inventory";
    case Purpose::compare:
        return "compare";
    case Purpose::cancel:
        return "cancel";
    case Purpose::finish:
        return "finish";
    }
    return "finish";
}

std::string_view name(Unlocking::Stage stage) {
    switch (stage) {
    case Unlocking::Stage::drain:
        return "drain";
    case Unlocking::Stage::alerts:
        return "alerts";
    case Unlocking::Stage::snapshot:
        return "snapshot";
    case Unlocking::Stage::allow:
        return "allow";
    }
    return "drain";
}

std::string_view name(Unlocked::Reread reread) {
    switch (reread) {
    case Unlocked::Reread::no:
        return "no";
    case Unlocked::Reread::evidence:
        return "evidence";
    case Unlocked::Reread::resumed:
        return "resumed";
    }
    return "no";
}

Fields::Fields(const nlohmann::json& object, std::string path, Fault& fault)
    : object_(&object)
    , path_(std::move(path))
    , fault_(&fault) {
    if (!object.is_object() && !fault)
        fault = Error{Code::malformed_document, path_ + " is not an object"};
}

const nlohmann::json& Fields::at(std::string_view field) const {
    if (!object_->is_object())
        return null_value;
    const auto found = object_->find(field);
    return found == object_->end() ? null_value : *found;
}

void Fields::fault(std::string_view field, std::string_view what) const {
    if (!*fault_)
        *fault_ = Error{Code::malformed_document,
                        path_ + "/" + std::string(field) + " " + std::string(what)};
}

bool Fields::has(std::string_view field) const {
    return !at(field).is_null();
}

bool Fields::boolean(std::string_view field) const {
    const auto& value = at(field);
    if (!value.is_boolean()) {
        fault(field, "is not true or false");
        return false;
    }
    return value.get<bool>();
}

std::string Fields::text(std::string_view field) const {
    const auto& value = at(field);
    if (!value.is_string()) {
        fault(field, "is not a string");
        return {};
    }
    return value.get<std::string>();
}

std::int64_t Fields::integer(std::string_view field, std::int64_t least, std::int64_t most) const {
    const auto& value = at(field);
    const bool fits = value.is_number_integer() &&
                      !(value.is_number_unsigned() &&
                        value.get<std::uint64_t>() >
                            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) &&
                      value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most;
    if (!fits) {
        fault(field, "is not a whole number in range");
        return least;
    }
    return value.get<std::int64_t>();
}

std::uint64_t Fields::unsigned_number(std::string_view field, std::uint64_t most) const {
    const auto& value = at(field);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
        fault(field, "is not a whole number in range");
        return 0;
    }
    return value.get<std::uint64_t>();
}

std::chrono::seconds Fields::seconds(std::string_view field) const {
    return std::chrono::seconds{integer(field, 0, max_seconds)};
}

Fields Fields::object(std::string_view field) const {
    return Fields(at(field), path_ + "/" + std::string(field), *fault_);
}

std::vector<Fields> Fields::objects(std::string_view field) const {
    const auto& value = at(field);
    std::vector<Fields> all;
    if (!value.is_array()) {
        fault(field, "is not a list");
        return all;
    }
    for (const auto& item : value)
        all.emplace_back(item, path_ + "/" + std::string(field), *fault_);
    return all;
}

std::vector<std::string> Fields::texts(std::string_view field) const {
    const auto& value = at(field);
    std::vector<std::string> all;
    if (!value.is_array())
        fault(field, "is not a list");
    else
        for (const auto& item : value) {
            if (item.is_string())
                all.push_back(item.get<std::string>());
            else
                fault(field, "holds something that is not a string");
        }
    return all;
}

std::vector<std::size_t>
Fields::numbers(std::string_view field, std::size_t least, std::size_t most) const {
    const auto& value = at(field);
    std::vector<std::size_t> all;
    if (!value.is_array())
        fault(field, "is not a list");
    else
        for (const auto& item : value) {
            const bool fits = item.is_number_unsigned() && item.get<std::uint64_t>() >= least &&
                              item.get<std::uint64_t>() <= most;
            if (fits)
                all.push_back(item.get<std::size_t>());
            else
                fault(field, "holds something that is not a number in range");
        }
    return all;
}

nlohmann::json write_sense(const Sense& sense) {
    return {{"key", sense.key}, {"asc", sense.asc}, {"ascq", sense.ascq}};
}

Sense read_sense(const Fields& in) {
    return {in.number<std::uint8_t>("key"),
            in.number<std::uint8_t>("asc"),
            in.number<std::uint8_t>("ascq")};
}

nlohmann::json write_error(const Error& error) {
    return {{"code", name(error.code)},
            {"what", error.what},
            {"sense", error.sense ? write_sense(*error.sense) : nlohmann::json()},
            {"sense_raw", error.sense_raw}};
}

Error read_error(const Fields& in) {
    Error error;
    const auto code = code_from_name(in.text("code"));
    if (!code)
        in.fault("code", "is not one of the legal codes");
    error.code = code.value_or(Code::failed);
    error.what = in.text("what");
    if (in.has("sense"))
        error.sense = read_sense(in.object("sense"));
    error.sense_raw = in.text("sense_raw");
    return error;
}

} // namespace changer::jobs::door
