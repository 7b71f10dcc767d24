// SPDX-License-Identifier: Apache-2.0
#include "sim/unkindness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

/// Source:  the devices named; where none is, several do
constexpr std::array rows{
    UnkindnessRow{"prevent-without-effect",
                  "PREVENT answers GOOD and holds nothing (ACSLS)",
                  &Unkindness::prevent_without_effect},
    UnkindnessRow{"allow-for-everybody",
                  "any initiator's ALLOW ends everybody's PREVENT (IBM, SL150 behind an IBM drive)",
                  &Unkindness::allow_for_everybody},
    UnkindnessRow{"prevent-needs-ready",
                  "PREVENT and ALLOW are answered 2/04/xx while the library is not ready",
                  &Unkindness::prevent_needs_ready},
    UnkindnessRow{"elements-need-ready",
                  "READ ELEMENT STATUS is answered 2/04/xx while the library is not ready",
                  &Unkindness::elements_need_ready},
    UnkindnessRow{"ready-before-scanned",
                  "ready as soon as the door is closed, its cells still unknown",
                  &Unkindness::ready_before_scanned},
    UnkindnessRow{"rescan-ignored",
                  "INITIALIZE ELEMENT STATUS (07h, 37h, E7h) answers GOOD and does nothing",
                  &Unkindness::rescan_ignored},
    UnkindnessRow{"no-attention-after-door",
                  "28/00 does not come when the door has been closed",
                  &Unkindness::no_attention_after_door},
    UnkindnessRow{"attention-after-panel",
                  "28/00 comes when somebody has used the panel, though nothing changed",
                  &Unkindness::attention_after_panel},
    UnkindnessRow{"attention-eaten",
                  "a unit attention that one initiator has met is gone for all others",
                  &Unkindness::attention_eaten},
    UnkindnessRow{"stale-attention",
                  "a new nexus meets 28/00 and TapeAlert 16 of a door opened long ago",
                  &Unkindness::stale_attention},
    UnkindnessRow{"one-magazine-at-a-time",
                  "a magazine comes out only when no other is out: they go in turn",
                  &Unkindness::one_magazine_at_a_time},
    UnkindnessRow{"source-lost",
                  "after a restart no element knows where its cartridge came from (SVALID 0)",
                  &Unkindness::source_lost},
    UnkindnessRow{"drive-needs-unload",
                  "a loaded drive has Access=0, a MOVE from it is refused with 5/3B/90 (Exabyte)",
                  &Unkindness::drive_needs_unload},
    UnkindnessRow{"hour-of-inventory",
                  "a scan of the cells takes an hour, however many there are",
                  &Unkindness::hour_of_inventory},
    UnkindnessRow{
        "elements-wait-for-move",
        "READ ELEMENT STATUS waits until the arm stands still, and a move takes 3 minutes",
        &Unkindness::elements_wait_for_move},
    UnkindnessRow{"mail-needs-allow",
                  "moves to a mail slot are refused with 5/53/02 under PREVENT (MVPRV)",
                  &Unkindness::mail_needs_allow},
    UnkindnessRow{"shared-mail",
                  "PREVENT holds the mail slots only with LOCK SHARED (IBM)",
                  &Unkindness::shared_mail},
    UnkindnessRow{
        "dbd-refused", "MODE SENSE with DBD is refused with 5/24/00", &Unkindness::dbd_refused},
    UnkindnessRow{"curdata-refused",
                  "READ ELEMENT STATUS with CURDATA is refused with 5/24/00",
                  &Unkindness::curdata_refused},
    UnkindnessRow{"tags-refused",
                  "READ ELEMENT STATUS with VOLTAG is refused with 5/24/00 (ADIC)",
                  &Unkindness::tags_refused},
    UnkindnessRow{"no-chip",
                  "drives cannot read a cartridge's memory: READ ATTRIBUTE is answered 2/04/10",
                  &Unkindness::no_chip},
};

} // namespace

std::span<const UnkindnessRow> unkindnesses() {
    return rows;
}

Result<void> turn_on(Unkindness& unkindness, std::string_view names) {
    while (true) {
        const auto comma = names.find(',');
        const auto name = names.substr(0, comma);
        const auto* const row = std::find_if(
            rows.begin(), rows.end(), [&](const UnkindnessRow& each) { return each.name == name; });
        if (row == rows.end())
            return Error{Code::invalid_parameter,
                         fmt::format("there is no unkindness \"{}\"\n{}", name, unkindness_help())};
        unkindness.*row->member = true;
        if (comma == names.npos)
            return {};
        names.remove_prefix(comma + 1);
    }
}

std::string unkindness_help() {
    std::string text = "Unkindnesses:\n";
    for (const UnkindnessRow& row : rows)
        text += fmt::format("  {:<24} {}\n", row.name, row.what);
    return text;
}

} // namespace changer::sim
