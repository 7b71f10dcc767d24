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

unsigned count_of(const Options& options, ElementType type) {
    switch (type) {
    case ElementType::storage:
        return options.slots;
    case ElementType::import_export:
        return options.mail_slots;
    case ElementType::data_transfer:
        return options.drives;
    case ElementType::any:
    case ElementType::transport:
        break;
    }
    return std::max(1U, options.personality.layout.arms);
}

} // namespace

Cells::Cells(const Options& options)
    : types_{ElementType::transport,
             ElementType::import_export,
             ElementType::data_transfer,
             ElementType::storage} {
    const Layout& layout = options.personality.layout;
    std::stable_sort(types_.begin(), types_.end(), [&](ElementType one, ElementType other) {
        return layout.first(one) < layout.first(other);
    });
    for (const ElementType type : types_) {
        const auto count = count_of(options, type);
        ranges_.at(static_cast<std::size_t>(type)) = {cells_.size(), count};
        for (unsigned i = 0; i < count; ++i)
            cells_.push_back({.type = type,
                              .address = ElementAddress(static_cast<std::uint16_t>(
                                  scsi::number(layout.first(type)) + i))});
    }
    for (const unsigned missing : options.missing_drives)
        of(ElementType::data_transfer)[missing - 1].present = false;
    const auto slots = of(ElementType::storage);
    for (unsigned i = 0; i < options.tapes; ++i) {
        slots[i].holds =
            new_cartridge(options, fmt::format("VT{:04}{}", i + 1, options.media), i + 1);
        slots[i].look();
    }
    if (const auto& magazines = options.personality.magazines)
        for (std::size_t i = 0; i < slots.size(); ++i)
            slots[i].magazine = static_cast<unsigned>(i * magazines->count / slots.size()) + 1;
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

Cell* Cells::arm(ElementAddress address) {
    const auto arms = of(ElementType::transport);
    if (scsi::number(address) == 0)
        return &arms.front();
    Cell* const cell = find(address);
    return cell && cell->type == ElementType::transport ? cell : nullptr;
}

std::span<const Cell> Cells::of(ElementType type) const {
    const auto [first, count] = ranges_.at(static_cast<std::size_t>(type));
    return std::span(cells_).subspan(first, count);
}

std::span<Cell> Cells::of(ElementType type) {
    const auto [first, count] = ranges_.at(static_cast<std::size_t>(type));
    return std::span(cells_).subspan(first, count);
}

Result<ElementAddress> Cells::parse(std::string_view text) const {
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
