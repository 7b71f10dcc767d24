// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/persistent_reserve_in.hpp"
#include "scsi/spc/persistent_reserve_out.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"
#include "scsi/spc/reserve_release.hpp"

using namespace changer;
using namespace changer::test;
using scsi::ReservationKey;
using scsi::ReservationType;
using In = scsi::PersistentReserveIn::Action;
using Out = scsi::PersistentReserveOut::Action;
using scsi::Status;

namespace {

constexpr ReservationKey key_a{0xA};
constexpr ReservationKey key_b{0xB};
constexpr ReservationKey key_c{0xC};

/// One library, three hosts on its changer.
struct Hosts : Site {
    explicit Hosts(std::string_view options = "default")
        : Site(options)
        , a(host)
        , b(library, clock, "host-b")
        , c(library, clock, "host-c") {
        b.attentions();
        c.attentions();
    }

    Host& a;
    Host b;
    Host c;
};

Status send(Host& host, const scsi::Cdb& cdb) {
    Bytes room(65535);
    const auto done = host.send(cdb, room);
    REQUIRE(done);
    return done->status;
}

Status test_ready(Host& host) {
    return send(host, scsi::encode(scsi::TestUnitReady{}));
}

Status move(Host& host) {
    return send(host, scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
}

/// What PERSISTENT RESERVE OUT is sent with, in the order of its fields.
struct Keys {
    ReservationKey own{};
    ReservationKey other{};
};

Completion reserve_out(Host& host,
                       Out action,
                       const Keys& keys,
                       std::optional<ReservationType> type = std::nullopt) {
    return host.send_data(scsi::encode(scsi::PersistentReserveOut{.action = action, .type = type}),
                          scsi::encode_persistent_reserve_parameters(
                              {.key = keys.own, .service_action_key = keys.other}));
}

Status
act(Host& host, Out action, const Keys& keys, std::optional<ReservationType> type = std::nullopt) {
    return reserve_out(host, action, keys, type).status;
}

Bytes reserve_in(Host& host, In action) {
    return host.data(scsi::encode(scsi::PersistentReserveIn{.action = action}));
}

std::optional<scsi::PersistentReservation> current(Host& host) {
    return scsi::decode_current_reservation(reserve_in(host, In::read_reservation))->reservation;
}

std::vector<ReservationKey> keys(Host& host) {
    return scsi::decode_registered_keys(reserve_in(host, In::read_keys))->keys;
}

void register_all(Hosts& hosts) {
    CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::good);
    CHECK(act(hosts.b, Out::register_key, {{}, key_b}) == Status::good);
    CHECK(act(hosts.c, Out::register_key, {{}, key_c}) == Status::good);
}

} // namespace

TEST_SUITE("sim/reservations") {
    // --- RESERVE, RELEASE ---

    TEST_CASE("RESERVE keeps others out until RELEASE, but lets them look") {
        for (const auto form : {scsi::ReserveForm::six, scsi::ReserveForm::ten}) {
            Hosts hosts;
            CHECK(send(hosts.a, scsi::encode(scsi::Reserve{.form = form})) == Status::good);
            CHECK(send(hosts.a, scsi::encode(scsi::Reserve{.form = form})) == Status::good);
            CHECK(send(hosts.b, scsi::encode(scsi::Reserve{.form = form})) ==
                  Status::reservation_conflict);
            CHECK(test_ready(hosts.b) == Status::reservation_conflict);
            CHECK(move(hosts.b) == Status::reservation_conflict);
            CHECK(send(hosts.b, scsi::encode(scsi::ModeSense{.page = 0x1D})) ==
                  Status::reservation_conflict);
            CHECK(send(hosts.b, scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = true})) ==
                  Status::reservation_conflict);
            CHECK(send(hosts.b, scsi::encode(scsi::PreventAllowMediumRemoval{})) == Status::good);
            CHECK(send(hosts.b, scsi::encode(scsi::Inquiry{})) == Status::good);
            CHECK(send(hosts.b, scsi::encode(scsi::ReadElementStatus{.allocation_length = 64})) ==
                  Status::reservation_conflict);
            CHECK(send(hosts.b,
                       scsi::encode(scsi::ReadElementStatus{
                           .current_data = true, .allocation_length = 64})) == Status::good);
            CHECK(send(hosts.b, scsi::encode(scsi::Release{.form = form})) == Status::good);
            CHECK(test_ready(hosts.b) == Status::reservation_conflict);
            CHECK(move(hosts.a) == Status::good);
            CHECK(send(hosts.a, scsi::encode(scsi::Release{.form = form})) == Status::good);
            CHECK(test_ready(hosts.b) == Status::good);
        }
    }

    TEST_CASE("RESERVE ends with its nexus, and with a reset of the unit") {
        Hosts hosts;
        {
            Host gone(hosts.library, hosts.clock, "host-d");
            gone.attentions();
            CHECK(send(gone, scsi::encode(scsi::Reserve{})) == Status::good);
            CHECK(test_ready(hosts.a) == Status::reservation_conflict);
        }
        CHECK(test_ready(hosts.a) == Status::good);
        CHECK(send(hosts.a, scsi::encode(scsi::Reserve{})) == Status::good);
        hosts.library->reset_logical_unit(0);
        hosts.b.attentions();
        CHECK(test_ready(hosts.b) == Status::good);
    }

    TEST_CASE("the changer's reservation is not its drives'") {
        Hosts hosts;
        Host tape(hosts.library, hosts.clock, "host-t", 1);
        tape.attentions();
        Host other(hosts.library, hosts.clock, "host-u", 1);
        other.attentions();
        CHECK(send(hosts.a, scsi::encode(scsi::Reserve{})) == Status::good);
        CHECK(send(tape, scsi::encode(scsi::Reserve{})) == Status::good);
        CHECK(test_ready(other) == Status::reservation_conflict);
        CHECK(send(tape, scsi::encode(scsi::Reserve{.elements = scsi::ElementReservation{}})) ==
              Status::check_condition);
    }

    TEST_CASE("elements are reserved for moves, under a number that releases them") {
        Hosts hosts;
        const auto list =
            scsi::encode_element_list(std::vector<scsi::ElementRange>{{slot(1), 2}, {drive(1), 1}});
        const scsi::Reserve reserve{
            .elements = scsi::ElementReservation{
                .identification = 7, .list_length = static_cast<std::uint16_t>(list.size())}};
        CHECK(hosts.a.send_data(scsi::encode(reserve), list).status == Status::good);
        CHECK(move(hosts.b) == Status::reservation_conflict);
        CHECK_FALSE(hosts.b.move(slot(3), slot(21)));
        CHECK(hosts.b.send_data(scsi::encode(reserve), list).status ==
              Status::reservation_conflict);
        CHECK(send(hosts.b, scsi::encode(scsi::Reserve{})) == Status::reservation_conflict);
        CHECK(test_ready(hosts.b) == Status::good);
        CHECK(hosts.a.send_data(scsi::encode(reserve), std::span(list).first(3)).status ==
              Status::check_condition);
        CHECK(send(hosts.a, scsi::encode(scsi::Release{.identification = 8})) == Status::good);
        CHECK(move(hosts.b) == Status::reservation_conflict);
        CHECK(send(hosts.a, scsi::encode(scsi::Release{.identification = 7})) == Status::good);
        CHECK(move(hosts.b) == Status::good);
    }

    // --- PERSISTENT RESERVE ---

    TEST_CASE("registering takes a key, shows it again, and gives it back") {
        Hosts hosts;
        CHECK(act(hosts.a, Out::register_key, {key_b, key_a}) == Status::reservation_conflict);
        CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::good);
        CHECK(act(hosts.a, Out::register_key, {{}, key_b}) == Status::reservation_conflict);
        CHECK(act(hosts.a, Out::register_key, {key_a, key_b}) == Status::good);
        CHECK(keys(hosts.c) == std::vector{key_b});
        CHECK(act(hosts.a, Out::register_and_ignore_existing_key, {{}, key_a}) == Status::good);
        CHECK(keys(hosts.c) == std::vector{key_a});
        CHECK(act(hosts.b, Out::register_and_ignore_existing_key, {{}, {}}) == Status::good);
        CHECK(act(hosts.a, Out::register_key, {key_a, {}}) == Status::good);
        CHECK(keys(hosts.c).empty());
        CHECK(scsi::decode_registered_keys(reserve_in(hosts.c, In::read_keys))->generation == 4);
    }

    TEST_CASE("only who has registered reserves, and only the holder releases") {
        Hosts hosts;
        const auto type = ReservationType::exclusive_access;
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::reservation_conflict);
        register_all(hosts);
        CHECK(act(hosts.a, Out::reserve, {key_b, {}}, type) == Status::reservation_conflict);
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::good);
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::good);
        CHECK(act(hosts.b, Out::reserve, {key_b, {}}, type) == Status::reservation_conflict);
        CHECK(current(hosts.c) == scsi::PersistentReservation{key_a, type});
        CHECK(act(hosts.b, Out::release, {key_b, {}}, type) == Status::good);
        CHECK(current(hosts.c));
        const auto wrong =
            reserve_out(hosts.a, Out::release, {key_a, {}}, ReservationType::write_exclusive);
        CHECK(scsi::decode_sense(wrong.sense)->sense == Sense{0x5, 0x26, 0x04});
        CHECK(act(hosts.a, Out::release, {key_a, {}}, type) == Status::good);
        CHECK_FALSE(current(hosts.c));
    }

    TEST_CASE("what others may do is the type's") {
        struct Row {
            ReservationType type;
            bool reading;    ///< others read
            bool registrant; ///< others that have registered do anything
        };

        for (const auto& row :
             {Row{ReservationType::write_exclusive, true, false},
              Row{ReservationType::exclusive_access, false, false},
              Row{ReservationType::write_exclusive_registrants_only, true, true},
              Row{ReservationType::exclusive_access_registrants_only, false, true},
              Row{ReservationType::write_exclusive_all_registrants, true, true},
              Row{ReservationType::exclusive_access_all_registrants, false, true}}) {
            const auto type = static_cast<int>(row.type);
            CAPTURE(type);
            Hosts hosts;
            CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::good);
            CHECK(act(hosts.b, Out::register_key, {{}, key_b}) == Status::good);
            CHECK(act(hosts.a, Out::reserve, {key_a, {}}, row.type) == Status::good);
            const auto mode = scsi::encode(scsi::ModeSense{.page = 0x1D});
            CHECK(test_ready(hosts.c) == Status::good);
            CHECK(send(hosts.c, scsi::encode(scsi::LogSense{.page = 0x2E})) == Status::good);
            CHECK((send(hosts.c, mode) == Status::good) == row.reading);
            CHECK(move(hosts.c) == Status::reservation_conflict);
            CHECK((send(hosts.b, mode) == Status::good) == (row.reading || row.registrant));
            CHECK((move(hosts.b) == Status::good) == row.registrant);
            if (!row.registrant)
                CHECK(move(hosts.a) == Status::good);
        }
    }

    TEST_CASE("a reservation outlives its nexus and a reset, not a power cycle") {
        Hosts hosts;
        const auto type = ReservationType::exclusive_access;
        {
            Host gone(hosts.library, hosts.clock, "host-d");
            gone.attentions();
            CHECK(act(gone, Out::register_key, {{}, key_c}) == Status::good);
            CHECK(act(gone, Out::reserve, {key_c, {}}, type) == Status::good);
        }
        hosts.library->reset_logical_unit(0);
        hosts.a.attentions();
        CHECK(move(hosts.a) == Status::reservation_conflict);
        Host again(hosts.library, hosts.clock, "host-d");
        again.attentions();
        CHECK(test_ready(again) == Status::good);
        CHECK(act(again, Out::release, {key_c, {}}, type) == Status::good);
        CHECK(act(again, Out::reserve, {key_c, {}}, type) == Status::good);
        hosts.library->power_cycle();
        hosts.clock.advance(10min);
        Host after(hosts.library, hosts.clock, "host-e");
        after.attentions();
        CHECK(keys(after).empty());
        CHECK_FALSE(after.move(slot(1), slot(20)));
    }

    TEST_CASE("preempting takes the reservation over and tells the loser") {
        Hosts hosts;
        register_all(hosts);
        const auto type = ReservationType::exclusive_access;
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::good);
        CHECK(act(hosts.b, Out::preempt, {key_c, key_a}, type) == Status::reservation_conflict);
        CHECK(act(hosts.b, Out::preempt, {key_b, ReservationKey{0xD}}, type) ==
              Status::reservation_conflict);
        CHECK(act(hosts.b, Out::preempt, {key_b, key_a}, type) == Status::good);
        CHECK(current(hosts.b) == scsi::PersistentReservation{key_b, type});
        CHECK(hosts.a.ready() == Sense{0x6, 0x2A, 0x05});
        CHECK(keys(hosts.c) == std::vector{key_b, key_c});
        CHECK(act(hosts.b, Out::preempt, {key_b, key_c}, type) == Status::good);
        CHECK(hosts.c.ready() == Sense{0x6, 0x2A, 0x05});
        CHECK(keys(hosts.b) == std::vector{key_b});
        const auto nobody = reserve_out(hosts.b, Out::preempt, {key_b, {}}, type);
        CHECK(scsi::decode_sense(nobody.sense)->sense == Sense{0x5, 0x26, 0x00});
    }

    TEST_CASE("preempting all registrants takes key 0") {
        Hosts hosts;
        register_all(hosts);
        const auto type = ReservationType::write_exclusive_all_registrants;
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::good);
        CHECK(current(hosts.c) == scsi::PersistentReservation{{}, type});
        CHECK(act(hosts.a, Out::register_key, {key_a, {}}) == Status::good);
        CHECK(current(hosts.c)); // others still hold it
        CHECK(act(hosts.b, Out::preempt, {key_b, {}}, ReservationType::exclusive_access) ==
              Status::good);
        CHECK(keys(hosts.b) == std::vector{key_b});
        CHECK(current(hosts.b) ==
              scsi::PersistentReservation{key_b, ReservationType::exclusive_access});
    }

    TEST_CASE("preempt and abort ends the loser's commands") {
        Hosts hosts;
        const auto nexus = hosts.library->login({"host-d", 1});
        CHECK(hosts.library->poll(hosts.library->submit(nexus, 0, scsi::Cdb(0x00, 6))));
        CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::good);
        const auto registered = hosts.library->submit(
            nexus,
            0,
            scsi::encode(scsi::PersistentReserveOut{}),
            scsi::encode_persistent_reserve_parameters({.service_action_key = key_b}));
        CHECK(hosts.library->poll(registered)->status == Status::good);
        const auto moving = hosts.library->submit(
            nexus, 0, scsi::encode(scsi::MoveMedium{.source = slot(1), .destination = slot(20)}));
        const auto waiting = hosts.library->submit(
            nexus, 0, scsi::encode(scsi::MoveMedium{.source = slot(2), .destination = slot(21)}));
        CHECK(act(hosts.a,
                  Out::preempt_and_abort,
                  {key_a, key_b},
                  ReservationType::exclusive_access) == Status::good);
        CHECK(hosts.library->poll(moving)->status == Status::task_aborted);
        CHECK(hosts.library->poll(waiting)->status == Status::task_aborted);
        hosts.clock.advance(10min);
        CHECK(hosts.library->snapshot().moves == 1); // what had begun went on
    }

    TEST_CASE("clearing ends everything and tells everybody else") {
        Hosts hosts;
        register_all(hosts);
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, ReservationType::write_exclusive) ==
              Status::good);
        CHECK(act(hosts.b, Out::clear, {key_b, {}}) == Status::good);
        CHECK(keys(hosts.b).empty());
        CHECK_FALSE(current(hosts.b));
        CHECK(hosts.a.ready() == Sense{0x6, 0x2A, 0x03});
        CHECK(hosts.c.ready() == Sense{0x6, 0x2A, 0x03});
        CHECK_FALSE(hosts.b.ready());
        CHECK(act(hosts.b, Out::clear, {key_b, {}}) == Status::reservation_conflict);
    }

    TEST_CASE("releasing what registrants live by tells them") {
        Hosts hosts;
        register_all(hosts);
        const auto type = ReservationType::exclusive_access_registrants_only;
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, type) == Status::good);
        CHECK(act(hosts.a, Out::register_key, {key_a, {}}) == Status::good);
        CHECK(hosts.b.ready() == Sense{0x6, 0x2A, 0x04});
        CHECK_FALSE(current(hosts.b));
        CHECK_FALSE(hosts.a.ready());
    }

    TEST_CASE("who has what is told in full, and what can be reserved") {
        Hosts hosts;
        register_all(hosts);
        CHECK(act(hosts.a, Out::reserve, {key_a, {}}, ReservationType::write_exclusive) ==
              Status::good);
        const auto status =
            scsi::decode_registration_status(reserve_in(hosts.c, In::read_full_status));
        REQUIRE(status);
        REQUIRE(status->registrations.size() == 3);
        CHECK(status->registrations[0].holds == ReservationType::write_exclusive);
        CHECK_FALSE(status->registrations[1].holds);
        CHECK(describe(status->registrations[0].initiator).find("host-a") != std::string::npos);
        const auto can =
            scsi::decode_reservation_capabilities(reserve_in(hosts.c, In::report_capabilities));
        REQUIRE(can);
        CHECK(can->types->size() == 6);
        CHECK_FALSE(can->persist_through_power_loss);
    }

    TEST_CASE("the two kinds of reservation keep each other out") {
        Hosts hosts;
        CHECK(send(hosts.a, scsi::encode(scsi::Reserve{})) == Status::good);
        CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::reservation_conflict);
        CHECK(act(hosts.b, Out::register_key, {{}, key_b}) == Status::reservation_conflict);
        CHECK(send(hosts.a, scsi::encode(scsi::PersistentReserveIn{})) ==
              Status::reservation_conflict);
        CHECK(send(hosts.a, scsi::encode(scsi::Release{})) == Status::good);
        CHECK(act(hosts.a, Out::register_key, {{}, key_a}) == Status::good);
        CHECK(send(hosts.a, scsi::encode(scsi::Reserve{})) == Status::reservation_conflict);
        CHECK(send(hosts.a, scsi::encode(scsi::Release{})) == Status::reservation_conflict);
    }

    TEST_CASE("parameters that are cut, or ask for what it cannot do, are refused") {
        Hosts hosts;
        const auto parameters =
            scsi::encode_persistent_reserve_parameters({.service_action_key = key_a});
        const auto sense = [&](const scsi::PersistentReserveOut& command, const Bytes& data) {
            const auto done = hosts.a.send_data(scsi::encode(command), data);
            REQUIRE(done.status == Status::check_condition);
            return scsi::decode_sense(done.sense)->sense;
        };
        CHECK(sense({.parameter_list_length = 23}, parameters) == Sense{0x5, 0x1A, 0x00});
        CHECK(sense({}, Bytes(10)) == Sense{0x5, 0x1A, 0x00});
        CHECK(sense({},
                    scsi::encode_persistent_reserve_parameters(
                        {.service_action_key = key_a, .persist_through_power_loss = true})) ==
              Sense{0x5, 0x26, 0x00});
        CHECK(hosts.a.sense(scsi::Cdb(0x5E, 10).put(1, 9, 1)) == Sense{0x5, 0x24, 0x00});
        CHECK(keys(hosts.a).empty());
    }

    // --- what it can do ---

    TEST_CASE("each unit tells which commands it knows, and how long they take") {
        Hosts hosts("default?without=exchange");
        const auto commands = [](Host& host, bool timeouts) {
            const auto known = scsi::decode_supported_commands(
                host.data(scsi::encode(scsi::ReportSupportedOperationCodes{.timeouts = timeouts})));
            REQUIRE(known);
            return *known;
        };
        const auto known = commands(hosts.a, true);
        REQUIRE(known.find(0xA5));
        CHECK(known.find(0xA5)->cdb_length == 12);
        CHECK(known.find(0xA5)->timeouts->recommended == 25min);
        CHECK(known.find(0xA3, 0x0C));
        CHECK_FALSE(known.find(0xA6));
        CHECK_FALSE(known.find(0x08));
        CHECK_FALSE(commands(hosts.a, false).find(0xA5)->timeouts);
        Host tape(hosts.library, hosts.clock, "host-t", 1);
        tape.attentions();
        CHECK(commands(tape, true).find(0x08));
        CHECK_FALSE(commands(tape, true).find(0xB8));
        for (const auto& command : known.commands) {
            CAPTURE(command.opcode);
            const auto answer = hosts.a.sense(scsi::Cdb(command.opcode, 6));
            CHECK(answer != Sense{0x5, 0x20, 0x00});
        }
    }

    TEST_CASE("one command is told of by itself") {
        Hosts hosts;
        using Options = scsi::ReportSupportedOperationCodes::Options;
        using Support = scsi::CommandSupport::Support;
        const auto ask = [&](const scsi::ReportSupportedOperationCodes& command) {
            const auto answer = scsi::decode_command_support(hosts.a.data(scsi::encode(command)));
            REQUIRE(answer);
            return *answer;
        };
        const auto move_medium = ask({.options = Options::one, .requested_opcode = 0xA5});
        CHECK(move_medium.support == Support::as_in_standard);
        CHECK(move_medium.usage.size() == 12);
        CHECK_FALSE(move_medium.timeouts);
        CHECK(ask({.options = Options::one, .timeouts = true, .requested_opcode = 0xA5})
                  .timeouts->nominal == 60s);
        CHECK(ask({.options = Options::one, .requested_opcode = 0x2A}).support ==
              Support::not_supported);
        scsi::ReportSupportedOperationCodes own{.options = Options::one_with_service_action,
                                                .requested_opcode = 0xA3,
                                                .requested_service_action = 0x0C};
        CHECK(ask(own).support == Support::as_in_standard);
        own.requested_service_action = 0x0D;
        CHECK(ask(own).support == Support::not_supported);
        own.options = Options::one;
        CHECK(hosts.a.sense(scsi::encode(own)) == Sense{0x5, 0x24, 0x00});
        CHECK(hosts.a.sense(scsi::encode(scsi::ReportSupportedOperationCodes{
                  .options = Options::one_with_service_action, .requested_opcode = 0xA5})) ==
              Sense{0x5, 0x24, 0x00});
    }
}
