// SPDX-License-Identifier: Apache-2.0
#include "library/numbering.hpp"

#include "library/model.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace changer::library {

namespace {

struct Prefix {
    std::string_view text;
    scsi::ElementType type;
};

constexpr std::array prefixes{
    Prefix{"slot", scsi::ElementType::storage},
    Prefix{"mail", scsi::ElementType::import_export},
    Prefix{"drive", scsi::ElementType::data_transfer},
    Prefix{"arm", scsi::ElementType::transport},
};

std::string_view prefix_of(scsi::ElementType type) {
    for (const auto& prefix : prefixes)
        if (prefix.type == type)
            return prefix.text;
    return "element";
}

std::optional<unsigned> whole_number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

Error no_such_element(const Model& model, scsi::ElementType type, std::string_view text) {
    unsigned count = 0;
    for (const auto& [address, element] : model.elements())
        count += element.type == type ? 1U : 0U;
    if (count == 0)
        return {Code::invalid_parameter,
                fmt::format("there is no '{}': as far as known the library has no {} elements",
                            text,
                            prefix_of(type))};
    return {Code::invalid_parameter,
            fmt::format("there is no '{}': this library has {}:{} to {}:{}",
                        text,
                        prefix_of(type),
                        first_number,
                        prefix_of(type),
                        first_number + count - 1)};
}

Result<Place>
find_number(const Model& model, scsi::ElementType type, unsigned number, std::string_view text) {
    if (const auto* element = model.element(type, number))
        return Place{element->address, std::nullopt};
    return no_such_element(model, type, text);
}

Result<Place> find_address(const Model& model, std::string_view text) {
    const auto value = whole_number(text.substr(1));
    if (!value || *value > UINT16_MAX)
        return Error{
            Code::invalid_parameter,
            fmt::format("'{}' is not an element address: @ and a number up to 65535", text)};
    const auto address = scsi::ElementAddress(*value);
    if (model.element(address) == nullptr)
        return Error{Code::invalid_parameter,
                     fmt::format("the library has no element with the address {}", *value)};
    return Place{address, std::nullopt};
}

Result<Place> find_barcode(const Model& model, std::string_view text) {
    const auto records = model.with_barcode(text);
    const Media* present = nullptr;
    for (const auto* record : records) {
        if (record->offline())
            continue;
        if (present != nullptr)
            return Error{
                Code::failed,
                fmt::format("two cartridges carry the barcode {}: name the slot instead", text)};
        present = record;
    }
    if (present != nullptr)
        return Place{*present->location, std::string(text)};
    if (!records.empty())
        return Error{Code::resource_not_present,
                     fmt::format("cartridge {} is offline: put it into the library first", text)};
    return Error{Code::not_found,
                 fmt::format("no cartridge with the barcode '{}' is known; places are written "
                             "slot:N, mail:N, drive:N or @ADDRESS",
                             text)};
}

} // namespace

std::string place_name(const ElementReference& reference) {
    return fmt::format("{}:{}", prefix_of(reference.type), reference.number);
}

std::string place_name(const Model& model, scsi::ElementAddress address) {
    if (const auto* element = model.element(address))
        return place_name(element->reference());
    return fmt::format("@{}", scsi::number(address));
}

Result<Place> find_place(const Model& model, std::string_view text, scsi::ElementType bare) {
    if (text.starts_with('@'))
        return find_address(model, text);
    const auto colon = text.find(':');
    for (const auto& prefix : prefixes) {
        if (colon == std::string_view::npos || text.substr(0, colon) != prefix.text)
            continue;
        const auto number = whole_number(text.substr(colon + 1));
        if (!number)
            return Error{Code::invalid_parameter,
                         fmt::format("'{}' is not a place: {}: and a number", text, prefix.text)};
        return find_number(model, prefix.type, *number, text);
    }
    if (const auto number = whole_number(text)) {
        if (model.element(bare, *number) != nullptr || model.with_barcode(text).empty())
            return find_number(model, bare, *number, text);
    }
    return find_barcode(model, text);
}

} // namespace changer::library
