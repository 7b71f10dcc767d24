// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench.hpp"
#include "jobs/cabinet.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace changer::jobs {

/// What a cabinet of benches is like.
struct CabinetOptions {
    std::vector<std::string> libraries{"a", "b"};
    std::map<std::string, std::string> simulated{}; ///< by library; the others are small
    std::map<std::string, std::map<std::string, nlohmann::json>> settings{};
    std::vector<std::string> foreign{};
    bool doors_apart = false; ///< each has a door of its own: one sees what the other does not
};

/// Several benches behind one door, and the coordinator between them: what the daemon does.
class CabinetBench {
  public:
    explicit CabinetBench(CabinetOptions options = {});

    Bench& operator[](const std::string& library) { return *benches_.at(library); }

    /// Lets seconds pass for all: a tick each, then what the coordinator orders.
    void pass(std::chrono::seconds duration);
    bool pass_until(const std::function<bool()>& so,
                    std::chrono::seconds most = std::chrono::seconds{300});
    /// Lets the coordinator decide until nothing follows any more.
    void coordinate();

    /// Kills everything at the `record`-th transaction from now, whoever makes it.
    void kill_at(std::size_t record, Cut cut);
    void kill();

    /// The transactions of all, so far.
    std::size_t records() const { return records_; }

    /// Orders come late, twice, or not at all, as this generator wants.
    void make_unreliable(unsigned seed) { chance_.emplace(seed); }

    /// Orders go to the last library first.
    bool backwards = false;

    /// Takes a library away, as a new configuration does; its documents stay where they are.
    void stop_serving(const std::string& library);

    // the door that all share, and who looks behind it
    void open_door();
    void close_door();

    // looking
    const Job& job(const std::string& id);

    std::string phase(const std::string& id) { return job(id).phase.value_or(""); }

    bool finished(const std::string& id) { return job(id).finished(); }

    bool unlocked(const std::string& library);
    /// The unfinished companion of a library; "" if there is none.
    std::string companion(const std::string& library);
    /// The job under way in a library; "" if there is none.
    std::string active(const std::string& library);
    /// The phase of the job under way in a library; "" if there is none.
    std::string phase_of(const std::string& library);
    /// Lets time pass until the job under way in every library is in this phase.
    bool all_in(const std::string& wanted);
    /// Lets time pass until a job has ended.
    bool ends(const std::string& id, std::chrono::seconds most = std::chrono::seconds{300});
    /// Every operator request that waits: "a-r1 close_door".
    std::vector<std::string> pending();

    const std::vector<std::string>& libraries() const { return options_.libraries; }

  private:
    void start(LibraryEngine& engine);
    void die(Bench& bench);
    void deliver(const std::vector<cabinet::Order>& orders);
    void watch(const std::string& library, const DeviceCommand& command) const;
    cabinet::Views views() const;

    CabinetOptions options_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
    std::shared_ptr<sim::Cabinet> door_ = std::make_shared<sim::Cabinet>();
    std::map<std::string, std::unique_ptr<Bench>> benches_;
    cabinet::Coordinator coordinator_;
    std::vector<cabinet::Order> late_;
    std::optional<std::mt19937> chance_;
    std::size_t records_ = 0;
    std::optional<std::size_t> kill_at_;
    Cut cut_ = Cut::before_command;
    std::uint64_t lives_ = 1;
};

/// What a door job's result says of one library of the cabinet; null if it says nothing.
nlohmann::json member(const nlohmann::json& result, const std::string& library);

/// The usual request for the door.
inline const nlohmann::json door_fast{{"operation", "door"}, {"inventory", "fast"}};

} // namespace changer::jobs
