// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"

#include <array>

namespace changer::ctl {
namespace {

constexpr std::array door_options{
    Option{"--inventory", "none|fast|full|default", "what to do when the door is closed again"},
    Option{"--max-open", "SECONDS", "ask for the door to be closed after this time"},
    Option{"--not-before", "TIME", "start no earlier: 2026-01-31T22:00:00Z, or 22:00 here"},
};

constexpr std::array status_options{
    Option{"--refresh", "", "look at the library first, as far as no job has it"},
    Option{"--verbose", "", "its settings too, and where each comes from", "-v"},
};

constexpr std::array jobs_options{
    Option{"--all", "", "finished jobs too"},
};

constexpr std::array discover_options{
    Option{"--sysfs-root", "DIRECTORY", "look there instead of /sys"},
};

constexpr std::array explain_options{
    Option{"--device-model", "TEXT", "whose code it is: \"IBM 3573-TL\", as discover prints it"},
};

constexpr std::array verify_options{
    Option{"--repair", "", "where they differ, take an inventory: the map becomes the library's"},
    Option{"--quirks", "", "check the administrator's files of quirks; needs no daemon"},
};

constexpr std::string_view look = "Look";
constexpr std::string_view work = "Work";
constexpr std::string_view following = "Follow";
constexpr std::string_view host = "This host";

constexpr std::array table{
    Command{"libraries", look, "", "list the libraries", {}, run_libraries},
    Command{"status", look, "", "show a library: door, drives, slots", status_options, run_status},
    Command{"drives", look, "", "list the drives", {}, run_drives},
    Command{"media", look, "[BARCODE]", "list the cartridges, or show one", {}, run_media},
    Command{"diff", look, "", "show what the last inventory found changed", {}, run_diff},
    Command{"verify",
            look,
            "[DIRECTORY]",
            "read all elements, and show where the map says something else; nothing is changed. Or "
            "check files of quirks (default: those in /etc/changer)",
            verify_options,
            run_verify},
    Command{"explain",
            look,
            "SENSE...",
            "say what a sense code means, and what to do: 2/04/8E, element 83/02, or sense data in "
            "hexadecimal; needs no daemon",
            explain_options,
            run_explain},
    Command{"door",
            work,
            "[open|status]",
            "unlock the door, wait until it was opened and closed, take the inventory; or show it",
            door_options,
            run_door},
    Command{"inventory",
            work,
            "[fast|full|default|stop]",
            "take the inventory: by barcodes, or by loading every cartridge; or stop that one",
            {},
            run_inventory},
    Command{"identify",
            work,
            "SLOT|BARCODE",
            "have a drive read the label and the chip of one cartridge",
            {},
            run_identify},
    Command{"load",
            work,
            "SLOT|BARCODE [DRIVE]",
            "move a cartridge into a drive (default: the first empty one)",
            {},
            run_load},
    Command{"unload",
            work,
            "DRIVE [SLOT]",
            "move a cartridge out of a drive (default: to its home slot)",
            {},
            run_unload},
    Command{"move", work, "FROM TO", "move a cartridge", {}, run_move},
    Command{"exchange",
            work,
            "A B [C]",
            "move the cartridge in A to B, and the one in B to C (default: A)",
            {},
            run_exchange},
    Command{"position", work, "ELEMENT", "send the arm there, empty", {}, run_position},
    Command{"enable",
            work,
            "[library|drive|media] [NAME]",
            "put the library, a drive or a cartridge into use again",
            {},
            run_enable},
    Command{"disable",
            work,
            "[library|drive|media] [NAME]",
            "take it out of use: no new jobs, what runs is finished; a drive is emptied",
            {},
            run_disable},
    Command{"set",
            work,
            "[drive|media] [NAME] KEY VALUE",
            "change a setting of the library; default as its value brings back the default. Or the "
            "name or description of a drive or a cartridge; an empty one takes it away",
            {},
            run_set},
    Command{"jobs", following, "", "list the jobs", jobs_options, run_jobs},
    Command{"job", following, "ID", "show one job", {}, run_job},
    Command{"wait",
            following,
            "ID",
            "wait until a job has ended, or an operator request is answered",
            {},
            run_wait},
    Command{"order",
            following,
            "ID first|last|N",
            "put a queued job elsewhere in the queue of its kind",
            {},
            run_order},
    Command{"cancel", following, "ID", "ask for a job to be cancelled", {}, run_cancel},
    Command{"requests", following, "", "list what a human was asked to do", {}, run_requests},
    Command{"answer", following, "ID complete|refuse", "answer such a request", {}, run_answer},
    Command{"request",
            following,
            "MESSAGE",
            "ask the operator for something; waits for the answer",
            {},
            run_request},
    Command{"events", following, "", "print what changes, as it happens", {}, run_events},
    Command{"discover",
            host,
            "",
            "list this host's changers and drives; needs no daemon",
            discover_options,
            run_discover},
};

} // namespace

std::span<const Command> commands() {
    return table;
}

} // namespace changer::ctl
