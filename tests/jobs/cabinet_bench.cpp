// SPDX-License-Identifier: Apache-2.0
#include "cabinet_bench.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace changer::jobs {

namespace {

constexpr const char* small = "default?slots=8&drives=1&mail=1&tapes=4&instant";

std::string library_of(const std::string& id) {
    return id.substr(0, id.rfind('-'));
}

/// True while somebody may reach into the library: from ALLOW until the door is closed for all.
bool in_reach(const cabinet::View& view) {
    return view.part && view.part->stage >= cabinet::Stage::unlocked &&
           view.part->stage <= cabinet::Stage::open;
}

} // namespace

CabinetBench::CabinetBench(CabinetOptions options)
    : options_(std::move(options)) {
    for (const auto& library : options_.libraries) {
        const auto simulated = options_.simulated.find(library);
        std::map<std::string, nlohmann::json> settings = options_.settings[library];
        settings.insert({{"door.quiet_seconds", 2},
                         {"door.unlock_timeout_seconds", 60},
                         {"door.max_open_seconds", 120},
                         {"poll_seconds", 5}});
        auto bench = std::make_unique<Bench>(
            simulated == options_.simulated.end() ? small : simulated->second.c_str(),
            settings,
            library,
            clock_,
            options_.doors_apart ? std::make_shared<sim::Cabinet>() : door_);
        bench->started = [this](LibraryEngine& engine) { start(engine); };
        bench->on_record = [this] {
            ++records_;
            return kill_at_ && records_ >= *kill_at_;
        };
        bench->killed = [this, &bench = *bench] { die(bench); };
        bench->watch = [this, library](const DeviceCommand& command) { watch(library, command); };
        start(bench->engine());
        benches_.emplace(library, std::move(bench));
    }
    pass(std::chrono::seconds{3});
}

void CabinetBench::start(LibraryEngine& engine) {
    // Alone, a library is in no cabinet, whoever else stands behind its door.
    (void)engine.join_cabinet(cabinet::Membership{"test", options_.libraries, options_.foreign});
}

void CabinetBench::die(Bench& bench) {
    kill_at_.reset();
    if (cut_ == Cut::after_command && bench.waiting())
        bench.execute(bench.waiting()->command);
    kill();
}

void CabinetBench::kill() {
    ++lives_;
    coordinator_ = {};
    late_.clear();
    for (const auto& [library, bench] : benches_)
        bench->start_engine();
    for (const auto& [library, bench] : benches_)
        bench->connect();
}

void CabinetBench::kill_at(std::size_t record, Cut cut) {
    kill_at_ = records_ + record;
    cut_ = cut;
}

void CabinetBench::stop_serving(const std::string& library) {
    benches_.erase(library);
    std::erase(options_.libraries, library);
    for (const auto& [other, bench] : benches_)
        start(bench->engine());
}

cabinet::Views CabinetBench::views() const {
    cabinet::Views all;
    for (const auto& [library, bench] : benches_)
        all.emplace(library, bench->engine().cabinet_view());
    return all;
}

/// No arm moves while somebody may reach in, and nothing is unlocked before all are drained.
void CabinetBench::watch(const std::string& library, const DeviceCommand& command) const {
    const bool moves = std::holds_alternative<MoveMedium>(command) ||
                       std::holds_alternative<ExchangeMedia>(command) ||
                       std::holds_alternative<PositionArm>(command);
    const auto view = benches_.at(library)->engine().cabinet_view();
    const bool unlocks = std::holds_alternative<AllowRemoval>(command) && view.part &&
                         view.part->stage == cabinet::Stage::unlocking;
    for (const auto& [other, bench] : benches_) {
        if (other == library)
            continue;
        const auto name = other;
        CAPTURE(name);
        const auto seen = bench->engine().cabinet_view();
        if (moves)
            CHECK_FALSE(in_reach(seen));
        if (unlocks) {
            REQUIRE(seen.part);
            CHECK(seen.part->first == view.part->first);
            CHECK(seen.part->stage >= cabinet::Stage::drained);
        }
    }
}

void CabinetBench::deliver(const std::vector<cabinet::Order>& orders) {
    const auto life = lives_;
    for (const auto& order : orders) {
        if (lives_ != life)
            return; // what was under way died with the others
        const auto bench = benches_.find(order.library);
        if (bench == benches_.end())
            continue;
        bench->second->take(bench->second->engine().take_order(order, bench->second->now()));
        if (lives_ == life)
            bench->second->carry_out_all();
    }
}

void CabinetBench::coordinate() {
    for (int i = 0; i < 50; ++i) {
        const auto before = views();
        auto orders = coordinator_.step(before);
        if (backwards)
            std::reverse(orders.begin(), orders.end());
        if (chance_) {
            auto arriving = std::exchange(late_, {});
            for (auto& order : orders)
                switch ((*chance_)() % 4) {
                case 0: // lost
                    break;
                case 1:
                    late_.push_back(std::move(order));
                    break;
                case 2:
                    arriving.push_back(order);
                    [[fallthrough]];
                default:
                    arriving.push_back(std::move(order));
                }
            orders = std::move(arriving);
        }
        deliver(orders);
        if (views() == before)
            return;
    }
    FAIL("the coordinator never comes to rest");
}

void CabinetBench::pass(std::chrono::seconds duration) {
    for (std::chrono::seconds second{0}; second < duration; ++second) {
        clock_->advance(std::chrono::seconds{1});
        for (const auto& [library, bench] : benches_)
            bench->turn();
        coordinate();
    }
}

bool CabinetBench::pass_until(const std::function<bool()>& so, std::chrono::seconds most) {
    for (std::chrono::seconds second{0}; second < most && !so(); ++second)
        pass(std::chrono::seconds{1});
    return so();
}

void CabinetBench::open_door() {
    for (const auto& [library, bench] : benches_) {
        REQUIRE(bench->library().open_door());
        if (!options_.doors_apart)
            return;
    }
}

void CabinetBench::close_door() {
    for (const auto& [library, bench] : benches_) {
        REQUIRE(bench->library().close_door());
        if (!options_.doors_apart)
            return;
    }
}

const Job& CabinetBench::job(const std::string& id) {
    return benches_.at(library_of(id))->job(id);
}

bool CabinetBench::unlocked(const std::string& library) {
    return benches_.at(library)->engine().door().lock == door::LockState::unlocked;
}

std::string CabinetBench::companion(const std::string& library) {
    for (const auto& [id, job] : benches_.at(library)->engine().jobs())
        if (job.part_of && !job.finished())
            return id;
    return "";
}

std::string CabinetBench::active(const std::string& library) {
    return benches_.at(library)->engine().active_job().value_or("");
}

std::vector<std::string> CabinetBench::pending() {
    std::vector<std::string> all;
    for (const auto& [library, bench] : benches_)
        for (const auto& [id, request] : bench->engine().requests())
            if (request.state == RequestState::pending)
                all.push_back(id + " " + request.type);
    return all;
}

std::string CabinetBench::phase_of(const std::string& library) {
    const auto id = active(library);
    return id.empty() ? "" : phase(id);
}

bool CabinetBench::all_in(const std::string& wanted) {
    return pass_until([&] {
        return std::all_of(libraries().begin(), libraries().end(), [&](const auto& library) {
            return phase_of(library) == wanted;
        });
    });
}

bool CabinetBench::ends(const std::string& id, std::chrono::seconds most) {
    return pass_until([&] { return finished(id); }, most);
}

nlohmann::json member(const nlohmann::json& result, const std::string& library) {
    for (const auto& entry : result["members"])
        if (entry["library"] == library)
            return entry;
    return nullptr;
}

} // namespace changer::jobs
