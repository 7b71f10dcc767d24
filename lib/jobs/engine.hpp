// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/cabinet.hpp"
#include "jobs/descriptions.hpp"
#include "jobs/door/state.hpp"
#include "jobs/door/step.hpp"
#include "jobs/effects.hpp"
#include "jobs/foreign_changes.hpp"
#include "jobs/job.hpp"
#include "jobs/library_facts.hpp"
#include "jobs/on_media/examination.hpp"
#include "jobs/operator_request.hpp"
#include "jobs/out_of_use.hpp"
#include "jobs/request_list.hpp"
#include "jobs/submission.hpp"
#include "library/model.hpp"
#include "library/reconcile.hpp"
#include "library/settings.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "support/uuid.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::jobs {

/// How long elements that could not be read after a lost answer are left alone.
inline constexpr std::chrono::seconds verdict_retry_interval{5};

/// How a cancellation was taken.
enum class Cancellation : std::uint8_t {
    requested,        ///< it will end as soon as it safely can
    already_finished, ///< nothing was changed
};

/// How far the documents of the last run can be believed.
enum class StoredState : std::uint8_t {
    whole,
    stale,      ///< the last change may be missing, or they are a copy that was taken before it
    incomplete, ///< changes are missing: what the library holds only the robot knows
};

/// Everything one library is: its model, door, jobs and operator requests. Pure: no input or
/// output, no threads, no clock of its own; the same calls give the same effects.
///
/// Notes:   the caller makes `changes` durable before it starts commands, publishes notices or lets
///          readers see the new state. Every call may return effects of all three kinds
/// Thread:  one
class LibraryEngine {
  public:
    /// `device` is the URL of the changer; `configured` is what the configuration says.
    LibraryEngine(std::string id, std::string device, library::Settings configured);

    // what happens

    /// Takes over the documents of the last run, first of all calls. Unreadable ones are named in
    /// `unreadable()` and left alone. All elements are stale until they are read; for incomplete
    /// documents an operator is asked for an inventory too.
    Effects restore(const std::map<std::string, std::string>& documents,
                    const Now& now,
                    StoredState stored = StoredState::whole);

    /// Checks and queues a job, and returns its id; that of an equal job of the same caller if one
    /// is queued still, and then nothing has changed. It starts with a later tick(), which the
    /// caller may call as soon as the changes are durable. A control operation has passed when its
    /// changes are durable.
    ///
    /// Errors:  as check_submission(); for a control operation: as find_object(); access_denied;
    ///          configured — the configuration says whether the library is in use
    Result<std::string> submit(const JobRequest& request,
                               const Principal& principal,
                               const Now& now,
                               Effects& effects,
                               std::vector<CabinetMember> members = {});

    /// Undoes a submission whose changes could not be written; before any other call.
    void withdraw(const std::string& job);

    /// Undoes change_settings() or set_description() whose changes could not be written; before any
    /// other call.
    void withdraw_settings();

    /// Errors:  not_found.  access_denied
    Result<Cancellation>
    cancel(const std::string& job, const Principal& principal, const Now& now, Effects& effects);

    /// The client of a job that is wanted only while its client waits has gone: the job is
    /// cancelled, but a move that has begun is finished.
    Effects client_gone(const std::string& job, const Now& now);

    /// Answers an operator request; one that is over already stays as it is.
    ///
    /// Errors:  not_found.  access_denied
    Result<void> answer(const std::string& request,
                        Answer answer,
                        const Principal& principal,
                        const Now& now,
                        Effects& effects);

    /// Asks the operator for something in a caller's own words, and returns the request's id.
    ///
    /// Errors:  invalid_parameter — no text, or one of more than 256 bytes.  access_denied
    Result<std::string>
    ask(std::string text, const Principal& principal, const Now& now, Effects& effects);

    /// Puts a queued job to another place in the queue of its class; 1 is first, a number behind
    /// the last is last.
    ///
    /// Errors:  not_found.  access_denied.  busy — it is not queued
    Result<void> set_order(const std::string& job,
                           std::uint32_t position,
                           const Principal& principal,
                           const Now& now,
                           Effects& effects);

    /// Stores settings, all or none; null brings the default back.
    ///
    /// Errors:  invalid_parameter, access_denied, configured: in this order, each naming its
    /// setting
    Result<void> change_settings(const nlohmann::json& patch,
                                 const Principal& principal,
                                 const Now& now,
                                 Effects& effects);

    /// Names or notes something about a drive or a cartridge ("drive:1", "@256", "media:A00001L8").
    ///
    /// Errors:  invalid_parameter — as library::with().  not_found.  busy — several cartridges have
    ///          that barcode.  access_denied
    Result<void> set_description(std::string_view object,
                                 const nlohmann::json& patch,
                                 const Principal& principal,
                                 Effects& effects);

    /// Gives the library the identifier that those of everything in it follow from; once: if it has
    /// one, nothing changes.
    Effects identify(const Uuid& uuid);

    /// Stores a setting.  Errors:  invalid_parameter, configured
    Result<void> change_setting(std::string_view name,
                                const nlohmann::json& value,
                                const Now& now,
                                Effects& effects);

    /// Replaces the configuration's part of the settings.
    Effects configure(library::Settings configured, const Now& now);

    /// The device was opened, or opened again: a new session.
    Effects device_online(const DeviceInfo& info, const Now& now);

    /// It cannot be opened, or was lost. The answer of a command under way is not waited for.
    Effects device_offline(const Error& error, const Now& now);

    /// Takes in the answer to a Dispatch. A step that is not the one waited for makes no
    /// transition; what it observed is recorded.
    Effects device_answer(const std::string& job,
                          std::uint64_t step,
                          const DeviceAnswer& answer,
                          const Now& now);

    /// Tells which drives this host can work with, whenever that changes.
    Effects drives_found(std::vector<DriveReach> drives, const Now& now);

    /// Takes in the answer to a DriveDispatch; one that nobody waits for changes nothing.
    Effects drive_answer(const std::string& job,
                         std::uint64_t step,
                         scsi::ElementAddress drive,
                         const DriveAnswer& answer,
                         const Now& now);

    /// A step of an exchange that runs: without a verdict it is about to be sent, and may be sent
    /// when the changes are durable; with one it is over.
    ///
    /// Errors:  interrupted — nobody waits for this exchange: the step must not be sent
    Result<void> exchange_step(const std::string& job,
                               std::uint64_t step,
                               const ExchangeStep& told,
                               std::size_t index,
                               const Now& now,
                               Effects& effects);

    /// Somebody wants to know how the library is now: it is asked whether it is ready, and its
    /// elements are read if they are due. revalidating() tells until when; that is at once while a
    /// job has the robot, or when there is no device.
    Effects revalidate(const Now& now);

    /// Time has passed; once a second.
    Effects tick(const Now& now);

    /// Begins no further job: the daemon ends, and what is queued stays queued.
    void begin_no_more() { ending_ = true; }

    /// Tells which cabinet the library belongs to. Not recorded: a door job records its own.
    Effects join_cabinet(std::optional<cabinet::Membership> membership);

    /// Takes in what the coordinator of its cabinet decided. What does not concern the door job
    /// under way, or was done before, changes nothing.
    Effects take_order(const cabinet::Order& order, const Now& now);

    // what is

    const std::string& id() const { return id_; }

    const library::Model& model() const { return model_; }

    const library::Settings& settings() const { return settings_; }

    const std::optional<Uuid>& uuid() const { return uuid_; }

    const DoorRecord& door() const { return door_; }

    /// The drives and cartridges that an operator took out of use.
    const OutOfUse& out_of_use() const { return out_of_use_; }

    /// What operators call drives and cartridges.
    const Descriptions& descriptions() const { return descriptions_; }

    const std::map<std::string, Job, library::IdLess>& jobs() const { return jobs_; }

    const RequestList::Requests& requests() const { return requests_.all(); }

    /// What changed in the library though no job of this daemon did it.
    const ForeignChanges& foreign_changes() const { return foreign_changes_; }

    const Job* job(std::string_view id) const;
    const OperatorRequest* request(std::string_view id) const;

    /// The job that has the device; none while the library is idle.
    const std::optional<std::string>& active_job() const { return active_; }

    const std::optional<DeviceInfo>& device_info() const { return info_; }

    const std::string& device() const { return device_; }

    /// The drives behind its elements, as far as this host knows them.
    const std::vector<DriveReach>& drives() const { return drives_; }

    /// The full inventory that is under way; none: null.
    const on_media::Examination* examination() const {
        return examination_ ? &*examination_ : nullptr;
    }

    const std::optional<cabinet::Membership>& cabinet() const { return cabinet_; }

    /// Tells what the coordinator needs; it may rely on it once everything before is durable.
    cabinet::View cabinet_view() const;

    Reach reach(const Now& now) const;

    /// True while a look that revalidate() began is under way.
    bool revalidating() const { return revalidation_ != Revalidation::none; }

    const std::string& offline_detail() const { return offline_detail_; }

    /// Grows with every change of this library.
    std::uint64_t generation() const { return generation_; }

    /// Keys of documents that restore() could not read.
    const std::vector<std::string>& unreadable() const { return unreadable_; }

  private:
    struct DoorTurn;

    /// How far a look is that somebody asked for.
    enum class Revalidation : std::uint8_t {
        none,
        wanted, ///< waits until the device has answered what was sent before
        asked,  ///< TEST UNIT READY
        reading,
    };

    /// One command that the device has not answered yet.
    struct InFlight {
        std::string job;
        std::uint64_t step = 0;
        DeviceCommand command;
    };

    /// What the last submission can have changed besides its job, as it was before.
    struct Undo {
        std::string job;
        library::Settings settings;
        std::map<std::string, nlohmann::json> stored;
        OutOfUse out_of_use;
        std::optional<std::pair<ManagedObject, library::Description>> described = std::nullopt;
    };

    /// What a call changed, until it is written as Effects.
    struct Dirty {
        bool door = false;
        bool library = false;
        std::set<scsi::ElementAddress> elements;
        std::set<std::string, library::IdLess> media;
        std::set<std::string, library::IdLess> jobs;
        std::vector<Change> others;
        std::vector<Dispatch> commands;
        std::vector<DriveDispatch> drive_commands;
        std::vector<Notice> notices;
    };

    // engine.cpp
    Effects flush();

    bool idle() const { return !in_flight_ && online_; }

    void dispatch(const std::string& job, DeviceCommand command);
    void hint(std::string type, std::optional<std::string> job = std::nullopt);
    void apply(const library::Outcome& outcome);
    Job& touch(const std::string& id);
    Job& new_job(const JobRequest& request, const std::string& submitted_by, const Now& now);
    void log(Job& job, const Now& now, std::string text);
    void finish(Job& job, JobState state, std::optional<Error> error, const Now& now);
    void schedule(const Now& now);
    void start(Job& job, const Now& now);
    void call_off(Job& job, const Now& now);
    void cancel_active(Job& job, const Now& now);
    void forget_old(const Now& now);
    std::string library_name() const;

    // engine_control.cpp
    Result<std::string> control(const JobRequest& request,
                                const Principal& principal,
                                const Now& now,
                                Effects& effects);
    Result<std::string>
    stop(const JobRequest& request, const Principal& principal, const Now& now, Effects& effects);
    Result<bool> put_into_use(const ManagedObject& object, Operation operation);
    nlohmann::json control_result(const Job& job, const ManagedObject& object, bool changed);
    void write_out_of_use();
    void refuse_disabled(const Now& now);
    void empty_disabled_drives(const Now& now);
    const Job* equal_queued(const JobRequest& request, const std::string& submitted_by) const;
    void remember_for_undo();
    void undo();

    // engine_settings.cpp
    Result<void> keep_setting(const std::string& name, const nlohmann::json& value);
    void settings_changed(const Now& now);
    void apply_stored();

    // engine_connected.cpp
    std::optional<std::string> door_in_use() const;
    void end_orphans(const Now& now);
    void refuse_connected_moves(const Now& now);

    // engine_requests.cpp
    void look_at_reach(const Now& now);
    void ask_after(const Job& job, const Now& now);
    void ask_service(const Sense& sense, const std::string& job, const Now& now);
    void look_at_arm(const Now& now);

    // engine_poll.cpp
    void poll(const Now& now);
    void on_poll_answer(const DeviceCommand& command, const DeviceAnswer& answer, const Now& now);
    void take_foreign_change(const library::Diff& diff, const Now& now);

    // engine_device.cpp
    void take_attentions(const std::vector<scsi::UnitAttention>& attentions, const Now& now);
    void on_job_answer(Job& job,
                       const DeviceCommand& command,
                       const DeviceAnswer& answer,
                       const Now& now);
    void take_stale_answer(const DeviceAnswer& answer, const Now& now);
    library::Outcome take_read(const std::vector<scsi::ElementStatus>& elements,
                               const std::string& by,
                               const Now& now);
    void
    take_seen(const std::vector<scsi::ElementStatus>& seen, const std::string& by, const Now& now);
    void set_lock(door::LockState lock);
    bool lock_held() const;
    void take_removal(const Removal& removal, const DeviceCommand& command);
    void set_door(door::DoorState state, WallTime since);
    bool notice_open_door(const DeviceAnswer& answer, const Now& now);

    // engine_door.cpp
    static JobState job_state(door::Ending ending);
    door::Parameters door_parameters(const JobRequest& request) const;
    void start_door(Job& job, const Now& now);
    void start_unsolicited(const Now& now);
    void find_open(const std::string& evidence, const Now& now);
    void feed_door(const door::Event& event, const Now& now);
    void take_door_step(door::Step step, DoorTurn& turn);
    void take_door_notice(const door::Notice& notice, DoorTurn& turn);
    void take_door_request(Job& job, const door::RaiseRequest& raise, const Now& now);
    void end_door_request(Job& job, const door::EndRequest& end, const Now& now);
    void identify_after_door(Job& job, const door::Identify& order, DoorTurn& turn);
    void reconcile_after_door(const door::Reconcile& order, const Now& now);
    void on_door_answer(const DeviceCommand& command, const DeviceAnswer& answer, const Now& now);
    void finish_door(const door::Outcome& outcome, const Now& now);
    void finish_with_requests(Job& job,
                              JobState state,
                              const std::optional<Error>& error,
                              const Now& now);
    void merge_doors(const Now& now);
    void amend_door(const Now& now);
    void amend_part(const Now& now);
    void hand_over(Job& from, const Now& now);
    std::vector<std::string> members(const std::string& job) const;

    // engine_cabinet.cpp
    void say_awaited(const std::string& what, const Now& now);
    bool has_part_in(const std::string& first) const;
    void take_part(Job& job, bool leads);
    void become_companion(const std::string& first, const cabinet::Join& join, const Now& now);
    void give_way(const std::string& first, const cabinet::Join& join, const Now& now);
    const Job* queued_companion() const;
    void start_companion(Job& job, const Now& now);
    void end_part(const cabinet::Done& done, const Now& now);
    void finish_part(const door::Outcome& outcome, const Now& now);
    void call_off(const std::string& first, const cabinet::CallOff& order, const Now& now);

    // engine_cabinet_view.cpp
    std::optional<cabinet::Part> active_part() const;
    std::vector<cabinet::Wish> wishes(const Job& job) const;

    // engine_inventory.cpp
    bool wants_labels(const Job& job) const;
    void begin_identify(Job& job, const Now& now);
    void add_diff(Job& job, std::string_view inventory, const library::Diff& found);
    void start_inventory(Job& job, const Now& now);
    void continue_inventory(Job& job, const Now& now);
    void on_inventory_answer(Job& job,
                             const DeviceCommand& command,
                             const DeviceAnswer& answer,
                             const Now& now);

    // engine_examination.cpp
    bool has_drives() const;
    std::deque<on_media::Visit> visits(const Job& job,
                                       const std::optional<std::set<scsi::ElementAddress>>& only,
                                       const Now& now);
    void begin_examination(Job& job,
                           const std::optional<std::set<scsi::ElementAddress>>& only,
                           const Now& now);
    void note_bays(Job& job);
    void limit_drives(const Now& now);
    bool wants_lock() const;
    void examine(const Now& now);
    void feed_starved(const Now& now);
    std::string why_no_drive() const;
    void take_finding(const Job& job,
                      const std::string& media,
                      library::Identification found,
                      const Now& now);
    void count_progress(Job& job);
    void end_examination(const Now& now);
    void conclude_examination(Job& job, std::optional<Error> error, const Now& now);
    nlohmann::json identified(const Job& job) const;
    void drop_examination();
    void empty_bays(const Job& job, const Now& now);

    // engine_carry.cpp
    void start_carry(const on_media::Carry& carry, const Now& now);
    void move_carried(Job& job, scsi::ElementAddress source, scsi::ElementAddress destination);
    std::optional<scsi::ElementAddress> slot_of(const on_media::Visit& visit) const;
    void on_carry_answer(const DeviceCommand& command, const DeviceAnswer& answer, const Now& now);
    void look_for_carry(const Now& now);
    void judge_carry(const Now& now);
    void end_carry(MoveVerdict verdict, const Error& error, const Now& now);
    void after_refusal(const Now& now);
    std::string name_of(const on_media::Visit& visit) const;
    void out_of_arm(const on_media::Carry& carry, const Now& now);
    void break_off(const on_media::Carry& carry,
                   MoveVerdict verdict,
                   const Error& error,
                   const Now& now);
    void settle_carry(const std::vector<scsi::ElementStatus>& elements, const Now& now);

    // engine_yield.cpp
    std::set<scsi::ElementAddress> held_drives() const;
    scsi::ElementAddress soonest_drive(const std::set<scsi::ElementAddress>& held) const;
    std::optional<scsi::ElementAddress> drive_instead_of(const JobRequest& request) const;
    std::set<scsi::ElementAddress> needed_drives(const Job& job) const;
    const Job* first_before_examination(const Now& now) const;
    void share_arm(const Now& now);
    void leave(const Now& now);

    // engine_moves.cpp
    void start_move(Job& job, const Now& now);
    void on_move_answer(Job& job,
                        const DeviceCommand& command,
                        const DeviceAnswer& answer,
                        const Now& now);
    void take_moved(Job& job, const Moved& moved, const Now& now);
    void await_verdict(Job& job, std::optional<Error> error, const Now& now);
    void continue_verdict(Job& job, const Now& now);
    void look_again(const Now& now);
    void judge_move(Job& job, const Moved& moved, const Now& now);
    void pass_move(Job& job, const Now& now);
    Error after_interruption(Error verdict, std::string_view what) const;

    // engine_exchange.cpp
    void start_exchange(Job& job, const Now& now);
    void on_exchange_answer(Job& job,
                            const DeviceCommand& command,
                            const DeviceAnswer& answer,
                            const Now& now);
    void take_exchanged(Job& job, const Exchanged& exchanged, const Now& now);
    void take_over_exchange(const Job& job, const Now& now);
    void pass_exchange(Job& job, const Now& now);
    void fail_exchange(Job& job, Error error, const Now& now);
    DeviceCommand verification_of(const PlannedExchange& exchange) const;
    void judge_step(Job& job, const Moved& moved, const Now& now);
    void judge_exchange(Job& job, const Exchanged& exchanged, const Now& now);
    void conclude_exchange(Job& job, const Now& now);
    void start_position(Job& job, const Now& now);
    void on_position_answer(Job& job, const DeviceAnswer& answer, const Now& now);

    // engine_restore.cpp
    void ask_for_inventory(const Now& now);
    std::optional<bool> restore_of_map(const std::string& key, const std::string& text);
    void restore_document(const std::string& key, const std::string& text);
    std::optional<bool> restore_own(const std::string& key, const nlohmann::json& document);
    void restore_jobs(const Now& now);
    void restore_job(Job& job, const Now& now);

    std::string id_;
    std::string device_;
    library::Settings configured_; ///< without what was stored
    library::Settings settings_;
    std::map<std::string, nlohmann::json> stored_settings_;
    library::Model model_;
    DoorRecord door_;
    ForeignChanges foreign_changes_;
    OutOfUse out_of_use_;
    Descriptions descriptions_;
    std::map<std::string, Job, library::IdLess> jobs_;
    RequestList requests_;
    std::uint64_t next_job_ = 1;
    std::uint64_t generation_ = 0;
    std::vector<std::string> unreadable_;

    // in memory only
    std::optional<Undo> undo_;
    std::optional<cabinet::Membership> cabinet_;
    std::optional<cabinet::Terms> terms_; ///< of the active part of a cabinet's door job
    std::string awaited_;                 ///< what its log said last that it waits for
    std::optional<cabinet::Done> done_;   ///< while the active part ends
    bool used_by_others_ = false;         ///< then: its request was cancelled, others' were not
    std::optional<DeviceInfo> info_;
    bool online_ = false;
    bool was_online_ = false;
    bool tried_ = false;
    std::string offline_detail_ = "it has not been opened yet";
    std::optional<SteadyTime> offline_since_;
    std::uint64_t next_step_ = 1;
    std::optional<InFlight> in_flight_;
    std::optional<std::string> active_;
    bool ending_ = false;
    std::optional<door::State> machine_; ///< of the active door job
    std::optional<on_media::Examination> examination_;
    std::vector<DriveReach> drives_;
    std::set<scsi::ElementAddress> wanted_drives_; ///< the inventory gives them to others
    std::vector<scsi::ElementStatus> scanned_;
    std::optional<std::string> unsolicited_; ///< evidence that waits for the active job to end
    std::optional<SteadyTime> retry_at_;     ///< of the active inventory or move
    std::optional<SteadyTime> give_up_at_;   ///< of the same
    std::optional<Error> move_error_;        ///< why the verdict of the active move is not known
    bool rescanned_ = false; ///< the active inventory has made the library look again
    std::optional<SteadyTime> polled_at_;
    std::optional<SteadyTime> read_at_;
    std::optional<SteadyTime> forgot_at_;
    bool read_due_ = false;
    Revalidation revalidation_ = Revalidation::none;
    bool last_ready_ = false; ///< the last poll was answered "ready"
    bool first_read_ = false; ///< the first read since the device came online is under way or due
    bool prevent_due_ = false;
    bool allow_due_ = false;   ///< what was locked for a full inventory is to be unlocked
    bool check_queue_ = false; ///< something was taken out of use: queued jobs may need it
    std::optional<Uuid> uuid_; ///< kept; here for the padding
    Dirty dirty_;
};

} // namespace changer::jobs
