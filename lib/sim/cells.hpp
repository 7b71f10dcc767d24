// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/types.hpp"
#include "sim/cartridge.hpp"
#include "sim/options.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::sim {

/// One element: what really lies in it, and what the library believes since it last looked.
struct Cell {
    scsi::ElementType type = scsi::ElementType::storage;
    scsi::ElementAddress address{};
    std::optional<Cartridge> holds = {};
    std::optional<Cartridge> believed = {};
    bool scanned = true;      ///< false: the door was open since the library looked
    bool by_operator = false; ///< a hand put it there, not the arm
    bool present = true;      ///< false: its magazine is out, its bay has no drive
    unsigned magazine = 0;    ///< from 1; 0: in none
    std::optional<scsi::ElementAddress> source = {}; ///< the storage element it came from

    /// The library looks: it believes what is true.
    void look() {
        believed = holds;
        scanned = true;
    }
};

/// All elements, by address.
class Cells {
  public:
    explicit Cells(const Options& options);

    /// Null if there is no such element.
    Cell* find(scsi::ElementAddress address);
    const Cell* find(scsi::ElementAddress address) const;

    /// The arm that a command names: 0 stands for the first, whatever its address. Null: no arm.
    Cell* arm(scsi::ElementAddress address);

    std::span<Cell> all() { return cells_; }

    std::span<const Cell> all() const { return cells_; }

    std::span<Cell> of(scsi::ElementType type);
    std::span<const Cell> of(scsi::ElementType type) const;

    /// The types in the order of their addresses.
    const std::array<scsi::ElementType, 4>& types() const { return types_; }

    /// Finds an element as operators write it; see Library::element().
    Result<scsi::ElementAddress> parse(std::string_view text) const;

  private:
    struct Range {
        std::size_t first = 0;
        std::size_t count = 0;
    };

    std::vector<Cell> cells_;
    std::array<Range, 5> ranges_{}; ///< by type
    std::array<scsi::ElementType, 4> types_{};
};

} // namespace changer::sim
