// SPDX-License-Identifier: Apache-2.0
#include "changerctl/explain_texts.hpp"

namespace changer::ctl {

using scsi::DoorEvidence;
using scsi::Reaction;
using scsi::VendorFamily;

ReactionText text_of(Reaction reaction) {
    switch (reaction) {
    case Reaction::retry:
        return {
            "repeats a command that moves nothing up to three times, 1, 2 and 5 seconds apart; "
            "a move is judged by looking at its source and destination",
            "nothing, if it passes; if it comes back, look at cables, bridges and the library's "
            "own log"};
    case Reaction::wait:
        return {
            "waits until the library is ready; a move then proves its source and destination "
            "anew before it is sent again",
            "wait; if it lasts longer than the library takes to start or to take stock, look at "
            "its panel"};
    case Reaction::reread_inventory:
        return {"takes what it knew of the elements for stale and reads them again; a move that "
                "met this is judged by its source and destination, never repeated blindly",
                "nothing; changerctl status shows what was found"};
    case Reaction::reread_import_export:
        return {"takes what it knew of the mail slots for stale and reads them again",
                "nothing; changerctl status shows what lies in the mail slots"};
    case Reaction::initialize_elements:
        return {"takes what it knew of the elements for stale; it does not start a scan of the "
                "whole library by itself, because that blocks the arm",
                "take an inventory when the library has time for it: changerctl inventory"};
    case Reaction::start_over:
        return {
            "takes lock, reservation, geometry and elements for lost: reads them again, and "
            "locks the door again if it had it locked",
            "nothing, if someone restarted the library or its path; otherwise find out who did"};
    case Reaction::remap:
        return {"takes geometry and elements for stale and reads them again before the next move",
                "nothing; if drives or slots were added or removed, check changerctl status"};
    case Reaction::ask_operator:
        return {"lets the command fail with this code, and goes on watching for the library to "
                "become ready",
                "go to the library, see what its panel says, and put it right"};
    case Reaction::operator_asks:
        return {"records it; a move that met it is not repeated",
                "someone at the library's panel wants media out: talk to them"};
    case Reaction::removal_prevented:
        return {"lets the move fail with this code: someone's PREVENT MEDIUM REMOVAL stands in the "
                "way",
                "if it is another host's lock, unlock it there; changerctl door shows ours"};
    case Reaction::unload_drive:
        return {
            "lets the move fail with this code: it takes no cartridge from a drive that has not "
            "let go of it",
            "unload the tape on the host that uses the drive, then move it again"};
    case Reaction::cleaning:
        return {"lets the command fail with this code", "see to the drive's cleaning"};
    case Reaction::bad_medium:
        return {"lets the command fail with this code; it does not try the same cartridge in the "
                "same drive again",
                "try the cartridge in another drive once; if that fails too, take it out of use"};
    case Reaction::reservation:
        return {"lets the command fail with this code, and takes nothing from the host that holds "
                "the reservation",
                "find the host that has reserved the library, and release it there"};
    case Reaction::read_alerts:
        return {"notes that the library has TapeAlert flags to read",
                "look at the library's panel or log for what it warns of"};
    case Reaction::drop_feature:
        return {"does without the optional command or field where it has another way",
                "nothing; if a job failed with it, the library cannot do what the job needs"};
    case Reaction::fix_configuration:
        return {"lets the command fail with this code",
                "correct the configuration of the library, or of this host's access to it"};
    case Reaction::other_path:
        return {"lets the command fail with this code",
                "configure the device's other path, or make this one active"};
    case Reaction::our_defect:
        return {"lets the command fail with this code: it should not have sent such a command",
                "report it, with the job's log: this is a defect of changer"};
    case Reaction::fail:
        return {"lets the command fail with this code", "see what the job that met it was doing"};
    case Reaction::skip_element:
        return {"takes the element for one that is not there",
                "nothing, unless a magazine or a drive should be there"};
    case Reaction::note:
        return {"takes note of it, and goes on", "nothing"};
    }
    return {};
}

std::string_view text_of(DoorEvidence evidence) {
    switch (evidence) {
    case DoorEvidence::none:
        return "says nothing of the door";
    case DoorEvidence::open:
        return "a door is open, or was";
    case DoorEvidence::magazine:
        return "a magazine is out, or was: counts as an open door";
    case DoorEvidence::maybe:
        return "counts as an open door only after changer itself has unlocked it";
    case DoorEvidence::weak:
        return "may have been opened: the elements are read, and a difference proves it";
    case DoorEvidence::import_export_only:
        return "tells of a mail slot only, never of the door";
    case DoorEvidence::never:
        return "never counts as a door: resets and new logins say the same";
    }
    return {};
}

std::string_view models_of(VendorFamily family) {
    switch (family) {
    case VendorFamily::generic:
        return "the standard";
    case VendorFamily::bdt:
        return "IBM TS3100, TS3200, TS4300, Dell TL2000, TL4000, HPE MSL";
    case VendorFamily::ibm_3584:
        return "IBM 3584, TS3500, TS4500, Diamondback";
    case VendorFamily::ibm_ts2900:
        return "IBM TS2900";
    case VendorFamily::ibm_ts3310:
        return "IBM TS3310";
    case VendorFamily::ibm_ts3400:
        return "IBM TS3400";
    case VendorFamily::quantum_scalar:
        return "Quantum Scalar, Dell ML6000";
    case VendorFamily::quantum_superloader:
        return "Quantum SuperLoader 3";
    case VendorFamily::quantum_atl:
        return "Quantum ATL, HP ESL";
    case VendorFamily::exabyte:
        return "Exabyte and Tandberg Magnum, StorageLoader";
    case VendorFamily::stk:
        return "StorageTek L series, SL500";
    case VendorFamily::oracle:
        return "Oracle SL150, SL4000";
    case VendorFamily::ampex:
        return "Ampex DST";
    case VendorFamily::sony:
        return "Sony LIB";
    case VendorFamily::spectra:
        return "Spectra";
    case VendorFamily::mhvtl:
        return "mhvtl, an emulator";
    }
    return {};
}

} // namespace changer::ctl
