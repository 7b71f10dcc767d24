// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "jobs/device_command.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace changer::daemon {

/// Makes a step of an exchange durable: before it is sent, and with its verdict when it is over. An
/// error keeps it, or what follows it, from being sent.
using StepWriter = std::function<Result<void>(const jobs::ExchangeStep& step, std::size_t index)>;

/// Runs what a job asked for and puts the changer's answer into the jobs' words. The steps of an
/// exchange go through `write` first.
///
/// Thread:  the device thread
/// Blocks:  as the changer does: a move or a rescan may take long
jobs::DeviceAnswer
perform(Changer& changer, const jobs::DeviceCommand& command, const StepWriter& write);

/// Takes the unit attentions met so far, oldest first. A session that replaced a lost one without
/// the device saying so is put among them as what it is: a loss of the nexus.
std::vector<scsi::UnitAttention> take_events(Changer& changer);

} // namespace changer::daemon
