// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_status.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "sim/world.hpp"

#include <functional>
#include <vector>

namespace changer::sim {

/// Has the addressed unit answer a command; nothing if the answer comes later, by respond().
///
/// Source:  SAM-5 5.14: INQUIRY, REPORT LUNS and REQUEST SENSE pass a waiting unit attention by
std::optional<Response> answer(World& world, TaskId task);

/// INQUIRY of any LUN, standard data and vital product data pages 00h, 80h and 83h; D0h where the
/// personality has it.
Response answer_inquiry(const World& world, const Task& task);

/// REPORT LUNS.
Response answer_report_luns(const World& world, const Task& task);

/// REQUEST SENSE of a unit that exists.
Response answer_request_sense(World& world, const Task& task);

/// MODE SENSE(6) and (10) of the changer: pages 1Dh, 1Eh, 1Fh, and 1Fh/41h where the personality
/// has it.
Response answer_mode_sense(const World& world, const Task& task);

/// LOG SENSE: pages 00h and 2Eh; reading the flags clears them for this nexus.
Response answer_log_sense(World& world, const Task& task);

/// READ ELEMENT STATUS, what the library believes.
Response answer_element_status(const World& world, const Task& task);

/// What READ ELEMENT STATUS says of the cells that `chosen` chooses, spoiled by `fault`.
std::vector<scsi::ElementStatusPage>
element_status_pages(const World& world,
                     const scsi::ReadElementStatus& asked,
                     const std::optional<Fault>& fault,
                     const std::function<bool(const Cell&)>& chosen);

/// SEND VOLUME TAG, which looks for barcodes, and the question for what it has found.
Response answer_send_volume_tag(World& world, const Task& task);
Response answer_request_volume_element_address(World& world, const Task& task);

/// REPORT SUPPORTED OPERATION CODES.
Response answer_supported_commands(const World& world, const Task& task);

} // namespace changer::sim
