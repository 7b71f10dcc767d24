// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/label.hpp"
#include "sim/options.hpp"

#include <array>
#include <string>
#include <string_view>

namespace changer::sim {

/// The thing itself.
struct Cartridge {
    static constexpr unsigned cleaning_uses = 50; ///< of a new one

    std::string barcode;
    std::string alternate_barcode = {}; ///< of side B
    unsigned number = 0;                ///< its chip's serial number; 0: not a thing yet
    unsigned loads = 0;                 ///< how often a drive has threaded it, or was cleaned by it
    unsigned cleanings_left = cleaning_uses;
    std::array<Content, 2> sides = {};
    bool inverted = false; ///< side B is up

    bool cleaning() const { return barcode.starts_with("CLN"); }

    /// The side that a drive reads.
    const Content& content() const { return sides.at(inverted ? 1 : 0); }

    /// What the side that a drive reads is called.
    const std::string& name() const {
        return inverted && !alternate_barcode.empty() ? alternate_barcode : barcode;
    }
};

/// Makes a cartridge as this kind of library takes it; `number` is no other's.
Cartridge new_cartridge(const Options& options, std::string_view barcode, unsigned number);

} // namespace changer::sim
