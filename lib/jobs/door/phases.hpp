// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/machine.hpp"

#include <cstdint>
#include <string>

// One function for each phase, and the transitions that several phases share. Each on_*() names
// every event; nothing falls through to a default.

namespace changer::jobs::door {

void on_queued(Machine& m, const Event& event);
void on_draining(Machine& m, const Event& event);
void on_emptying_drives(Machine& m, const Event& event);
void on_unlocking(Machine& m, const Event& event);
void on_unlocked(Machine& m, const Event& event);
void on_open(Machine& m, const Event& event);
void on_settling(Machine& m, const Event& event);
void on_locking(Machine& m, const Event& event);
void on_scanning(Machine& m, const Event& event);
void on_identifying(Machine& m, const Event& event);
void on_reconciling(Machine& m, const Event& event);
void on_finishing(Machine& m, const Event& event);
void on_done(Machine& m, const Event& event);

/// Begins to look at the library, and sends what comes first.
void enter_unlocking(Machine& m);

/// Begins to wait for the door, after ALLOW or in place of it.
void enter_unlocked(Machine& m);

/// Takes the door for opened: elements are stale, the inventory starts over.
void enter_open(Machine& m, const std::string& why);

/// Takes the door for open because another library of the cabinet saw it. False: that opening is
/// known already.
bool open_with_others(Machine& m, const OpenedElsewhere& seen);

/// Who says that the door was opened and is closed again.
enum class Witness : std::uint8_t { library, human };

/// Takes the door for opened and closed again; in a cabinet the others have to see it closed too.
void opened_and_closed(Machine& m, const std::string& why, Witness witness);

/// Takes the door for closed: decides on the inventory, sends PREVENT by policy.
void enter_settling(Machine& m, const std::string& why);

/// Waits for the library to be ready once more, then takes the inventory from its beginning.
void resettle(Machine& m, const std::string& why);

/// Does so after a read that turned out to be worth nothing. False: that happened too often, the
/// read stands.
bool settle_again(Machine& m, const std::string& why);

/// Brings the lock to the policy, then does what `purpose` says.
void enter_locking(Machine& m, Purpose purpose, Outcome outcome = {});

void enter_scanning(Machine& m, Purpose purpose);
void enter_identifying(Machine& m, bool everything);
void enter_reconciling(Machine& m, Outcome outcome);

/// Takes in that the cabinet's job will not be carried through. False: it is cancelled already.
bool call_off(Machine& m, const CalledOff& called_off);

/// Takes over what a merge or a setting changed.
void amend(Machine& m, const Amended& amended);

} // namespace changer::jobs::door
