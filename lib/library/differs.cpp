// SPDX-License-Identifier: Apache-2.0
#include "library/disagreement.hpp"
#include "library/reconcile.hpp"
#include "scsi/smc/element_status.hpp"

namespace changer::library {

using scsi::ElementType;

bool differs(const Model& model, const Observation& read, CompareOptions options) {
    for (const auto& status : read.elements) {
        if (status.type != ElementType::storage && !options.everywhere)
            continue;
        const auto* known = model.element(status.address);
        if (known == nullptr || disagrees(*known, reading_of(status)))
            return true;
    }
    return false;
}

} // namespace changer::library
