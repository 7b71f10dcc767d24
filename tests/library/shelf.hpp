// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/reconcile.hpp"
#include "scsi/smc/element_status.hpp"

#include <map>
#include <string>
#include <vector>

namespace changer::library {

/// A library's contents as a device would list them, for tests: slots from 1000, mail slots from
/// 2000, drives from 500, the arm 1.
class Shelf {
  public:
    explicit Shelf(unsigned slots = 4, unsigned drives = 1, unsigned mail = 1) {
        add(scsi::ElementType::transport, 1, 1);
        add(scsi::ElementType::storage, 1000, slots);
        add(scsi::ElementType::import_export, 2000, mail);
        add(scsi::ElementType::data_transfer, 500, drives);
    }

    scsi::ElementStatus& at(unsigned address) {
        return elements_.at(scsi::ElementAddress(static_cast<std::uint16_t>(address)));
    }

    scsi::ElementStatus& slot(unsigned number) { return at(999 + number); }

    scsi::ElementStatus& drive(unsigned number) { return at(499 + number); }

    scsi::ElementStatus& mail(unsigned number) { return at(1999 + number); }

    Shelf& put(scsi::ElementStatus& element, const std::string& barcode) {
        element.full = true;
        element.volume_tag = barcode;
        return *this;
    }

    Shelf& take(scsi::ElementStatus& element) {
        element.full = false;
        element.volume_tag = "";
        return *this;
    }

    /// Takes the element itself out of the list.
    void drop(unsigned address) {
        elements_.erase(scsi::ElementAddress(static_cast<std::uint16_t>(address)));
    }

    std::vector<scsi::ElementStatus> read() const {
        std::vector<scsi::ElementStatus> all;
        for (const auto& [address, status] : elements_)
            all.push_back(status);
        return all;
    }

  private:
    void add(scsi::ElementType type, unsigned first, unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            scsi::ElementStatus status;
            status.type = type;
            status.address = scsi::ElementAddress(static_cast<std::uint16_t>(first + i));
            status.volume_tag = "";
            elements_[status.address] = status;
        }
    }

    std::map<scsi::ElementAddress, scsi::ElementStatus> elements_;
};

inline const WallTime read_time{std::chrono::hours{24 * 365 * 50}};

inline Outcome read_all(Model& model, const Shelf& shelf, std::string_view by = "main-1") {
    const auto elements = shelf.read();
    return reconcile(model, {elements, read_time, by, std::nullopt});
}

/// Writes a diff entry in one line: "moved A00001 storage:1 -> storage:2".
inline std::string line(const DiffEntry& entry) {
    const auto place = [](const std::optional<ElementReference>& at) {
        return at ? std::string(name(at->type)) + ":" + std::to_string(at->number)
                  : std::string("-");
    };
    return std::string(name(entry.change)) + " " + entry.barcode.value_or("?") + " " +
           place(entry.from) + " -> " + place(entry.to);
}

inline std::vector<std::string> lines(const Diff& diff) {
    std::vector<std::string> all;
    for (const auto& entry : diff)
        all.push_back(line(entry));
    return all;
}

} // namespace changer::library
