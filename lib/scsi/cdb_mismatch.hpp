// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/cdb.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::scsi {

/// Says what is wrong with a block that is not of this operation code and length; none if it is.
inline std::optional<Error>
mismatch(const Cdb& cdb, std::uint8_t opcode, std::size_t length, std::string_view command) {
    if (cdb.opcode() == opcode && cdb.view().size() == length)
        return std::nullopt;
    return Error{Code::invalid_parameter, "not a command block of " + std::string(command)};
}

} // namespace changer::scsi
