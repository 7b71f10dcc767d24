// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "support/result.hpp"

#include <functional>

namespace changer {

/// Sends a command that moves the robot but no cartridge from one element to another: a rescan, a
/// positioning, a mail slot that opens. It is sent again only where the changer said that it did
/// not execute it (BUSY, or a unit attention that allows it), and then built anew by `build`, which
/// proves again what it rests on.
///
/// Blocks: up to the class's timeout, and a few seconds of BUSY
/// Errors: those of `build`; device_refused, device_busy, transport's — its fate is then unknown
Result<void>
send_motion(Device& device, CommandClass which, const std::function<Result<scsi::Cdb>()>& build);

/// What the end of an optional command says of it: refused as unknown (20/00), done, or nothing.
Support support_after(const Result<void>& answer, Support before);

} // namespace changer
