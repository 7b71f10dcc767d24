// SPDX-License-Identifier: Apache-2.0
#include "library/description.hpp"

#include "library/fields.hpp"

#include <fmt/format.h>

namespace changer::library {

bool is_line(std::string_view text) {
    if (text.size() > longest_line)
        return false;
    unsigned char before = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F)
            return false;
        if (before == 0xC2 && byte < 0xA0) // U+0080 to U+009F
            return false;
        before = byte;
    }
    return true;
}

Result<Description> with(Description description, const nlohmann::json& patch) {
    if (!patch.is_object() || patch.empty())
        return Error{Code::invalid_parameter,
                     "it is described by an object with `name`, `description` or both"};
    for (const auto& item : patch.items()) {
        if (item.key() != "name" && item.key() != "description")
            return Error{Code::invalid_parameter,
                         fmt::format("'{}' cannot be changed here: only 'name' and 'description' "
                                     "can",
                                     item.key())};
        const auto& value = item.value();
        const auto* text = value.get_ptr<const std::string*>();
        if (!value.is_null() && (text == nullptr || !is_line(*text)))
            return Error{Code::invalid_parameter,
                         fmt::format("'{}' must be {}", item.key(), line_rule)};
        auto& member = item.key() == "name" ? description.name : description.description;
        member = text != nullptr ? *text : std::string();
    }
    return description;
}

nlohmann::json to_json(const Description& description) {
    return {{"schema", "changer.description/1"},
            {"name", description.name},
            {"description", description.description}};
}

Result<Description> description_from_json(const nlohmann::json& document) {
    Fields fields(document);
    Description description{fields.text("name").value_or(""),
                            fields.text("description").value_or("")};
    if (fields.faulted() || !is_line(description.name) || !is_line(description.description))
        return Error{Code::malformed_document, "a description does not read as one"};
    return description;
}

} // namespace changer::library
