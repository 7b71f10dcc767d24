// SPDX-License-Identifier: Apache-2.0
#include "jobs/on_media/session.hpp"

#include "library/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::jobs::on_media {

namespace {

constexpr unsigned most_failures = 2; ///< in a row, then a drive is given up
constexpr unsigned most_unloads = 3;  ///< then its cartridge is stuck

/// Whether a move failed for what the slot holds, which is not the drive's fault.
bool of_the_slot(const Error& error) {
    return error.code == Code::source_empty || error.code == Code::wrong_cartridge ||
           error.code == Code::medium_not_accessible;
}

} // namespace

std::string_view name(Stage stage) {
    switch (stage) {
    case Stage::unused:
        return "unused";
    case Stage::taking:
        return "taking";
    case Stage::empty:
        return "empty";
    case Stage::loading:
        return "loading";
    case Stage::identifying:
        return "identifying";
    case Stage::unloading:
        return "unloading";
    case Stage::ready:
        return "ready";
    case Stage::returning:
        return "returning";
    case Stage::releasing:
        return "releasing";
    case Stage::out:
        return "out";
    }
    return "out";
}

Session::Session(std::deque<Visit> pending, const std::vector<DriveReach>& drives)
    : pending_(std::move(pending)) {
    set_drives(drives);
}

void Session::set_drives(const std::vector<DriveReach>& drives) {
    for (const auto& drive : drives) {
        const auto [at, added] = bays_.try_emplace(drive.address, Bay{.drive = drive});
        auto& known = at->second;
        known.drive = drive;
        if (drive.barred.empty())
            continue;
        known.leave_out = true;
        known.why = drive.barred;
        if (known.stage == Stage::unused && !known.occupied())
            enter(known, Stage::out);
    }
}

void Session::left_over(scsi::ElementAddress drive, Visit visit, Then then) {
    auto& found = bays_.try_emplace(drive, Bay{.drive = {.address = drive}}).first->second;
    found.visit = std::move(visit);
    found.stage = Stage::unused;
    found.again = then == Then::look_at_it;
}

void Session::set_limits(std::size_t most, std::set<scsi::ElementAddress> withheld) {
    most_ = most;
    withheld_ = std::move(withheld);
}

void Session::try_again() {
    for (auto& [address, bay] : bays_)
        if (bay.stage == Stage::out && bay.drive.barred.empty()) {
            bay.leave_out = false;
            bay.failures = 0;
            enter(bay, Stage::unused);
        }
}

void Session::enter(Bay& bay, Stage stage) {
    bay.stage = stage;
    bay.since = ++clock_;
}

std::size_t Session::in_use() const {
    return static_cast<std::size_t>(
        std::count_if(bays_.begin(), bays_.end(), [](const auto& entry) {
            const auto stage = entry.second.stage;
            return stage != Stage::unused && stage != Stage::releasing && stage != Stage::out;
        }));
}

/// Whether there is a cartridge for this drive, beside those that other empty drives wait for.
bool Session::wanted(const Bay& bay) const {
    if (stopping_ || bay.leave_out || withheld_.count(bay.drive.address) > 0)
        return false;
    std::size_t waiting = 0;
    for (const auto& [address, other] : bays_)
        if (&other != &bay && !other.occupied() &&
            (other.stage == Stage::taking || other.stage == Stage::empty))
            ++waiting;
    const auto readable = std::count_if(
        pending_.begin(), pending_.end(), [&](const Visit& visit) { return fits(bay, visit); });
    return static_cast<std::size_t>(readable) > waiting;
}

std::vector<std::pair<scsi::ElementAddress, DriveCommand>> Session::due() {
    std::vector<std::pair<scsi::ElementAddress, DriveCommand>> commands;
    for (auto& [address, bay] : bays_) {
        if (bay.stage == Stage::unused && bay.occupied()) {
            enter(bay, Stage::taking);
            bay.due = TakeDrive{TakeDrive::Holds::ours};
        } else if (bay.stage == Stage::unused && in_use() < most_ && wanted(bay)) {
            enter(bay, Stage::taking);
            bay.due = TakeDrive{TakeDrive::Holds::nothing};
        } else if (bay.stage == Stage::empty && (in_use() > most_ || !wanted(bay))) {
            free(bay);
        }
        if (bay.due)
            commands.emplace_back(address, *bay.due);
        bay.due.reset();
    }
    return commands;
}

void Session::free(Bay& bay) {
    enter(bay, Stage::releasing);
    bay.due = ReleaseDrive{};
}

std::optional<Carry> Session::next() const {
    return next_carry(bays_, pending_, !stopping_);
}

void Session::begin(const Carry& carry) {
    auto& at = bay(carry.drive);
    if (carry.way == Carry::Way::home)
        return enter(at, Stage::returning);
    pending_.erase(std::find(pending_.begin(), pending_.end(), carry.visit));
    at.visit = carry.visit;
    enter(at, Stage::loading);
}

void Session::carried(const Carry& carry) {
    auto& at = bay(carry.drive);
    if (carry.way == Carry::Way::to_drive) {
        enter(at, Stage::identifying);
        at.due = IdentifyTape{};
        return;
    }
    if (std::exchange(at.again, false))
        pending_.push_front(*at.visit);
    at.visit.reset();
    if (at.leave_out)
        return free(at);
    enter(at, Stage::empty);
}

void Session::not_carried(const Carry& carry, const Error& error) {
    auto& at = bay(carry.drive);
    if (carry.way == Carry::Way::home)
        return unload_again(at, error);
    try_elsewhere(at);
    if (of_the_slot(error))
        at.again = false; // the same elsewhere
    else
        ++at.failures;
    if (std::exchange(at.again, false))
        pending_.push_front(*at.visit);
    else
        failures_.push_back({*at.visit, error});
    at.visit.reset();
    if (at.failures < most_failures)
        return enter(at, Stage::empty);
    at.leave_out = true;
    at.why = error.what;
    free(at);
}

void Session::lost(const Carry& carry, const Error& error) {
    auto& at = bay(carry.drive);
    failures_.push_back({carry.visit, error});
    at.visit.reset();
    at.leave_out = true;
    at.why = error.what;
    free(at);
}

/// Decides whether another drive is to look at the cartridge of this one: a second one, no third.
void Session::try_elsewhere(Bay& bay) {
    bay.again = !stopping_ && !bay.visit->failed_in && any_other_can(bay, *bay.visit);
    bay.visit->failed_in = bay.drive.address;
}

bool Session::any_other_can(const Bay& bay, const Visit& visit) const {
    return std::any_of(bays_.begin(), bays_.end(), [&](const auto& entry) {
        const auto& other = entry.second;
        return &other != &bay && other.stage != Stage::out && !other.leave_out &&
               withheld_.count(entry.first) == 0 && can_read(other.drive, visit.barcode);
    });
}

void Session::unload_again(Bay& bay, const Error& error) {
    if (++bay.failures < most_unloads) {
        enter(bay, Stage::unloading);
        bay.due = UnloadTape{};
        return;
    }
    bay.why = error.what;
    failures_.push_back({*bay.visit, error});
    enter(bay, Stage::out);
}

std::optional<Seen> Session::on_identified(Bay& bay, const library::Identification& found) {
    bay.failures = 0;
    enter(bay, Stage::unloading);
    bay.due = UnloadTape{found.medium_serial};
    ++examined_;
    return Seen{*bay.visit, found};
}

void Session::on_failed(Bay& bay, const Error& error) {
    if (bay.stage == Stage::unloading && error.code != Code::drive_in_use)
        return unload_again(bay, error);
    if (bay.stage == Stage::identifying && error.code != Code::drive_in_use) {
        try_elsewhere(bay);
        if (!bay.again)
            failures_.push_back({*bay.visit, error});
        if (++bay.failures >= most_failures) {
            bay.leave_out = true;
            bay.why = error.what;
        }
        enter(bay, Stage::unloading);
        bay.due = UnloadTape{};
        return;
    }
    if (bay.visit && bay.stage != Stage::taking)
        failures_.push_back({*bay.visit, error}); // somebody else has the drive, and the cartridge
    bay.why = error.what;
    enter(bay, Stage::out);
}

std::optional<Seen> Session::answered(scsi::ElementAddress drive, const DriveAnswer& answer) {
    const auto found = bays_.find(drive);
    if (found == bays_.end())
        return std::nullopt;
    auto& at = found->second;
    if (at.stage == Stage::releasing) { // whatever it says: nothing of ours is in it
        enter(at, at.leave_out ? Stage::out : Stage::unused);
        return std::nullopt;
    }
    if (const auto* failed = std::get_if<DriveFailed>(&answer)) {
        on_failed(at, failed->error);
        return std::nullopt;
    }
    if (const auto* identified = std::get_if<Identified>(&answer)) {
        if (at.stage != Stage::identifying)
            return std::nullopt;
        if (identified->identification.outcome != library::Identification::Outcome::no_cartridge)
            return on_identified(at, identified->identification);
        on_failed(at, Error{Code::source_empty, "the drive says that no cartridge is in it"});
        return std::nullopt;
    }
    if (at.stage == Stage::taking && at.occupied()) {
        enter(at, Stage::unloading);
        at.due = UnloadTape{};
    } else if (at.stage == Stage::taking) {
        enter(at, Stage::empty);
    } else if (at.stage == Stage::unloading) {
        enter(at, Stage::ready);
    }
    return std::nullopt;
}

void Session::forget(const std::string& media) {
    std::erase_if(pending_, [&](const Visit& visit) { return visit.media == media; });
}

bool Session::idle() const {
    return std::all_of(bays_.begin(), bays_.end(), [](const auto& entry) {
        const auto& bay = entry.second;
        return bay.stage == Stage::out || (bay.stage == Stage::unused && !bay.occupied());
    });
}

bool Session::over() const {
    return idle() && (stopping_ || pending_.empty());
}

bool Session::starved() const {
    if (stopping_ || pending_.empty())
        return false;
    return std::none_of(bays_.begin(), bays_.end(), [&](const auto& entry) {
        const auto& bay = entry.second;
        if (bay.stage == Stage::out || bay.leave_out || withheld_.count(entry.first) > 0)
            return bay.stage != Stage::out && bay.occupied(); // it has to be emptied first
        return bay.occupied() || std::any_of(pending_.begin(),
                                             pending_.end(),
                                             [&](const Visit& visit) { return fits(bay, visit); });
    });
}

bool Session::has_drive() const {
    return std::any_of(bays_.begin(), bays_.end(), [](const auto& entry) {
        const auto stage = entry.second.stage;
        return stage >= Stage::empty && stage <= Stage::returning;
    });
}

bool Session::all_home() const {
    return std::none_of(bays_.begin(), bays_.end(), [](const auto& entry) {
        return entry.second.occupied() && entry.second.stage != Stage::out;
    });
}

nlohmann::json Session::bays_to_json() const {
    auto list = nlohmann::json::array();
    for (const auto& [address, bay] : bays_)
        if (bay.visit)
            list.push_back({{"drive", scsi::number(address)},
                            {"home", scsi::number(bay.visit->home)},
                            {"media", bay.visit->media},
                            {"barcode", library::nullable(bay.visit->barcode)}});
    return list;
}

Result<std::vector<std::pair<scsi::ElementAddress, Visit>>>
Session::bays_from_json(const nlohmann::json& document) {
    std::vector<std::pair<scsi::ElementAddress, Visit>> list;
    bool fits = document.is_array();
    for (const auto& entry : document) {
        library::Fields fields(entry);
        const auto drive = fields.address("drive");
        const auto home = fields.address("home");
        Visit visit;
        visit.media = fields.text("media").value_or("");
        visit.barcode = fields.text("barcode");
        fits = fits && drive && home && !fields.faulted();
        if (!fits)
            break;
        visit.home = *home;
        list.emplace_back(*drive, std::move(visit));
    }
    if (!fits)
        return Error{Code::malformed_document,
                     "what an inventory left in drives does not read as such"};
    return list;
}

} // namespace changer::jobs::on_media
