// SPDX-License-Identifier: Apache-2.0
#include "sim/cells.hpp"

#include "sim/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace changer::sim {
namespace {

using scsi::ElementAddress;
using scsi::ElementType;

struct Prefix {
    std::string_view text;
    ElementType type;
};

constexpr std::array prefixes{
    Prefix{"slot:", ElementType::storage},
    Prefix{"mail:", ElementType::import_export},
    Prefix{"drive:", ElementType::data_transfer},
};

} // namespace

Cells::Cells(const Options& options) {
    const auto add = [&](ElementType type, unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            cells_.push_back({.type = type,
                              .address = ElementAddress(static_cast<std::uint16_t>(
                                  scsi::number(first_address(type)) + i))});
    };
    add(ElementType::transport, 1);
    add(ElementType::import_export, options.mail_slots);
    add(ElementType::data_transfer, options.drives);
    add(ElementType::storage, options.slots);
    unsigned tape = 0;
    for (Cell& cell : of(ElementType::storage)) {
        if (tape == options.tapes)
            break;
        cell.holds = Cartridge{fmt::format("VT{:04}L8", ++tape)};
        cell.look();
    }
}

const Cell* Cells::find(ElementAddress address) const {
    const auto at = std::lower_bound(
        cells_.begin(), cells_.end(), address, [](const Cell& cell, ElementAddress wanted) {
            return cell.address < wanted;
        });
    return at != cells_.end() && at->address == address ? &*at : nullptr;
}

Cell* Cells::find(ElementAddress address) {
    const Cell* const cell = std::as_const(*this).find(address);
    return cell ? &cells_[static_cast<std::size_t>(cell - cells_.data())] : nullptr;
}

std::span<const Cell> Cells::of(ElementType type) const {
    const auto first = std::find_if(
        cells_.begin(), cells_.end(), [&](const Cell& cell) { return cell.type == type; });
    const auto last =
        std::find_if(first, cells_.end(), [&](const Cell& cell) { return cell.type != type; });
    return {first, last};
}

std::span<Cell> Cells::of(ElementType type) {
    const auto cells = std::as_const(*this).of(type);
    if (cells.empty())
        return {};
    return std::span(cells_).subspan(static_cast<std::size_t>(cells.data() - cells_.data()),
                                     cells.size());
}

Result<ElementAddress> Cells::parse(std::string_view text) {
    const auto bad = [&] {
        return Error{
            Code::invalid_parameter,
            fmt::format("\"{}\" is no element: write 3, slot:3, mail:1, drive:1, @1024", text)};
    };
    const auto none = [&] {
        return Error{Code::not_found, fmt::format("there is no element {}", text)};
    };
    if (text.starts_with('@')) {
        const auto value = to_number(text.substr(1), 0xFFFF);
        if (!value)
            return bad();
        const ElementAddress address{static_cast<std::uint16_t>(*value)};
        return find(address) ? Result<ElementAddress>(address) : none();
    }
    auto type = ElementType::storage;
    std::string_view rest = text;
    for (const Prefix& prefix : prefixes)
        if (text.starts_with(prefix.text)) {
            type = prefix.type;
            rest.remove_prefix(prefix.text.size());
        }
    const auto value = to_number(rest, 0xFFFF);
    if (!value)
        return bad();
    const auto cells = of(type);
    if (*value < 1 || *value > cells.size())
        return none();
    return cells[*value - 1].address;
}

} // namespace changer::sim
