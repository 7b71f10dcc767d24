// SPDX-License-Identifier: Apache-2.0
#include "sim/cartridge.hpp"

namespace changer::sim {

Cartridge new_cartridge(const Options& options, std::string_view barcode, unsigned number) {
    constexpr std::size_t longest = 32; // SMC-3: volume identification field
    Cartridge cartridge{.barcode = std::string(barcode), .number = number};
    if (options.personality.layout.alternate_tags)
        cartridge.alternate_barcode = std::string(barcode.substr(0, longest - 2)) + "-B";
    cartridge.sides = {Content{options.labels}, Content{options.labels}};
    if (cartridge.cleaning())
        cartridge.sides = {Content{LabelKind::blank}, Content{LabelKind::blank}};
    return cartridge;
}

} // namespace changer::sim
