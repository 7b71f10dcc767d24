// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_status.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace changer {

/// Has the changer look for volume tags: SEND VOLUME TAG, then REQUEST VOLUME ELEMENT ADDRESS.
/// Nothing where its answer is not to be relied on, and every element has to be read: it has no
/// such commands, found nothing (many cut the template), more than it could tell, or elements that
/// do not show what was looked for.
///
/// Source:  SMC-3, both commands; CERN CTA rmc_smcsubr.cpp asks in the same way
/// Errors:  the transport's, device_busy, reservation_conflict
Result<std::optional<std::vector<scsi::ElementStatus>>> search_volume_tags(
    Device& device, std::size_t transfer_limit_bytes, const scsi::VolumeTagTemplate& wanted);

} // namespace changer
