// SPDX-License-Identifier: Apache-2.0
#include "changer/move_rules.hpp"

#include "changer/changer.hpp"

#include <algorithm>

namespace changer {
namespace {

Result<bool> access_means_something(Changer& changer, Device& device) {
    if (const auto& says = device.quirk().access_flag)
        return *says;
    Support& known = device.features().access_flag;
    if (known != Support::unknown)
        return known == Support::yes;
    const auto ready = changer.test_ready();
    if (!ready || !ready->ready)
        return true;
    if (auto all = changer.read_elements(); !all)
        return std::move(all).error();
    if (known == Support::unknown)
        known = Support::no;
    return known == Support::yes;
}

} // namespace

Result<MoveRules>
move_rules(Changer& changer, Device& device, std::span<const scsi::ElementStatus* const> elements) {
    const bool ask_changer = changer.loaded_drive() == LoadedDrive::ask_changer;
    MoveRules rules{.access_means_something = !ask_changer,
                    .implicit_unload = device.quirk().implicit_unload.value_or(ask_changer),
                    .sense_family = device.sense_family()};
    const bool claimed = std::any_of(
        elements.begin(), elements.end(), [](const auto* element) { return !element->accessible; });
    if (claimed && !ask_changer) {
        const auto counts = access_means_something(changer, device);
        if (!counts)
            return counts.error();
        rules.access_means_something = *counts;
    }
    return rules;
}

} // namespace changer
