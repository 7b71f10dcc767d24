// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world.hpp"

namespace changer::sim {

/// Has the addressed unit answer a command; nothing if the answer comes later, by respond().
///
/// Source:  SAM-5 5.14: INQUIRY, REPORT LUNS and REQUEST SENSE pass a waiting unit attention by
std::optional<Response> answer(World& world, TaskId task);

/// The changer's commands, once no unit attention stands in the way.
std::optional<Response> answer_as_changer(World& world, TaskId task);

/// A drive's commands, once no unit attention stands in the way.
std::optional<Response> answer_as_drive(World& world, TaskId task);

/// INQUIRY of either unit, standard data and vital product data pages 00h, 80h and 83h.
Response answer_inquiry(const World& world, std::uint64_t lun, const scsi::Cdb& cdb);

/// MODE SENSE(6) and (10): pages 1Dh, 1Fh, and 1Fh/41h where the personality has it.
Response answer_mode_sense(const World& world, const scsi::Cdb& cdb);

/// LOG SENSE: pages 00h and 2Eh; reading the flags clears them for this nexus.
Response answer_log_sense(Nexus& nexus, const scsi::Cdb& cdb);

/// READ ELEMENT STATUS, what the library believes.
Response answer_element_status(const World& world, const scsi::Cdb& cdb);

} // namespace changer::sim
