// SPDX-License-Identifier: Apache-2.0
#include "drive/cartridge_memory.hpp"

#include "support/text.hpp"

#include <algorithm>

namespace changer {
namespace {

namespace attribute = scsi::attribute;

std::optional<std::string> text(const scsi::MediumAttributes& from, std::uint16_t id) {
    const auto* const found = from.find(id);
    if (!found)
        return std::nullopt;
    std::string value = printable(found->as_text());
    return value.empty() ? std::nullopt : std::optional(std::move(value));
}

std::optional<std::uint64_t> count(const scsi::MediumAttributes& from, std::uint16_t id) {
    const auto* const found = from.find(id);
    return found ? found->as_number() : std::nullopt;
}

std::optional<CartridgeMemory::Kind> kind(const scsi::MediumAttributes& from) {
    constexpr std::uint64_t write_once = 0x80;
    const auto type = count(from, attribute::medium_type);
    if (!type || (*type > 1 && *type != write_once))
        return std::nullopt;
    return *type == 0   ? CartridgeMemory::Kind::data
           : *type == 1 ? CartridgeMemory::Kind::cleaning
                        : CartridgeMemory::Kind::write_once;
}

} // namespace

std::optional<std::uint64_t> CartridgeMemory::cleanings_left() const {
    if (!cleanings_permitted || !load_count)
        return std::nullopt;
    return *cleanings_permitted - std::min(*cleanings_permitted, *load_count);
}

CartridgeMemory cartridge_memory(const scsi::MediumAttributes& attributes) {
    CartridgeMemory memory{.readable = true,
                           .serial = text(attributes, attribute::medium_serial_number),
                           .manufacturer = text(attributes, attribute::medium_manufacturer),
                           .barcode = text(attributes, attribute::barcode),
                           .kind = kind(attributes),
                           .load_count = count(attributes, attribute::load_count),
                           .maximum_mib = count(attributes, attribute::maximum_capacity),
                           .remaining_mib = count(attributes, attribute::remaining_capacity),
                           .application = text(attributes, attribute::application_name)};
    if (memory.kind == CartridgeMemory::Kind::cleaning)
        memory.cleanings_permitted = count(attributes, attribute::medium_type_information);
    return memory;
}

} // namespace changer
