// SPDX-License-Identifier: Apache-2.0
#include "library_runner.hpp"

#include "device_info.hpp"
#include "feature_document.hpp"
#include "log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>
#include <utility>

namespace changer::daemon {
namespace {

constexpr std::chrono::seconds tick_interval{1};
constexpr std::chrono::seconds full_retry_interval{1};

StoreThread::Changes to_store(std::vector<jobs::Change> changes) {
    std::vector<store::Change> out;
    out.reserve(changes.size());
    for (jobs::Change& change : changes)
        out.push_back({std::move(change.key), std::move(change.value)});
    return std::make_shared<const std::vector<store::Change>>(std::move(out));
}

jobs::StoredState stored_state(store::Trust trust) {
    switch (trust) {
    case store::Trust::whole:
        return jobs::StoredState::whole;
    case store::Trust::stale:
        return jobs::StoredState::stale;
    case store::Trust::needs_inventory:
        return jobs::StoredState::incomplete;
    }
    return jobs::StoredState::incomplete;
}

/// An identifier that no other library has.
Uuid new_uuid() {
    std::random_device random;
    Uuid bytes{};
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return random_uuid(bytes);
}

} // namespace

void append(jobs::Effects& all, jobs::Effects&& more) {
    std::move(more.changes.begin(), more.changes.end(), std::back_inserter(all.changes));
    std::move(more.commands.begin(), more.commands.end(), std::back_inserter(all.commands));
    std::move(more.drive_commands.begin(),
              more.drive_commands.end(),
              std::back_inserter(all.drive_commands));
    std::move(more.notices.begin(), more.notices.end(), std::back_inserter(all.notices));
}

LibraryRunner::LibraryRunner(const LibraryConfig& config,
                             LoadedDocuments loaded,
                             RunnerServices services)
    : config_(config)
    , services_(std::move(services))
    , engine_(config.id, config.device, config.settings) {
    for (const std::string& message : loaded.report.messages)
        log(Level::warning, message);
    for (auto document = loaded.documents.begin(); document != loaded.documents.end();) {
        if (!document->first.starts_with(IdempotencyKeys::prefix)) {
            ++document;
            continue;
        }
        keys_.restore(document->first, document->second);
        document = loaded.documents.erase(document);
    }
    if (const auto kept = loaded.documents.extract(std::string(feature_document_key)); kept) {
        if (auto learned = features_from_document(kept.mapped()); learned)
            learned_ = *std::move(learned);
        else
            log(Level::warning, fmt::format("{}: {}", config.id, learned.error().what));
    }
    // Nothing is told or begun of what was restored before its own changes are durable.
    auto restored =
        engine_.restore(loaded.documents, services_.clock.now(), stored_state(loaded.report.trust));
    append(restored, engine_.identify(new_uuid()));
    inputs_.push_back({.step = [restored](jobs::Effects& effects, const Now&) {
        append(effects, jobs::Effects(restored));
        return After();
    }});
    for (const std::string& key : engine_.unreadable())
        log(Level::error, fmt::format("{}: the document {} cannot be read", config.id, key));
}

LibraryRunner::~LibraryRunner() {
    *alive_ = false;
}

void LibraryRunner::start() {
    start_drives();
    start_device();
    tick_every_second();
    pump();
}

void LibraryRunner::start_device() {
    // The device thread outlives no runner, but what it posted may still wait in the loop.
    const auto on_loop = [this, alive = alive_](auto task) {
        services_.loop.post([alive, task = std::move(task)]() mutable {
            if (*alive)
                task();
        });
    };
    DeviceThread::Events events{
        [this, on_loop](DeviceFacts facts) {
            on_loop([this, facts = std::move(facts)] { on_online(facts); });
        },
        [this, on_loop](const Error& error) { on_loop([this, error] { on_offline(error); }); },
        [this, on_loop](const LearnedFeatures& learned) {
            on_loop([this, learned] { on_learned(learned); });
        }};
    device_ =
        std::make_unique<DeviceThread>(DeviceOptions{.url = config_.device,
                                                     .open = services_.open,
                                                     .retry = services_.retry,
                                                     .lock_directory = services_.lock_directory,
                                                     .learned = learned_,
                                                     .activity = services_.activity},
                                       services_.quirks,
                                       services_.clock,
                                       std::move(events));
}

void LibraryRunner::start_drives() {
    const auto open = [options = services_.open](const std::string& device) {
        return open_transport(device, options);
    };
    drives_ = std::make_unique<LibraryDrives>(id(),
                                              config_.drives,
                                              DriveServices{.loop = services_.loop,
                                                            .clock = services_.clock,
                                                            .quirks = services_.quirks,
                                                            .sources = {.open = open},
                                                            .watch = services_.watch_drive},
                                              [this](const std::vector<jobs::DriveReach>& reaches) {
                                                  enqueue_event([this, reaches](const Now& now) {
                                                      return engine_.drives_found(reaches, now);
                                                  });
                                              });
}

void LibraryRunner::on_online(const DeviceFacts& facts) {
    last_offline_.clear();
    log(Level::notice,
        fmt::format("{}: online: {} {} {}, serial {}",
                    id(),
                    facts.identity.vendor,
                    facts.identity.product,
                    facts.identity.revision,
                    facts.identity.serial.empty() ? "unknown" : facts.identity.serial));
    enqueue_event([this, facts](const Now& now) {
        auto effects = engine_.device_online(device_info(facts), now);
        if (!facts.unit_attentions.empty()) // no step waits for number 0
            append(effects,
                   engine_.device_answer("", 0, {jobs::Rescanned{}, facts.unit_attentions}, now));
        return effects;
    });
    enqueue_tick();
}

void LibraryRunner::on_offline(const Error& error) {
    const std::string why = to_string(error);
    if (why == last_offline_)
        return; // one of many attempts
    last_offline_ = why;
    log(Level::warning, fmt::format("{}: offline: {}", id(), why));
    enqueue_event([this, error](const Now& now) { return engine_.device_offline(error, now); });
}

void LibraryRunner::on_learned(const LearnedFeatures& learned) {
    enqueue({.step = [learned](jobs::Effects& effects, const Now&) {
        effects.changes.push_back({std::string(feature_document_key), feature_document(learned)});
        return After();
    }});
}

void LibraryRunner::tick_every_second() {
    services_.loop.after(tick_interval, [this, alive = alive_] {
        if (!*alive)
            return;
        enqueue_tick();
        tick_every_second();
    });
}

void LibraryRunner::enqueue_tick() {
    if (std::exchange(tick_waits_, true))
        return;
    enqueue_event([this](const Now& now) {
        tick_waits_ = false;
        auto effects = engine_.tick(now);
        if (now.wall - expired_at_ > std::chrono::minutes{10}) {
            expired_at_ = now.wall;
            append(effects, {keys_.expire(now.wall), {}, {}, {}});
        }
        return effects;
    });
}

void LibraryRunner::enqueue_event(std::function<jobs::Effects(const Now&)> event) {
    enqueue({.step = [event = std::move(event)](jobs::Effects& effects, const Now& now) {
        append(effects, event(now));
        return After();
    }});
}

void LibraryRunner::enqueue(Input input) {
    if (store_state_ == StoreState::failed)
        return; // nothing changes any more; who waits for a reply was refused before this
    inputs_.push_back(std::move(input));
    pump();
}

void LibraryRunner::read(Reader reader) {
    // While the disk is full what is in memory is all there is: readers are not kept from it.
    if (!committing_ || store_state_ != StoreState::ok)
        return reader(engine_);
    readers_.push_back(std::move(reader));
}

void LibraryRunner::pump() {
    while (!committing_) {
        end_look();
        for (const auto& reader : std::exchange(readers_, {}))
            reader(engine_);
        if (inputs_.empty())
            return stop_if_idle();
        Batch batch = step_waiting();
        if (!batch.effects.changes.empty())
            return commit(std::move(batch));
        finish(batch);
        for (const After& after : batch.afters)
            if (after)
                after({});
    }
}

LibraryRunner::Batch LibraryRunner::step_waiting() {
    Batch batch;
    do {
        const Input input = std::move(inputs_.front());
        inputs_.pop_front();
        batch.submission = input.submission;
        batch.afters.push_back(input.step(batch.effects, services_.clock.now()));
    } while (!batch.submission && !inputs_.empty() && !inputs_.front().submission);
    return batch;
}

void LibraryRunner::commit(Batch batch) {
    committing_ = true;
    if (!batch.record) // else it is tried again
        batch.record = to_store(std::exchange(batch.effects.changes, {}));
    auto changes = batch.record;
    const auto urgency =
        batch.submission ? store::Urgency::may_refuse : store::Urgency::must_record;
    services_.store.append(
        id(),
        std::move(changes),
        urgency,
        [this, loop = &services_.loop, alive = alive_, batch = std::move(batch)](
            Result<void> result) mutable {
            loop->post(
                [this, alive, batch = std::move(batch), result = std::move(result)]() mutable {
                    if (*alive)
                        on_committed(std::move(batch), result);
                });
        });
}

void LibraryRunner::on_committed(Batch batch, const Result<void>& result) {
    if (!result && !batch.submission && result.error().code == Code::database_full)
        return retry_later(std::move(batch));
    if (result && store_state_ == StoreState::full) {
        set_store_state(StoreState::ok, "changes reach the disk again");
    }
    if (!result && result.error().code != Code::database_full) {
        store_error_ = result.error().what;
        set_store_state(StoreState::failed, to_string(result.error()));
        refuse_waiting(result.error());
    }
    committing_ = false;
    if (result)
        finish(batch);
    for (const After& after : batch.afters)
        if (after)
            after(result);
    pump();
}

void LibraryRunner::retry_later(Batch batch) {
    set_store_state(StoreState::full, "the disk is full: nothing new is begun until there is room");
    refuse_waiting(*refusal());
    for (const auto& reader : std::exchange(readers_, {}))
        reader(engine_);
    if (device_ended_)
        return stop_if_idle(); // the next start finds what happened from the robot
    services_.loop.after(
        full_retry_interval,
        [this, alive = alive_, kept = std::make_shared<Batch>(std::move(batch))]() {
            if (*alive)
                commit(std::move(*kept));
        });
}

void LibraryRunner::set_store_state(StoreState state, std::string_view why) {
    if (std::exchange(store_state_, state) == state)
        return;
    log(state == StoreState::ok ? Level::notice : Level::error, fmt::format("{}: {}", id(), why));
    services_.publish(id(), {"library", std::nullopt}, engine_.generation());
}

void LibraryRunner::refuse_waiting(const Error& why) {
    std::deque<Input> kept;
    for (Input& input : std::exchange(inputs_, {})) {
        if (input.refuse)
            input.refuse(why);
        else if (store_state_ != StoreState::failed)
            kept.push_back(std::move(input));
    }
    inputs_ = std::move(kept);
}

void LibraryRunner::begin(jobs::Dispatch dispatch) {
    const auto done = [this, alive = alive_, job = dispatch.job, step = dispatch.step](
                          jobs::DeviceAnswer answer) {
        services_.loop.post([this, alive, job, step, answer = std::move(answer)] {
            if (!*alive)
                return;
            if (const auto* read = std::get_if<jobs::Elements>(&answer.answer))
                drives_->look(read->elements);
            enqueue_event([this, job, step, answer](const Now& now) {
                return engine_.device_answer(job, step, answer, now);
            });
        });
    };
    auto steps = std::holds_alternative<jobs::ExchangeMedia>(dispatch.command)
                     ? journal(dispatch.job, dispatch.step)
                     : DeviceThread::Journal();
    device_->execute(std::move(dispatch.command), done, std::move(steps));
}

void LibraryRunner::begin(jobs::DriveDispatch dispatch) {
    auto done = [this, job = dispatch.job, step = dispatch.step, drive = dispatch.drive](
                    const jobs::DriveAnswer& answer) {
        enqueue_event([this, job, step, drive, answer](const Now& now) {
            return engine_.drive_answer(job, step, drive, answer, now);
        });
    };
    drives_->execute(std::move(dispatch), std::move(done));
}

void LibraryRunner::finish(Batch& batch) {
    for (jobs::Dispatch& dispatch : batch.effects.commands)
        begin(std::move(dispatch));
    for (jobs::DriveDispatch& dispatch : batch.effects.drive_commands)
        begin(std::move(dispatch));
    for (const jobs::Notice& notice : batch.effects.notices) {
        if (notice.job) {
            log_job(*notice.job);
            release_connections(*notice.job);
        }
        if (!notice.text.empty())
            log(Level::notice, fmt::format("{}: {}: {}", id(), notice.type, notice.text));
        services_.publish(id(), notice, engine_.generation());
    }
    if (services_.durable)
        services_.durable(engine_);
}

void LibraryRunner::join_cabinet(std::optional<jobs::cabinet::Membership> membership) {
    enqueue_event([this, membership = std::move(membership)](const Now&) {
        return engine_.join_cabinet(membership);
    });
}

void LibraryRunner::order(jobs::cabinet::Order order) {
    enqueue_event([this, order = std::move(order)](const Now& now) {
        return engine_.take_order(order, now);
    });
}

/// Brings the steps of an exchange from the device thread to the loop.
DeviceThread::Journal LibraryRunner::journal(const std::string& job, std::uint64_t step) {
    return [this, loop = &services_.loop, alive = alive_, job, step](
               const jobs::ExchangeStep& told,
               std::size_t index,
               const std::function<void(Result<void>)>& written) {
        loop->post([this, alive, job, step, told, index, written] {
            if (*alive)
                write_step(job, step, told, index, written);
        });
    };
}

void LibraryRunner::write_step(const std::string& job,
                               std::uint64_t step,
                               const jobs::ExchangeStep& told,
                               std::size_t index,
                               const std::function<void(Result<void>)>& written) {
    if (auto refused = refusal())
        return written(std::move(*refused));
    Input input;
    input.refuse = [written](const Error& why) { written(why); };
    input.step = [this, job, step, told, index, written](jobs::Effects& effects,
                                                         const Now& now) -> After {
        jobs::Effects own;
        const auto taken = engine_.exchange_step(job, step, told, index, now, own);
        append(effects, std::move(own));
        return
            [taken, written](const Result<void>& durable) { written(durable ? taken : durable); };
    };
    enqueue(std::move(input));
}

void LibraryRunner::log_job(const std::string& id) {
    const jobs::Job* job = engine_.job(id);
    if (job == nullptr)
        return;
    std::string line = fmt::format(
        "job {}: {} {}", id, jobs::name(job->request.operation), jobs::name(job->state));
    if (job->phase && !job->finished())
        line += fmt::format(", {}", *job->phase);
    if (job->error)
        line += fmt::format(": {}", to_string(*job->error));
    if (std::exchange(logged_[id], line) != line)
        log(Level::notice, line);
    // Notices of a finished job come more than once: what was said is kept as long as the job is.
    if (job->finished())
        std::erase_if(logged_, [&](const auto& it) { return engine_.job(it.first) == nullptr; });
}

void LibraryRunner::stop(std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    engine_.begin_no_more();
    // Each part keeps a share of it; the last one that ends lets it go.
    const std::shared_ptr<void> rest(nullptr,
                                     [this, loop = &services_.loop, alive = alive_](void*) {
                                         loop->post([this, alive] {
                                             if (!*alive)
                                                 return;
                                             device_ended_ = true;
                                             pump();
                                         });
                                     });
    device_->stop([rest] {});
    drives_->stop([rest] {});
}

void LibraryRunner::stop_if_idle() {
    if (device_ended_ && stopped_)
        std::exchange(stopped_, nullptr)();
}

} // namespace changer::daemon
