// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "jobs/engine.hpp"
#include "sim/library.hpp"
#include "sim/sim_transport.hpp"
#include "support/clock.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace changer::jobs {

/// What a day in the life of a bench is cut short by.
enum class Cut : std::uint8_t {
    before_command, ///< the record is durable, its command was never sent
    after_command,  ///< the command was carried out, its answer never arrived
};

/// One engine, the documents it has made durable, and a simulated library behind a real Changer;
/// what the daemon does, without its threads.
class Bench {
  public:
    explicit Bench(std::string_view simulated = "default?slots=8&drives=2&mail=1&tapes=4&instant",
                   const std::map<std::string, nlohmann::json>& settings = {},
                   std::string id = "main",
                   std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(),
                   std::shared_ptr<sim::Cabinet> door = std::make_shared<sim::Cabinet>());

    // time and the device

    /// Opens the changer and tells the engine.
    void connect();
    /// Lets seconds pass: a tick each, commands carried out at once.
    void pass(std::chrono::seconds duration);
    /// A tick, and the commands that follow, without time passing.
    void turn();
    /// Carries out what waits, and what follows from it; nothing while held.
    void carry_out_all();
    /// Lets seconds pass until it is so, at most this long. False: it never was.
    bool pass_until(const std::function<bool()>& so,
                    std::chrono::seconds most = std::chrono::seconds{300});

    /// Throws the engine away and starts another from the documents, as after a power failure.
    void kill();
    /// Kills at the `record`-th transaction from now. In the middle of an exchange a cut before the
    /// command keeps the step from being sent; one after it lets that step happen, and nothing
    /// more.
    void kill_at(std::size_t record, Cut cut);

    /// Called after each transaction that is not a step of an exchange; true: everything dies here,
    /// see `killed`.
    std::function<bool()> on_record;
    /// Called when `on_record` says so, with the command that waits.
    std::function<void()> killed;
    /// Called before a command is carried out.
    std::function<void(const DeviceCommand&)> watch;
    /// Called for each new engine, when it has its documents and no device yet.
    std::function<void(LibraryEngine&)> started;

    /// The transactions so far.
    std::size_t records() const { return records_; }

    // the drives

    /// Tells the engine, now and at each start, that this host can work with all drives.
    void have_drives();
    /// Tells it of these.
    void have_drives(std::vector<DriveReach> drives);
    /// What a drive answers; by default it finds the label that is the cartridge's barcode.
    std::function<DriveAnswer(scsi::ElementAddress, const DriveCommand&)> drive;
    /// What the default drives find in a cartridge, by its barcode.
    std::map<std::string, library::Identification> tapes;

    /// Which drives were taken and not released.
    const std::set<scsi::ElementAddress>& taken_drives() const { return taken_drives_; }

    /// What the default drives do.
    DriveAnswer carry_out(scsi::ElementAddress drive, const DriveCommand& command);
    /// Keeps drives at their commands until release_drives().
    bool hold_drives = false;
    void release_drives();

    // requests

    Result<std::string> submit(const nlohmann::json& body);
    /// Submits what must be accepted.
    std::string queue(const nlohmann::json& body);
    Result<Cancellation> cancel(const std::string& job);
    void answer(Answer answer);
    void lose_device();

    /// Takes in what the engine wants done; the command waits for carry_out().
    void take(Effects effects);
    /// Carries the waiting command out and hands its answer back; false if there is none.
    bool carry_out();
    /// Keeps commands waiting until carry_out() is called by the test itself.
    bool hold = false;

    // looking

    LibraryEngine& engine() { return *engine_; }

    sim::Library& library() { return *library_; }

    /// For another host at the same library.
    const std::shared_ptr<sim::Library>& shared_library() const { return library_; }

    const Job& job(const std::string& id) const { return engine_->jobs().at(id); }

    std::string phase(const std::string& id) const { return job(id).phase.value_or(""); }

    bool finished(const std::string& id) const { return job(id).finished(); }

    /// The diff of a job: "added VT0009L8 - slot:3".
    std::vector<std::string> diff(const std::string& id) const;
    /// The operator request that waits for an answer; none if there is none.
    const OperatorRequest* pending() const;
    /// True if engine and library agree on where every cartridge is.
    bool agrees();

    const std::map<std::string, std::string>& documents() const { return documents_; }

    const std::vector<Notice>& notices() const { return notices_; }

    Now now() const { return clock_->now(); }

    scsi::ElementAddress at(std::string_view place) { return *library_->element(place); }

    ManualClock& clock() { return *clock_; }

    const std::optional<Dispatch>& waiting() const { return waiting_; }

    DeviceAnswer execute(const DeviceCommand& command);

    /// Starts an engine from the documents; its device is not there yet.
    void start_engine();

  private:
    bool carry_out_drives();
    void store(Effects effects);
    enum class Looking : std::uint8_t { first, only };
    DeviceAnswer exchange(const ExchangeMedia& order, Looking looking);
    Result<void> write_step(const ExchangeStep& step, std::size_t index);

    std::string id_;
    std::shared_ptr<ManualClock> clock_;
    library::Settings settings_;
    std::shared_ptr<sim::Library> library_;
    std::unique_ptr<sim::SimTransport> transport_;
    std::optional<Changer> changer_;
    std::unique_ptr<LibraryEngine> engine_;
    std::map<std::string, std::string> documents_;
    std::vector<DriveReach> drives_;
    std::vector<DriveDispatch> waiting_drives_;
    std::set<scsi::ElementAddress> taken_drives_;
    std::vector<Notice> notices_;
    std::optional<Dispatch> waiting_;
    std::size_t records_ = 0;
    std::optional<std::size_t> kill_at_;
    std::optional<Dispatch> running_; ///< being carried out
    bool dying_ = false;              ///< cut down in the middle of an exchange
    Cut cut_ = Cut::before_command;
};

} // namespace changer::jobs
