// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/types.hpp"
#include "sim/options.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changer::sim {

/// The thing itself.
struct Cartridge {
    std::string barcode;

    bool cleaning() const { return barcode.starts_with("CLN"); }
};

/// One element: what really lies in it, and what the library believes since it last looked.
struct Cell {
    scsi::ElementType type = scsi::ElementType::storage;
    scsi::ElementAddress address{};
    std::optional<Cartridge> holds = {};
    std::optional<Cartridge> believed = {};
    bool scanned = true;      ///< false: the door was open since the library looked
    bool by_operator = false; ///< a hand put it there, not the arm
    std::optional<scsi::ElementAddress> source = {}; ///< the storage element it came from

    /// The library looks: it believes what is true.
    void look() {
        believed = holds;
        scanned = true;
    }
};

/// All elements, by address: the arm, mail slots, drives, storage.
class Cells {
  public:
    static constexpr std::uint16_t arm_address = 0x1;
    static constexpr std::uint16_t first_mail_slot = 0x10;
    static constexpr std::uint16_t first_drive = 0x100;
    static constexpr std::uint16_t first_storage = 0x400;

    explicit Cells(const Options& options);

    /// Null if there is no such element.
    Cell* find(scsi::ElementAddress address);
    const Cell* find(scsi::ElementAddress address) const;

    Cell& arm() { return cells_.front(); }

    std::span<Cell> all() { return cells_; }

    std::span<const Cell> all() const { return cells_; }

    std::span<Cell> of(scsi::ElementType type);
    std::span<const Cell> of(scsi::ElementType type) const;

    /// Finds an element as operators write it; see Library::element().
    Result<scsi::ElementAddress> parse(std::string_view text);

  private:
    std::vector<Cell> cells_;
};

/// The address where elements of this type begin, whether or not there are any.
constexpr scsi::ElementAddress first_address(scsi::ElementType type) {
    switch (type) {
    case scsi::ElementType::storage:
        return scsi::ElementAddress{Cells::first_storage};
    case scsi::ElementType::import_export:
        return scsi::ElementAddress{Cells::first_mail_slot};
    case scsi::ElementType::data_transfer:
        return scsi::ElementAddress{Cells::first_drive};
    case scsi::ElementType::any:
    case scsi::ElementType::transport:
        break;
    }
    return scsi::ElementAddress{Cells::arm_address};
}

} // namespace changer::sim
