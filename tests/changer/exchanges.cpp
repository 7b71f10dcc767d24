// SPDX-License-Identifier: Apache-2.0
#include "changer/element_server.hpp"

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("changer/exchanges");

namespace {

using enum ExchangeVerdict;

constexpr ElementAddress first{0x1000};
constexpr ElementAddress second{0x1001};
constexpr ElementAddress free_slot{0x1002};
constexpr ElementAddress the_drive{0x100};
constexpr ElementAddress the_mail_slot{0x10};
constexpr ElementAddress the_arm{0};
const std::string one = "A00001L8";
const std::string two = "A00002L8";

struct Opened {
    Opened() {
        server.elements = small_content();
        changer.emplace(open_changer(server, clock));
    }

    /// Remembers each call of the journal as "0 4096>4097" before, "0 4096>4097 done" after.
    ExchangeOrder order(ElementAddress third = free_slot) {
        return {.first = first,
                .second = second,
                .third = third,
                .journal = [this](const ExchangeStep& step, std::size_t index) -> Result<void> {
                    std::string line = std::to_string(index) + " " +
                                       std::to_string(number(step.source)) + ">" +
                                       std::to_string(number(step.destination));
                    if (step.verdict)
                        line += *step.verdict == MoveVerdict::done ? " done" : " not done";
                    written.push_back(line);
                    if (written.size() == full_at)
                        return Error{Code::database_full, "no room for the journal"};
                    return {};
                }};
    }

    /// What happens instead of the n-th EXCHANGE or MOVE from now.
    void instead_of(std::uint8_t opcode,
                    std::function<Result<Completion>(const Request&)> happens) {
        server.instead_of = opcode;
        server.instead_once = std::move(happens);
    }

    void refuse(std::uint8_t opcode, Sense sense) {
        instead_of(opcode, [sense](const Request&) { return ElementServer::refused(sense); });
    }

    std::string at(ElementAddress address) {
        const ElementStatus* element = server.at(address);
        return element->full ? element->volume_tag.value_or("?") : "";
    }

    std::size_t moves() const { return server.count(scsi::opcode::move_medium); }

    std::size_t exchanges() const { return server.count(scsi::opcode::exchange_medium); }

    ManualClock clock;
    ElementServer server;
    std::optional<Changer> changer;
    std::vector<std::string> written;
    std::size_t full_at = 0;
};

} // namespace

TEST_CASE("a changer that can exchanges in one command, proved before and after") {
    Opened it;
    it.server.exchanges = true;
    SUBCASE("three elements") {
        const auto report = it.changer->exchange(it.order());
        CHECK(report.verdict == done);
        CHECK_FALSE(report.error);
        CHECK(it.at(second) == one);
        CHECK(it.at(free_slot) == two);
        CHECK(it.server.commands.size() == 7);
    }
    SUBCASE("a swap") {
        const auto report = it.changer->exchange(it.order(first));
        CHECK(report.verdict == done);
        CHECK(it.at(first) == two);
        CHECK(it.at(second) == one);
        CHECK(it.server.commands.size() == 5);
    }
    CHECK(it.changer->features().exchange == Support::yes);
    CHECK(it.moves() == 0);
    CHECK(it.written == std::vector<std::string>{"0 4096>4097", "0 4096>4097 done"});
}

TEST_CASE("one that cannot is asked once; the exchange is made of moves, each written down") {
    Opened it;
    const auto report = it.changer->exchange(it.order());
    CHECK(report.verdict == done);
    CHECK(it.at(second) == one);
    CHECK(it.at(free_slot) == two);
    CHECK(it.changer->features().exchange == Support::no);
    CHECK(it.exchanges() == 1);
    CHECK(it.written == std::vector<std::string>{"0 4096>4097",
                                                 "0 4096>4097 not done",
                                                 "1 4097>4098",
                                                 "1 4097>4098 done",
                                                 "2 4096>4097",
                                                 "2 4096>4097 done"});
    REQUIRE(report.steps.size() == 3);
    CHECK(report.steps[0].verdict == MoveVerdict::refused_before);
    CHECK(report.steps[1] == ExchangeStep{.source = second,
                                          .destination = free_slot,
                                          .barcode = two,
                                          .verdict = MoveVerdict::done});
    const ExchangeOrder back{.first = free_slot, .second = second, .third = first};
    CHECK(it.changer->exchange(back).verdict == done);
    CHECK(it.exchanges() == 1);
}

TEST_CASE("a swap by moves goes through an empty slot that the report names, never the arm") {
    Opened it;
    it.server.elements.push_back(slot(0x1003));
    it.server.geometry.storage.count = 4;
    it.changer.emplace(open_changer(it.server, it.clock));
    ExchangeOrder order = it.order(first);
    ElementAddress through = free_slot;
    SUBCASE("the first empty one") {}
    SUBCASE("the one the caller names") {
        through = order.spare.emplace(ElementAddress{0x1003});
    }
    const auto report = it.changer->exchange(order);
    CHECK(report.verdict == done);
    CHECK(it.at(first) == two);
    CHECK(it.at(second) == one);
    CHECK(it.at(through).empty());
    CHECK(it.moves() == 3);
    REQUIRE(report.steps.size() == 4);
    CHECK(report.steps[1].destination == through);
    CHECK(report.steps[3].source == through);
    for (const auto& step : report.steps)
        CHECK(step.destination != the_arm);
}

TEST_CASE("a swap without an empty slot is refused, and nothing is moved") {
    Opened it;
    *it.server.at(free_slot) = slot(0x1002, "A00003L8");
    const auto report = it.changer->exchange(it.order(first));
    CHECK(report.verdict == refused_before);
    CHECK(report.error->code == Code::library_full);
    CHECK(it.moves() == 0);
}

TEST_CASE("what cannot be exchanged is refused before anything is sent") {
    Opened it;
    it.server.exchanges = true;
    ExchangeOrder order = it.order();
    Code code = Code::invalid_parameter;
    SUBCASE("the same element twice") {
        order.second = first;
    }
    SUBCASE("back to where it was") {
        order.third = second;
    }
    SUBCASE("the arm") {
        order.third = the_arm;
    }
    SUBCASE("a spare that is no slot") {
        order.third = first;
        order.spare = the_mail_slot;
    }
    SUBCASE("a spare that takes part") {
        order.third = first;
        order.spare = second;
    }
    SUBCASE("a full third element") {
        *it.server.at(free_slot) = slot(0x1002, "A00003L8");
        code = Code::destination_full;
    }
    SUBCASE("an empty one of the two") {
        *it.server.at(second) = slot(0x1001);
        code = Code::source_empty;
    }
    SUBCASE("another cartridge") {
        order.second_barcode = "B00009L8";
        code = Code::wrong_cartridge;
    }
    SUBCASE("no such element") {
        order.third = ElementAddress{0x2000};
        code = Code::not_found;
    }
    SUBCASE("a full spare") {
        *it.server.at(free_slot) = slot(0x1002, "A00003L8");
        order.third = first;
        order.spare = free_slot;
        code = Code::destination_full;
    }
    const auto report = it.changer->exchange(order);
    CHECK(report.verdict == refused_before);
    REQUIRE(report.error);
    CHECK(report.error->code == code);
    CHECK(it.moves() + it.exchanges() == 0);
    CHECK(it.written.empty());
}

TEST_CASE("cartridges that have changed places already are not moved, and the report says so") {
    Opened it;
    ExchangeOrder order = it.order(first);
    order.first_barcode = two;
    order.second_barcode = one;
    const auto report = it.changer->exchange(order);
    CHECK(report.verdict == done);
    CHECK(report.note.find("already") != std::string::npos);
    CHECK(it.moves() + it.exchanges() == 0);
}

TEST_CASE("an exchange met by a unit attention is proved and sent anew, by BUSY too") {
    Opened it;
    it.server.exchanges = true;
    SUBCASE("unit attention") {
        it.refuse(0xA6, {0x6, 0x28, 0x00});
    }
    SUBCASE("BUSY") {
        it.instead_of(0xA6,
                      [](const Request&) { return Completion{.status = scsi::Status::busy}; });
    }
    SUBCASE("becoming ready") {
        it.refuse(0xA6, {0x2, 0x04, 0x01});
    }
    CHECK(it.changer->exchange(it.order()).verdict == done);
    CHECK(it.exchanges() == 2);
    CHECK(it.at(free_slot) == two);
}

TEST_CASE("after another host's reservation, or an error, an exchange is not sent again") {
    for (const Sense sense : {Sense{0x6, 0x2A, 0x03}, Sense{0x4, 0x15, 0x01}}) {
        CAPTURE(to_string(sense));
        Opened it;
        it.server.exchanges = true;
        it.refuse(0xA6, sense);
        const auto report = it.changer->exchange(it.order());
        CHECK(report.verdict == not_done);
        CHECK(report.error->sense == sense);
        CHECK(it.exchanges() == 1);
        CHECK(it.moves() == 0);
    }
}

TEST_CASE("an exchange whose answer is lost is judged by the elements, never sent again") {
    struct Stage {
        std::string first, second, third, arm;
        ExchangeVerdict verdict;
    };

    const std::vector<Stage> stages{{one, two, "", "", not_done},
                                    {one, "", "", two, in_arm},
                                    {one, "", two, "", partly_done},
                                    {"", "", two, one, in_arm},
                                    {"", one, two, "", done},
                                    {one, "", "", "", unknown}};
    const auto put = [](ElementStatus* element, const std::string& tag) {
        element->full = !tag.empty();
        element->volume_tag = tag;
    };
    for (const Code code : {Code::transport_failed, Code::command_timeout})
        for (const Stage& stage : stages) {
            CAPTURE(static_cast<int>(stage.verdict));
            Opened it;
            it.server.exchanges = true;
            it.instead_of(0xA6, [&](const Request&) {
                put(it.server.at(first), stage.first);
                put(it.server.at(second), stage.second);
                put(it.server.at(free_slot), stage.third);
                put(it.server.at(the_arm), stage.arm);
                return Error{code, "connection lost"};
            });
            const auto report = it.changer->exchange(it.order());
            CHECK(report.verdict == stage.verdict);
            CHECK(report.error.has_value() == (stage.verdict != done));
            CHECK(it.exchanges() == 1);
            CHECK(it.moves() == 0);
            REQUIRE(it.written.size() == 2);
            const ExchangeOrder order{.first = first,
                                      .second = second,
                                      .third = free_slot,
                                      .first_barcode = one,
                                      .second_barcode = two};
            CHECK(it.changer->verify_exchange(order).verdict == stage.verdict);
        }
}

TEST_CASE("a sequence that ends early says after which move, and where the cartridge is") {
    Opened it;
    it.server.instead_of_nth = 2;
    ExchangeVerdict verdict = partly_done;
    Code code = Code::device_refused;
    SUBCASE("the second move is refused") {
        it.refuse(0xA5, {0x4, 0x15, 0x01});
    }
    SUBCASE("the second move ends in the arm") {
        it.instead_of(0xA5, [&](const Request&) {
            *it.server.at(first) = slot(0x1000);
            *it.server.at(the_arm) = arm(0, one);
            return ElementServer::refused({0x4, 0x15, 0x01});
        });
        verdict = in_arm;
        code = Code::cartridge_in_arm;
    }
    SUBCASE("the second move's answer is lost, and its cartridge with it") {
        it.instead_of(0xA5, [&](const Request&) {
            *it.server.at(first) = slot(0x1000);
            return Error{Code::transport_failed, "connection lost"};
        });
        verdict = unknown;
        code = Code::move_unknown;
    }
    const auto report = it.changer->exchange(it.order());
    CHECK(report.verdict == verdict);
    REQUIRE(report.error);
    CHECK(report.error->code == code);
    CHECK(report.error->what.find("move 2 of 2, from element 4096 to 4097") != std::string::npos);
    CHECK(it.at(free_slot) == two);
    CHECK(it.moves() == 2);
    REQUIRE(report.steps.size() == 3);
    CHECK(report.steps[1].verdict == MoveVerdict::done);
    CHECK(report.steps[2].verdict != MoveVerdict::done);
}

TEST_CASE("a first move that fails leaves everything where it was") {
    Opened it;
    it.refuse(0xA5, {0x4, 0x15, 0x01});
    const auto report = it.changer->exchange(it.order(first));
    CHECK(report.verdict == not_done);
    CHECK(it.at(first) == one);
    CHECK(it.at(second) == two);
    CHECK(it.moves() == 1);
}

TEST_CASE("what cannot be written down is not sent") {
    for (const bool native : {true, false})
        for (std::size_t full_at = 1; full_at <= 6; ++full_at) {
            CAPTURE(native);
            CAPTURE(full_at);
            Opened it;
            it.server.exchanges = native;
            it.full_at = full_at;
            const auto report = it.changer->exchange(it.order());
            // By moves: 1, 2: around the EXCHANGE that is refused; 3 before, 4 after the first.
            const bool all = native ? full_at > 1 : full_at == 6;
            const bool half = !native && (full_at == 4 || full_at == 5);
            CHECK(report.verdict == (all ? done : half ? partly_done : refused_before));
            CHECK(it.at(free_slot) == (all || half ? two : ""));
            CHECK(it.at(second) == (all ? one : half ? "" : two));
            CHECK(report.error.has_value() == !all);
            if (report.error)
                CHECK(report.error->code == Code::database_full);
        }
}

TEST_CASE("a swap of cartridges without barcodes rests on the changer's word alone") {
    Opened it;
    it.server.exchanges = true;
    it.server.refuses_volume_tags = true;
    const auto report = it.changer->exchange(it.order(first));
    CHECK(report.verdict == done);
    CHECK(report.note.find("without barcodes") != std::string::npos);
    it.instead_of(0xA6, [](const Request&) { return Error{Code::transport_failed, "lost"}; });
    CHECK(it.changer->exchange(it.order(first)).verdict == unknown);
}

TEST_CASE("a row that denies EXCHANGE MEDIUM keeps it from being sent") {
    const auto quirks =
        Quirks::parse(R"({"schema":"changer.quirks/1","quirks":[{"name":"n","source":"s","match":)"
                      R"([{"vendor":"ACME"}],"exchange":false}]})");
    REQUIRE(quirks);
    ManualClock clock;
    ElementServer server;
    server.elements = small_content();
    server.exchanges = true;
    auto changer = Changer::open(server, clock, *quirks);
    REQUIRE(changer);
    CHECK(changer->exchange({.first = first, .second = second, .third = free_slot}).verdict ==
          done);
    CHECK(server.count(scsi::opcode::exchange_medium) == 0);
}

TEST_SUITE_END();
