// SPDX-License-Identifier: Apache-2.0
#include "library/reading.hpp"
#include "library/reconcile.hpp"
#include "scsi/smc/element_status.hpp"

namespace changer::library {

using scsi::ElementType;

bool differs(const Model& model, const Observation& read, CompareOptions options) {
    for (const auto& status : read.elements) {
        if (status.type != ElementType::storage && !options.everywhere)
            continue;
        const auto reading = reading_of(status);
        const auto* known = model.element(status.address);
        if (known == nullptr)
            return true;
        const bool gone = reading.content == Content::not_present;
        if (gone != known->not_present)
            return true;
        if (gone || reading.content == Content::uncertain)
            continue;
        if (known->full != (reading.content == Content::full))
            return true;
        if (reading.tag && known->barcode && reading.tag != known->barcode)
            return true;
    }
    return false;
}

} // namespace changer::library
