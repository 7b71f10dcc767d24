// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/identity.hpp"
#include "jobs/cabinet.hpp"
#include "library_runner.hpp"
#include "loop.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace changer::daemon {

/// What tells whose door is whose.
struct DoorFacts {
    std::string library;
    std::optional<std::string> cabinet = std::nullopt; ///< as configured
    std::vector<std::string> foreign = {};             ///< as configured
    Identity identity = {}; ///< of its changer, now or when it was last there; no serial: unknown
};

/// Finds who shares a door: libraries with the same configured cabinet; libraries without one whose
/// changers are of the same physical library. One of these belongs to the configured cabinet of
/// another partition, if there is exactly one such. `unserved` are changers of this machine that
/// the daemon does not serve: those of the same physical library are foreign partitions.
///
/// Notes:   none for a library that has its door alone
std::map<std::string, std::optional<jobs::cabinet::Membership>>
find_cabinets(const std::vector<DoorFacts>& libraries, const std::vector<Identity>& unserved);

/// Lists the changers of this machine, as the kernel knows them; no command is sent.
std::vector<Identity> changers_of_this_machine();

/// Carries what is durable of each library to the coordinator of cabinets, and its orders back.
///
/// Thread:  the loop
class Cabinets {
  public:
    /// All of it outlives this.
    Cabinets(Loop& loop, const Runners& runners, std::vector<Identity> unserved);

    /// Tells each library its cabinet; before any of them is started.
    void start();

    /// Takes in that everything `engine` holds is durable.
    void on_durable(const jobs::LibraryEngine& engine);

  private:
    void take_facts(const jobs::LibraryEngine& engine);
    void regroup();
    void tell(LibraryRunner& runner, std::optional<jobs::cabinet::Membership> membership);
    void step_soon();
    bool all_heard_of() const;
    void step();
    void step_every_second();

    Loop* loop_;
    const Runners* runners_;
    std::vector<Identity> unserved_;
    std::map<std::string, DoorFacts> facts_;
    jobs::cabinet::Views views_;
    std::map<std::string, std::optional<jobs::cabinet::Membership>> told_;
    std::set<std::string> watched_; ///< libraries that share a door, or have a part in a door job
    jobs::cabinet::Coordinator coordinator_;
    bool regroup_due_ = true;
    bool step_waits_ = false;
};

} // namespace changer::daemon
