// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace changer::sim {

/// Ways in which real libraries make a host's life hard; each one is off by default. What each does
/// is said once, in unkindnesses().
struct Unkindness {
    bool prevent_without_effect = false;
    bool allow_for_everybody = false;
    bool prevent_needs_ready = false;
    bool elements_need_ready = false;
    bool ready_before_scanned = false;
    bool rescan_ignored = false;
    bool no_attention_after_door = false;
    bool attention_after_panel = false;
    bool attention_eaten = false;
    bool stale_attention = false;
    bool one_magazine_at_a_time = false;
    bool source_lost = false;
    bool drive_needs_unload = false;
    bool hour_of_inventory = false;
    bool elements_wait_for_move = false;
    bool mail_needs_allow = false;
    bool shared_mail = false;
    bool dbd_refused = false;
    bool curdata_refused = false;
    bool tags_refused = false;
    bool no_chip = false;
};

/// One switch: how it is named, and what it does.
struct UnkindnessRow {
    std::string_view name; ///< as in --unkind and in `unkind=`
    std::string_view what;
    bool Unkindness::*member = nullptr;
};

/// Every switch there is, for --help and for whoever reads names.
std::span<const UnkindnessRow> unkindnesses();

/// Turns on the switches of a list, "rescan-ignored,no-chip".
///
/// Errors: invalid_parameter — a name that is none
Result<void> turn_on(Unkindness& unkindness, std::string_view names);

/// The switches and what they do, for --help.
std::string unkindness_help();

} // namespace changer::sim
