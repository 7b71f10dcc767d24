// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/model.hpp"
#include "library/reconcile.hpp"
#include "support/clock.hpp"

#include <string_view>

namespace changer::library {

/// When an inventory ended, and since when it ran.
struct FindingsAt {
    WallTime began{};
    WallTime ended{};
    std::string_view by; ///< the job
};

/// Makes the records agree with what drives said of the cartridges in their places: each record's
/// `finding` becomes the `identification` of the cartridge that it is, which may be another record.
///
/// Notes:   all findings are weighed before any record is made. A cartridge is told by the serial
///          number of its chip; without one by its barcode; without that by its label. The same
///          cartridge with another label is `relabelled`; a record that stood for a known cartridge
///          until its label was read is dropped, so that no cartridge has two
Outcome reconcile_findings(Model& model, const FindingsAt& when);

/// Whether a cartridge that was identified as `known` can be the one found now.
///
/// `barcode`: readable, and the same for both; none: neither has one
bool may_be_the_same(const Identification& known,
                     const Identification& found,
                     const std::optional<std::string>& barcode);

} // namespace changer::library
