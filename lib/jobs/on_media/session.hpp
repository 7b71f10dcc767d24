// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/on_media/plan.hpp"
#include "library/identification.hpp"
#include "support/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace changer::jobs::on_media {

/// A cartridge that could not be looked at, and why.
struct Failure {
    Visit visit;
    Error error;
};

/// What a drive's answer was good for.
struct Seen {
    Visit visit;
    library::Identification identification;
};

/// Cartridges that are looked at one after the other by the drives of a library: who is where, and
/// what comes next. A value: it sends nothing and knows no time; its caller carries out what due()
/// and next() say and tells what came of it.
///
/// Notes:   every cartridge that next() brings into a drive is brought home again, whatever fails,
///          unless a drive does not let it go or somebody else uses the drive: then the bay is
///          `out` and keeps its visit
class Session {
  public:
    Session() = default;
    /// `pending`: in the order of visits.
    Session(std::deque<Visit> pending, const std::vector<DriveReach>& drives);

    /// What is to become of a cartridge when it is home.
    enum class Then : std::uint8_t { done, look_at_it };

    /// A cartridge that an earlier run of this inventory left in a drive: it goes home first.
    void left_over(scsi::ElementAddress drive, Visit visit, Then then);

    /// The drives this host knows now: new ones join, those no longer usable end their visit.
    void set_drives(const std::vector<DriveReach>& drives);

    /// How many drives may be in use, and which may not: they are given back as soon as they are
    /// empty.
    void set_limits(std::size_t most, std::set<scsi::ElementAddress> withheld);

    /// Looks at no further cartridge; those in drives go home.
    void stop() { stopping_ = true; }

    /// Tries drives again that others used.
    void try_again();

    /// The commands for drives that are to be sent now; each is returned once.
    std::vector<std::pair<scsi::ElementAddress, DriveCommand>> due();

    /// What the arm is to do next, if it is free; begin() says that it does.
    std::optional<Carry> next() const;
    void begin(const Carry& carry);

    /// The arm has brought the cartridge where it was to go.
    void carried(const Carry& carry);

    /// It has not: the cartridge is where it was.
    void not_carried(const Carry& carry, const Error& error);

    /// The cartridge is neither here nor there: the visit is over, its failure recorded.
    void lost(const Carry& carry, const Error& error);

    /// Takes in the answer to a command of due().
    std::optional<Seen> answered(scsi::ElementAddress drive, const DriveAnswer& answer);

    /// A cartridge that was taken away, or whose record is gone, is not looked at.
    void forget(const std::string& media);

    /// True while no drive is ours: every one is given back, or out.
    bool idle() const;
    /// True when, besides, nothing is left to do.
    bool over() const;
    /// True while cartridges wait that a drive could look at, and no drive is at our disposal.
    bool starved() const;
    /// True while at least one drive is ours.
    bool has_drive() const;
    /// True while no cartridge is in a drive or on its way.
    bool all_home() const;

    const Bays& bays() const { return bays_; }

    const std::deque<Visit>& pending() const { return pending_; }

    const std::vector<Failure>& failures() const { return failures_; }

    std::size_t examined() const { return examined_; }

    bool stopping() const { return stopping_; }

    /// Writes which cartridge is in which drive: what a later run must know.
    nlohmann::json bays_to_json() const;

    /// Errors:  malformed_document
    static Result<std::vector<std::pair<scsi::ElementAddress, Visit>>>
    bays_from_json(const nlohmann::json& document);

  private:
    Bay& bay(scsi::ElementAddress drive) { return bays_.at(drive); }

    void enter(Bay& bay, Stage stage);
    void free(Bay& bay);
    void try_elsewhere(Bay& bay);
    void unload_again(Bay& bay, const Error& error);
    void on_failed(Bay& bay, const Error& error);
    std::optional<Seen> on_identified(Bay& bay, const library::Identification& found);
    bool wanted(const Bay& bay) const;
    bool any_other_can(const Bay& bay, const Visit& visit) const;
    std::size_t in_use() const;

    Bays bays_;
    std::deque<Visit> pending_;
    std::vector<Failure> failures_;
    std::size_t examined_ = 0;
    std::size_t most_ = SIZE_MAX;
    std::set<scsi::ElementAddress> withheld_;
    bool stopping_ = false;
    std::uint64_t clock_ = 0; ///< counts changes of stages
};

} // namespace changer::jobs::on_media
