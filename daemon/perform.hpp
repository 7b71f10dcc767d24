// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "jobs/device_command.hpp"

#include <vector>

namespace changer::daemon {

/// Runs what a job asked for and puts the changer's answer into the jobs' words.
///
/// Thread:  the device thread
/// Blocks:  as the changer does: a move or a rescan may take long
jobs::DeviceAnswer perform(Changer& changer, const jobs::DeviceCommand& command);

/// Takes the unit attentions met so far, oldest first. A session that replaced a lost one without
/// the device saying so is put among them as what it is: a loss of the nexus.
std::vector<scsi::UnitAttention> take_events(Changer& changer);

} // namespace changer::daemon
