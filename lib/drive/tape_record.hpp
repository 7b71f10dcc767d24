// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "drive/label/label.hpp"

#include <cstddef>

namespace changer {

/// Says what a READ in variable block mode that asked for `requested` bytes has read.
///
/// Source:  SSC-4, READ(6): ILI with INFORMATION requested minus actual, negative for a block that
///          is longer; FILEMARK
/// Notes:   neither the residual nor the sense is believed alone: some adapters tell no residual,
///          some drives send no data of a block that is too long
TapeRecord tape_record(Answered answered, std::size_t requested);

/// Whether a refused READ says that nothing is written from here on.
///
/// Source:  SSC-4, READ(6): BLANK CHECK at end of data, whatever the additional code
bool is_end_of_data(const Error& error);

} // namespace changer
