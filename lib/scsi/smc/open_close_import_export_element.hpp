// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "scsi/opcode.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>

namespace changer::scsi {

/// Opens or closes a mail slot; a station without a motor unlocks or locks.
struct OpenCloseImportExportElement {
    enum class Action : std::uint8_t { open = 0, close = 1 };

    ElementAddress element{};
    Action action = Action::open;

    bool operator==(const OpenCloseImportExportElement&) const = default;
};

/// Encodes OPEN/CLOSE IMPORT/EXPORT ELEMENT (1Bh).  Source:  SMC-3, command of that name
constexpr Cdb encode(const OpenCloseImportExportElement& command) {
    return Cdb(opcode::open_close_import_export_element, 6)
        .put(2, number(command.element), 2)
        .put(4, static_cast<std::uint8_t>(command.action), 1);
}

/// Errors:  invalid_parameter — not this command, or an action that does not exist; action 2 is
///          what START STOP UNIT calls eject: see spc/start_stop_unit.hpp
Result<OpenCloseImportExportElement> decode_open_close_import_export_element(const Cdb& cdb);

} // namespace changer::scsi
