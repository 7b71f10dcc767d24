// SPDX-License-Identifier: Apache-2.0
// Every use case, every command of it, every fault: the verdict is what the simulated library
// knows to be true.
#include "changer/faults.hpp"
#include "changer/simulated_robot.hpp"

#include <fmt/format.h>

#include <set>

using namespace changer;
using namespace changer::test;
using scsi::ElementAddress;

TEST_SUITE_BEGIN("changer/fault_matrix");

namespace {

using enum scsi::ElementType;

constexpr Place a_slot{storage, 0};
constexpr Place b_slot{storage, 1};
constexpr Place free_slot{storage, 23};
constexpr Place a_drive{data_transfer, 0};
constexpr Place a_mail_slot{import_export, 0};
constexpr Place the_arm{transport, 0};
const std::string one = "VT0001L8";
const std::string two = "VT0002L8";

/// One use case: what is made ready for it, what it does, and what it says that is not so.
struct UseCase {
    std::string_view name;
    bool opened = true; ///< false: opening is the use case
    std::function<void(SimulatedRobot&)> prepare;
    /// Runs it, and returns what its outcome says that is not so; empty: all of it is.
    std::function<std::string(SimulatedRobot&)> run;
};

std::string text_of(const std::optional<Error>& error) {
    return error ? to_string(*error) : std::string("no error");
}

std::string place_name(const std::optional<ElementAddress>& place) {
    return place ? fmt::format("element {}", number(*place)) : std::string("nowhere");
}

/// What a move's report claims, against where its cartridge is.
std::string lies(SimulatedRobot& robot,
                 const MoveReport& report,
                 ElementAddress source,
                 ElementAddress destination,
                 const std::string& barcode) {
    const auto place = robot.place_of(barcode);
    const std::map<MoveVerdict, ElementAddress> claims{{MoveVerdict::done, destination},
                                                       {MoveVerdict::not_done, source},
                                                       {MoveVerdict::refused_before, source},
                                                       {MoveVerdict::in_arm, robot.at(the_arm)}};
    const auto claim = claims.find(report.verdict);
    if (claim == claims.end())
        return fmt::format(
            "unknown, though it is at {}: {}", place_name(place), text_of(report.error));
    if (place != claim->second)
        return fmt::format("verdict {}, though it is at {}: {}",
                           static_cast<int>(report.verdict),
                           place_name(place),
                           text_of(report.error));
    if (report.error.has_value() == (report.verdict == MoveVerdict::done))
        return "an error beside a success, or none beside a failure";
    return {};
}

/// A move of the first cartridge; `barcode`: as it is asked for, if the library can read it.
UseCase moving(std::string_view name,
               const Place& source,
               const Place& destination,
               const std::optional<std::string>& barcode = one) {
    return {
        .name = name,
        .prepare =
            [source, barcode](SimulatedRobot& robot) {
                if (const auto from = robot.at(a_slot), to = robot.at(source); from != to)
                    REQUIRE(robot.changer->move(from, to, barcode).verdict == MoveVerdict::done);
            },
        .run = [from = source, to = destination, barcode](SimulatedRobot& robot) -> std::string {
            const ElementAddress source = robot.at(from);
            const ElementAddress destination = robot.at(to);
            const auto before = robot.library->snapshot().moves;
            const MoveReport report = robot.changer->move(source, destination, barcode);
            if (robot.library->snapshot().moves > before + 1)
                return "the arm has picked twice";
            return lies(robot, report, source, destination, one);
        }};
}

/// Where an exchange really stands.
ExchangeVerdict stage(SimulatedRobot& robot, ElementAddress third) {
    const auto first_at = robot.place_of(one);
    const auto second_at = robot.place_of(two);
    const ElementAddress arm = robot.at(the_arm);
    if (first_at == arm || second_at == arm)
        return ExchangeVerdict::in_arm;
    if (first_at == robot.at(b_slot) && second_at == third)
        return ExchangeVerdict::done;
    if (first_at == robot.at(a_slot) && second_at == robot.at(b_slot))
        return ExchangeVerdict::not_done;
    return ExchangeVerdict::partly_done;
}

UseCase exchanging(std::string_view name, const Place& last) {
    return {.name = name,
            .prepare = [](SimulatedRobot&) {},
            .run = [last](SimulatedRobot& robot) -> std::string {
                const ElementAddress third = robot.at(last);
                std::vector<ExchangeStep> written;
                const ExchangeReport report = robot.changer->exchange(
                    {.first = robot.at(a_slot),
                     .second = robot.at(b_slot),
                     .third = third,
                     .journal = [&](const ExchangeStep& step, std::size_t) -> Result<void> {
                         written.push_back(step);
                         return {};
                     }});
                ExchangeVerdict said = report.verdict;
                if (said == ExchangeVerdict::refused_before)
                    said = ExchangeVerdict::not_done;
                if (said != stage(robot, third))
                    return fmt::format("verdict {}, though {} is at {} and {} at {}: {}",
                                       static_cast<int>(report.verdict),
                                       one,
                                       place_name(robot.place_of(one)),
                                       two,
                                       place_name(robot.place_of(two)),
                                       text_of(report.error));
                if (report.error.has_value() == (report.verdict == ExchangeVerdict::done))
                    return "an error beside a success, or none beside a failure";
                if (robot.library->snapshot().moves > 3)
                    return "more moves than an exchange has";
                std::set<std::pair<ElementAddress, ElementAddress>> begun;
                for (const ExchangeStep& step : written)
                    if (!step.verdict && step.kind == ExchangeStep::Kind::move &&
                        !begun.insert({step.source, step.destination}).second)
                        return "a move was begun twice";
                return {};
            }};
}

UseCase reading() {
    return {.name = "read_elements",
            .prepare = [](SimulatedRobot&) {},
            .run = [](SimulatedRobot& robot) -> std::string {
                const auto elements = robot.changer->read_elements();
                if (!elements)
                    return {};
                if (elements->size() != robot.library->snapshot().elements.size())
                    return fmt::format("{} elements", elements->size());
                return difference(as_read(*elements), robot.truth());
            }};
}

UseCase opening() {
    return {.name = "open",
            .opened = false,
            .prepare = [](SimulatedRobot&) {},
            .run = [](SimulatedRobot& robot) -> std::string {
                if (!robot.open())
                    return {};
                for (const auto type : {storage, import_export, data_transfer, transport}) {
                    const auto addresses = robot.addresses(type);
                    const scsi::ElementRange really{addresses.front(),
                                                    static_cast<std::uint16_t>(addresses.size())};
                    if (robot.changer->geometry().range(type) != really)
                        return "wrong element addresses";
                }
                return "";
            }};
}

UseCase asking_ready() {
    return {.name = "status",
            .prepare = [](SimulatedRobot&) {},
            .run = [](SimulatedRobot& robot) -> std::string {
                const auto ready = robot.changer->test_ready();
                if (ready && ready->ready && !robot.library->snapshot().ready)
                    return "ready, though it is not";
                const auto alerts = robot.changer->read_alerts();
                return alerts && *alerts && (*alerts)->any() ? "alerts nobody gave" : "";
            }};
}

bool holds(SimulatedRobot& robot) {
    return !robot.library->snapshot().lock_holders.empty();
}

UseCase locking() {
    return {.name = "lock",
            .prepare = [](SimulatedRobot&) {},
            .run = [](SimulatedRobot& robot) -> std::string {
                const RemovalAnswer answer = robot.changer->prevent_removal();
                if (answer.verdict == RemovalVerdict::good && !holds(robot) &&
                    !robot.changer->take_invalidations().removal_prevention)
                    return "good, though nothing holds the door";
                if (answer.verdict == RemovalVerdict::refused && holds(robot))
                    return "refused, though the door is held";
                return answer.why.empty() == (answer.verdict == RemovalVerdict::good)
                           ? ""
                           : "a reason beside a success, or none beside a failure";
            }};
}

UseCase unlocking() {
    return {.name = "unlock",
            .prepare =
                [](SimulatedRobot& robot) {
                    REQUIRE(robot.changer->prevent_removal().verdict == RemovalVerdict::good);
                    robot.changer->take_invalidations();
                },
            .run = [](SimulatedRobot& robot) -> std::string {
                const RemovalAnswer answer = robot.changer->allow_removal();
                const bool held = holds(robot);
                if (answer.verdict == RemovalVerdict::good && held)
                    return "good, though the door is held";
                const bool told = robot.changer->take_invalidations().removal_prevention;
                return answer.verdict == RemovalVerdict::refused && !held && !told
                           ? "refused, though nothing holds the door"
                           : "";
            }};
}

/// Two cartridges have changed places behind the library's back; only a scan finds out.
UseCase rescanning() {
    return {.name = "rescan",
            .prepare =
                [](SimulatedRobot& robot) {
                    REQUIRE(robot.library->open_door());
                    REQUIRE(robot.library->swap(robot.at(a_slot), robot.at(free_slot)));
                    REQUIRE(robot.library->close_door());
                    robot.clock.advance(std::chrono::minutes{10});
                    REQUIRE(robot.changer->test_ready()->ready);
                },
            .run = [](SimulatedRobot& robot) -> std::string {
                if (!robot.changer->rescan())
                    return {};
                for (const auto& element : robot.library->snapshot().elements)
                    if (!element.scanned)
                        return "done, though an element has not been looked at";
                const auto elements = robot.changer->read_elements();
                return elements ? difference(as_read(*elements), robot.truth()) : "";
            }};
}

std::vector<UseCase> use_cases() {
    return {opening(),
            asking_ready(),
            reading(),
            moving("load", a_slot, a_drive),
            moving("unload", a_drive, free_slot),
            moving("move", a_slot, free_slot),
            moving("export", a_slot, a_mail_slot),
            moving("import", a_mail_slot, free_slot),
            exchanging("exchange", free_slot),
            exchanging("swap", a_slot),
            locking(),
            unlocking(),
            rescanning()};
}

/// A fresh library, the use case's ground prepared.
std::unique_ptr<SimulatedRobot> prepared(const UseCase& use, std::string_view url) {
    auto robot = std::make_unique<SimulatedRobot>(url);
    if (use.opened) {
        REQUIRE(robot->open());
        REQUIRE(robot->changer->test_ready());
        use.prepare(*robot);
        robot->changer->take_unit_attentions();
        robot->changer->take_invalidations();
    }
    robot->host.before(0, nullptr);
    return robot;
}

/// What does not hold after the fault: a later read, without one, is true; and nothing was learned
/// from garbage that keeps barcodes from being asked for.
std::string aftermath(SimulatedRobot& robot, bool refuses_dbd) {
    robot.library->clear_faults();
    robot.clock.advance(std::chrono::minutes{30});
    if (!robot.changer && !robot.open())
        return "it cannot be opened afterwards";
    if (robot.changer->features().volume_tags == Support::no)
        return "it is believed to have no barcodes";
    if (robot.changer->features().disable_block_descriptors == Support::no && !refuses_dbd)
        return "it is believed to refuse DBD";
    const auto elements = robot.changer->read_elements();
    if (!elements)
        return "it cannot be read afterwards: " + to_string(elements.error());
    return difference(as_read(*elements), robot.truth());
}

/// Counts the cells of the matrix, and tells those in which the verdict was not the truth.
struct Matrix {
    unsigned cells = 0;
    unsigned wrong = 0;

    void cell(const UseCase& use, std::string_view url, const NamedFault& fault, unsigned nth) {
        const auto robot = prepared(use, url);
        fault.arm(*robot, nth);
        std::string lie = use.run(*robot);
        if (lie.empty())
            lie = aftermath(*robot, url.find("dbd") != url.npos);
        ++cells;
        wrong += lie.empty() ? 0 : 1;
        CHECK_MESSAGE(lie.empty(),
                      use.name << ", " << fault.name << " at command " << nth << " (" << url
                               << "): " << lie);
    }

    void use_case(const UseCase& use, std::string_view url) {
        const auto robot = prepared(use, url);
        const std::string lie = use.run(*robot);
        CHECK_MESSAGE(lie.empty(), use.name << " without a fault: " << lie);
        const unsigned commands = robot->host.count();
        REQUIRE(commands > 0);
        for (const NamedFault& fault : faults())
            for (unsigned nth = 1; nth <= commands; ++nth)
                cell(use, url, fault, nth);
    }
};

void run_matrix(const std::vector<UseCase>& uses, std::string_view url, unsigned at_least) {
    Matrix matrix;
    for (const UseCase& use : uses)
        matrix.use_case(use, url);
    MESSAGE(matrix.cells << " cells, " << matrix.wrong << " of them wrong (" << url << ")");
    CHECK(matrix.cells >= at_least);
}

} // namespace

TEST_CASE("whatever one command meets, the verdict is what is true of the library") {
    run_matrix(use_cases(), "default", 1400);
}

TEST_CASE("the same of an exchange that has to be made of moves") {
    run_matrix(
        {exchanging("exchange", free_slot), exchanging("swap", a_slot)}, "default?without=a6", 700);
}

TEST_CASE("the same of a library without a barcode reader: full and empty tell it") {
    run_matrix({moving("load", a_slot, a_drive, std::nullopt),
                moving("unload", a_drive, free_slot, std::nullopt),
                moving("move", a_slot, free_slot, std::nullopt)},
               "no-barcode-reader",
               300);
}

TEST_CASE("the same of libraries that cannot lock") {
    run_matrix({locking(), unlocking()}, "lock-without-effect", 20);
    run_matrix({locking()}, "cannot-lock", 20);
}

TEST_CASE("the same of moves in every kind of library, and under its unkindnesses") {
    for (const std::string_view url : {"silent-door",
                                       "vendor-door-code",
                                       "magazines",
                                       "superloader",
                                       "ready-magazines",
                                       "ibm-3584",
                                       "two-sided",
                                       "default?unkind=elements-wait-for-move",
                                       "default?unkind=curdata-refused",
                                       "default?unkind=dbd-refused",
                                       "default?unkind=source-lost",
                                       "default?unkind=elements-need-ready"})
        run_matrix({moving("load", a_slot, a_drive), moving("move", a_slot, free_slot)}, url, 200);
}

TEST_SUITE_END();
