// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include "library/numbering.hpp"
#include "sim/options.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace changer::jobs {

namespace {

template <class... F>
struct Overload : F... {
    using F::operator()...;
};

template <class... F>
Overload(F...) -> Overload<F...>;

const Principal root{"uid:0", true, true, true};

jobs::RemovalVerdict verdict_of(changer::RemovalVerdict verdict) {
    switch (verdict) {
    case changer::RemovalVerdict::good:
        return jobs::RemovalVerdict::good;
    case changer::RemovalVerdict::refused:
        return jobs::RemovalVerdict::refused;
    case changer::RemovalVerdict::unknown:
        break;
    }
    return jobs::RemovalVerdict::unknown;
}

jobs::MoveVerdict verdict_of(changer::MoveVerdict verdict) {
    switch (verdict) {
    case changer::MoveVerdict::done:
        return jobs::MoveVerdict::done;
    case changer::MoveVerdict::not_done:
        return jobs::MoveVerdict::not_done;
    case changer::MoveVerdict::in_arm:
        return jobs::MoveVerdict::in_arm;
    case changer::MoveVerdict::refused_before:
        return jobs::MoveVerdict::refused_before;
    case changer::MoveVerdict::unknown:
        break;
    }
    return jobs::MoveVerdict::unknown;
}

jobs::ExchangeVerdict verdict_of(changer::ExchangeVerdict verdict) {
    switch (verdict) {
    case changer::ExchangeVerdict::done:
        return jobs::ExchangeVerdict::done;
    case changer::ExchangeVerdict::not_done:
        return jobs::ExchangeVerdict::not_done;
    case changer::ExchangeVerdict::partly_done:
        return jobs::ExchangeVerdict::partly_done;
    case changer::ExchangeVerdict::in_arm:
        return jobs::ExchangeVerdict::in_arm;
    case changer::ExchangeVerdict::refused_before:
        return jobs::ExchangeVerdict::refused_before;
    case changer::ExchangeVerdict::unknown:
        break;
    }
    return jobs::ExchangeVerdict::unknown;
}

jobs::ExchangeStep step_of(const changer::ExchangeStep& step) {
    jobs::ExchangeStep told;
    if (step.kind == changer::ExchangeStep::Kind::exchange)
        told.kind = jobs::ExchangeStep::Kind::exchange;
    told.source = step.source;
    told.destination = step.destination;
    told.second_destination = step.second_destination;
    told.barcode = step.barcode;
    if (step.verdict)
        told.verdict = verdict_of(*step.verdict);
    return told;
}

Removal removal_of(const RemovalAnswer& answer) {
    return {verdict_of(answer.verdict), answer.sense};
}

} // namespace

Bench::Bench(std::string_view simulated,
             const std::map<std::string, nlohmann::json>& settings,
             std::string id,
             std::shared_ptr<ManualClock> clock,
             std::shared_ptr<sim::Cabinet> door)
    : id_(std::move(id))
    , clock_(std::move(clock)) {
    auto options = sim::parse_options(simulated);
    REQUIRE(options);
    for (const auto& [name, value] : settings)
        REQUIRE(library::set(settings_, name, value, library::SettingSource::config));
    library_ = std::make_shared<sim::Library>(*options, *clock_, std::move(door));
    start_engine();
    connect();
}

void Bench::start_engine() {
    engine_ = std::make_unique<LibraryEngine>(id_, "sim:default", settings_);
    waiting_.reset();
    waiting_drives_.clear();
    taken_drives_.clear();
    changer_.reset();
    take(engine_->restore(documents_, now()));
    if (started)
        started(*engine_);
}

void Bench::connect() {
    changer_.reset();
    transport_ = std::make_unique<sim::SimTransport>(
        library_, *clock_, sim::Initiator{"iqn.2026-01.test:daemon", 1});
    auto opened = Changer::open(*transport_, *clock_, Quirks::builtin());
    if (!opened)
        return take(engine_->device_offline(opened.error(), now()));
    changer_.emplace(*std::move(opened));
    DeviceInfo info;
    info.vendor = changer_->identity().vendor;
    info.product = changer_->identity().product;
    info.revision = changer_->identity().revision;
    info.serial = changer_->identity().serial;
    info.geometry = changer_->geometry();
    info.barcode_reader = changer_->identity().barcode_reader;
    info.family = changer_->sense_family();
    const auto effective = changer_->door_lock_effective();
    if (effective != Support::unknown)
        info.lock_holds_door = effective == Support::yes;
    take(engine_->device_online(info, now()));
    if (!drives_.empty())
        take(engine_->drives_found(drives_, now()));
}

void Bench::take(Effects effects) {
    REQUIRE(effects.commands.size() <= 1);
    const auto commands = effects.commands;
    const bool recorded = !effects.changes.empty();
    const auto drive_commands = effects.drive_commands;
    store(std::move(effects));
    if (!commands.empty()) {
        REQUIRE_FALSE(waiting_); // one robot, one command
        waiting_ = commands.front();
    }
    waiting_drives_.insert(waiting_drives_.end(), drive_commands.begin(), drive_commands.end());
    if (recorded && on_record && on_record())
        return killed();
    if (!kill_at_ || records_ < *kill_at_)
        return;
    kill_at_.reset();
    if (cut_ == Cut::after_command && waiting_ && changer_)
        execute(waiting_->command);
    kill();
}

void Bench::store(Effects effects) {
    for (const auto& change : effects.changes) {
        if (change.value)
            documents_[change.key] = *change.value;
        else
            documents_.erase(change.key);
    }
    notices_.insert(notices_.end(), effects.notices.begin(), effects.notices.end());
    records_ += effects.changes.empty() ? 0 : 1;
}

void Bench::kill() {
    start_engine();
    connect();
}

void Bench::kill_at(std::size_t record, Cut cut) {
    kill_at_ = records_ + record;
    cut_ = cut;
}

bool Bench::carry_out() {
    if (!waiting_)
        return false;
    const auto dispatch = *std::exchange(waiting_, std::nullopt);
    if (watch)
        watch(dispatch.command);
    running_ = dispatch;
    const auto answer = execute(dispatch.command);
    running_.reset();
    if (std::exchange(dying_, false)) {
        kill();
        return true;
    }
    take(engine_->device_answer(dispatch.job, dispatch.step, answer, now()));
    return true;
}

void Bench::pass(std::chrono::seconds duration) {
    for (std::chrono::seconds second{0}; second < duration; ++second) {
        clock_->advance(std::chrono::seconds{1});
        turn();
    }
}

void Bench::turn() {
    take(engine_->tick(now()));
    carry_out_all();
}

void Bench::carry_out_all() {
    for (int i = 0; i < 50 && !hold && (carry_out_drives() || carry_out()); ++i) {
    }
}

bool Bench::carry_out_drives() {
    if (waiting_drives_.empty() || hold_drives)
        return false;
    const auto next = waiting_drives_.front();
    waiting_drives_.erase(waiting_drives_.begin());
    const auto answer =
        drive ? drive(next.drive, next.command) : carry_out(next.drive, next.command);
    take(engine_->drive_answer(next.job, next.step, next.drive, answer, now()));
    return true;
}

void Bench::release_drives() {
    hold_drives = false;
    carry_out_all();
}

void Bench::have_drives() {
    std::vector<DriveReach> all;
    for (const auto& view : library_->snapshot().drives)
        all.push_back({view.address, "", "ULTRIUM-TD8"});
    have_drives(std::move(all));
}

void Bench::have_drives(std::vector<DriveReach> drives) {
    drives_ = std::move(drives);
    take(engine_->drives_found(drives_, now()));
}

DriveAnswer Bench::carry_out(scsi::ElementAddress at, const DriveCommand& command) {
    const auto cartridge = library_->snapshot().at(at);
    return std::visit(
        Overload{[&](const TakeDrive& take) -> DriveAnswer {
                     if (take.holds == TakeDrive::Holds::foreign)
                         return DriveFailed{{Code::drive_in_use, "not our cartridge"}};
                     taken_drives_.insert(at);
                     return DriveDone{};
                 },
                 [&](const IdentifyTape&) -> DriveAnswer {
                     REQUIRE(taken_drives_.contains(at));
                     library::Identification found;
                     found.outcome = library::Identification::Outcome::no_cartridge;
                     if (!cartridge)
                         return Identified{found};
                     if (const auto known = tapes.find(*cartridge); known != tapes.end())
                         return Identified{known->second};
                     found.outcome = library::Identification::Outcome::labelled;
                     found.label = {"ansi", *cartridge, ""};
                     found.medium_serial = "S" + *cartridge;
                     return Identified{found};
                 },
                 [&](const UnloadTape&) -> DriveAnswer {
                     REQUIRE(taken_drives_.contains(at));
                     return DriveDone{};
                 },
                 [&](const ReleaseDrive&) -> DriveAnswer {
                     taken_drives_.erase(at);
                     return DriveDone{};
                 }},
        command);
}

bool Bench::pass_until(const std::function<bool()>& so, std::chrono::seconds most) {
    for (std::chrono::seconds second{0}; second < most && !so(); ++second)
        pass(std::chrono::seconds{1});
    return so();
}

Result<std::string> Bench::submit(const nlohmann::json& body) {
    auto request = parse_job_request(body);
    if (!request)
        return std::move(request).error();
    Effects effects;
    auto id = engine_->submit(*request, root, now(), effects);
    take(std::move(effects));
    return id;
}

std::string Bench::queue(const nlohmann::json& body) {
    auto id = submit(body);
    if (!id)
        MESSAGE(id.error().what);
    REQUIRE(id);
    return *id;
}

Result<Cancellation> Bench::cancel(const std::string& job) {
    Effects effects;
    auto cancelled = engine_->cancel(job, root, now(), effects);
    take(std::move(effects));
    return cancelled;
}

void Bench::answer(Answer answer) {
    const auto* request = pending();
    REQUIRE(request != nullptr);
    Effects effects;
    REQUIRE(engine_->answer(request->id, answer, root, now(), effects));
    take(std::move(effects));
}

void Bench::lose_device() {
    waiting_.reset();
    changer_.reset();
    transport_.reset(); // the nexus, and its PREVENT, go with it
    take(engine_->device_offline(Error{Code::transport_failed, "no answer"}, now()));
}

DeviceAnswer Bench::exchange(const ExchangeMedia& order, Looking looking) {
    const changer::ExchangeOrder told{
        .first = order.first,
        .second = order.second,
        .third = order.third,
        .first_barcode = order.first_barcode,
        .second_barcode = order.second_barcode,
        .spare = order.spare,
        .journal = [this](const changer::ExchangeStep& step, std::size_t index) {
            return write_step(step_of(step), index);
        }};
    const auto report =
        looking == Looking::only ? changer_->verify_exchange(told) : changer_->exchange(told);
    Exchanged exchanged{verdict_of(report.verdict), report.error, {}, report.seen, report.note};
    for (const auto& step : report.steps)
        exchanged.steps.push_back(step_of(step));
    return {std::move(exchanged), changer_->take_unit_attentions()};
}

Result<void> Bench::write_step(const ExchangeStep& step, std::size_t index) {
    const Error dead{Code::interrupted, "the power is gone"};
    if (!running_ || dying_) // a step that nobody can write down is not sent
        return dead;
    Effects effects;
    if (auto taken =
            engine_->exchange_step(running_->job, running_->step, step, index, now(), effects);
        !taken)
        return taken;
    store(std::move(effects));
    if (!kill_at_ || records_ < *kill_at_)
        return {};
    kill_at_.reset();
    dying_ = true;
    if (cut_ == Cut::before_command)
        return dead;
    return {};
}

DeviceAnswer Bench::execute(const DeviceCommand& command) {
    auto& changer = *changer_;
    if (const auto* order = std::get_if<ExchangeMedia>(&command))
        return exchange(*order, Looking::first);
    if (const auto* verify = std::get_if<VerifyExchange>(&command))
        return exchange(verify->exchange, Looking::only);
    auto answer =
        std::visit(Overload{
                       [&](const TestReady&) -> decltype(DeviceAnswer::answer) {
                           auto ready = changer.test_ready();
                           if (!ready)
                               return DeviceFailed{ready.error()};
                           return Readiness{ready->ready, ready->not_ready};
                       },
                       [&](const ReadAlerts&) -> decltype(DeviceAnswer::answer) {
                           auto flags = changer.read_alerts();
                           if (!flags)
                               return DeviceFailed{flags.error()};
                           return Alerts{*flags};
                       },
                       [&](const ReadElements&) -> decltype(DeviceAnswer::answer) {
                           auto elements = changer.read_elements();
                           if (!elements)
                               return DeviceFailed{elements.error()};
                           return Elements{*elements};
                       },
                       [&](const Rescan&) -> decltype(DeviceAnswer::answer) {
                           auto rescanned = changer.rescan();
                           if (!rescanned)
                               return DeviceFailed{rescanned.error()};
                           return Rescanned{};
                       },
                       [&](const AllowRemoval&) -> decltype(DeviceAnswer::answer) {
                           return removal_of(changer.allow_removal());
                       },
                       [&](const PreventRemoval&) -> decltype(DeviceAnswer::answer) {
                           return removal_of(changer.prevent_removal());
                       },
                       [&](const MoveMedium& move) -> decltype(DeviceAnswer::answer) {
                           auto report = changer.move(move.source, move.destination, move.barcode);
                           return Moved{verdict_of(report.verdict), report.error, report.seen};
                       },
                       [&](const VerifyMove& verify) -> decltype(DeviceAnswer::answer) {
                           const auto& move = verify.move;
                           auto report =
                               changer.verify_move(move.source, move.destination, move.barcode);
                           return Moved{verdict_of(report.verdict), report.error, report.seen};
                       },
                       [&](const ExchangeMedia&) -> decltype(DeviceAnswer::answer) {
                           return DeviceFailed{{Code::failed, "carried out above"}};
                       },
                       [&](const VerifyExchange&) -> decltype(DeviceAnswer::answer) {
                           return DeviceFailed{{Code::failed, "carried out above"}};
                       },
                       [&](const PositionArm& position) -> decltype(DeviceAnswer::answer) {
                           if (auto done = changer.position(position.element); !done)
                               return DeviceFailed{done.error()};
                           return Positioned{};
                       },
                   },
                   command);
    return {std::move(answer), changer.take_unit_attentions()};
}

std::vector<std::string> Bench::diff(const std::string& id) const {
    std::vector<std::string> lines;
    const auto place = [](const nlohmann::json& reference) -> std::string {
        if (!reference.is_object())
            return "-";
        return reference["type"].get<std::string>() + ":" +
               std::to_string(reference["number"].get<int>());
    };
    for (const auto& entry : job(id).result["diff"]) {
        const auto barcode =
            entry["barcode"].is_string() ? entry["barcode"].get<std::string>() : std::string("?");
        lines.push_back(entry["change"].get<std::string>() + " " + barcode + " " +
                        place(entry["from"]) + " " + place(entry["to"]));
    }
    return lines;
}

const OperatorRequest* Bench::pending() const {
    for (const auto& [id, request] : engine_->requests())
        if (request.state == RequestState::pending)
            return &request;
    return nullptr;
}

bool Bench::agrees() {
    for (const auto& element : library_->snapshot().elements) {
        const auto* known = engine_->model().element(element.address);
        if (known == nullptr || known->barcode != element.cartridge)
            return false;
    }
    return true;
}

} // namespace changer::jobs
