// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/command.hpp"
#include "support/sense.hpp"

#include <bitset>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace changer::sim {

/// What the library keeps for one logged-in initiator.
struct Nexus {
    Initiator initiator;
    std::set<std::uint64_t> prevents = {}; ///< LUNs it prevents removal on
    bool locks_shared_mail = false;        ///< its PREVENT on LUN 0 came with LOCK SHARED
    std::map<std::uint64_t, std::deque<Sense>> attentions = {}; ///< unit attentions by LUN
    /// TapeAlert flags not read yet, by LUN; bit 0 is unused.
    std::map<std::uint64_t, std::bitset<65>> alerts = {};
};

/// Everybody who is logged in, and who was.
class Nexuses {
  public:
    explicit Nexuses(std::uint64_t luns)
        : luns_(luns) {}

    /// Source:  SAM-5, unit attention conditions; SPC-4: 29/00 power on, 29/07 nexus loss
    NexusId login(const Initiator& initiator);
    void logout(NexusId nexus);
    /// Null after logout.
    Nexus* find(NexusId nexus);
    /// The nexus by which this initiator is logged in now.
    std::optional<NexusId> find(const Initiator& initiator) const;

    std::map<NexusId, Nexus>& all() { return all_; }

    const std::map<NexusId, Nexus>& all() const { return all_; }

    /// Queues a unit attention for everybody; one that waits already is not queued twice.
    void attention(std::uint64_t lun, const Sense& sense);

    /// Takes the unit attention that this nexus meets next, if there is one.
    std::optional<Sense> take_attention(Nexus& nexus, std::uint64_t lun);

    /// Forgets a unit attention wherever it waits.
    void forget_attention(std::uint64_t lun, const Sense& sense);

    /// Sets a TapeAlert flag for everybody.
    void alert(std::uint64_t lun, std::size_t flag);

    bool removal_prevented(std::uint64_t lun) const;
    bool shared_mail_locked() const;
    std::vector<std::string> lock_holders() const;
    void end_every_prevent(std::uint64_t lun);

    /// A power cycle: nobody is logged in, nobody is known.
    void forget();

  private:
    std::uint64_t luns_; ///< LUN 0 .. luns_ - 1 exist
    std::uint64_t last_ = 0;
    std::map<NexusId, Nexus> all_;
    std::set<Initiator> lost_;
};

} // namespace changer::sim
