// SPDX-License-Identifier: Apache-2.0
#include "device/reservation.hpp"

#include "device/scripted_device.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/spc/test_unit_ready.hpp"

using namespace changer;
using namespace changer::test;

TEST_SUITE_BEGIN("device/reservation");

namespace {

using scsi::ReservationKey;
using scsi::ReservationType;

constexpr std::string_view read_reservation = "5e010000000000100000";
constexpr std::string_view read_full_status = "5e030000000000100000";
const Reply conflict{.status = scsi::Status::reservation_conflict};
const Command ready{.cdb = encode(scsi::TestUnitReady{})};

Reply reserved(ReservationType type = ReservationType::exclusive_access,
               ReservationKey key = ReservationKey{0xAB}) {
    return {.data = scsi::encode_current_reservation(
                {.generation = 7, .reservation = scsi::PersistentReservation{key, type}})};
}

scsi::Registration registration(std::string_view host,
                                std::optional<ReservationType> holds = std::nullopt) {
    return {.key = ReservationKey{0xAB},
            .holds = holds,
            .initiator = scsi::iscsi_id(host, std::uint64_t{0x23D000001})};
}

Reply registrations(std::vector<scsi::Registration> all) {
    return {.data = scsi::encode_registration_status({.registrations = std::move(all)})};
}

struct Reserved {
    Error error_of_query() {
        const auto answer = device.query(ready);
        REQUIRE_FALSE(answer);
        return answer.error();
    }

    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock);
};

} // namespace

TEST_CASE("a reservation conflict names the host that holds the reservation, and how") {
    Reserved it;
    it.transport.expect(test_unit_ready, conflict).expect(read_reservation, reserved());
    it.transport.expect(read_full_status,
                        registrations({registration("iqn.2004-10.org.example:idle"),
                                       registration("iqn.2004-10.org.example:backup",
                                                    ReservationType::exclusive_access)}));
    const Error error = it.error_of_query();
    CHECK(error.code == Code::reservation_conflict);
    CHECK(error.what == "another host has reserved the device: held by iscsi "
                        "iqn.2004-10.org.example:backup (isid 00023d000001) "
                        "(key 0x00000000000000ab), exclusive access");
}

TEST_CASE("all that share a reservation are named") {
    Reserved it;
    const auto type = ReservationType::write_exclusive_all_registrants;
    it.transport.expect(test_unit_ready, conflict)
        .expect(read_reservation, reserved(type, ReservationKey{0}));
    it.transport.expect(read_full_status,
                        registrations({registration("iqn.2004-10.org.example:one", type),
                                       registration("iqn.2004-10.org.example:two", type)}));
    const Error error = it.error_of_query();
    CHECK(error.what.find("example:one") != std::string::npos);
    CHECK(error.what.find("example:two") != std::string::npos);
}

TEST_CASE("a device that names no initiators names the key") {
    for (const ScriptedTransport::Outcome& outcome : std::vector<ScriptedTransport::Outcome>{
             check_condition({0x5, 0x24, 0x00}), Reply{.data = hex("00")}, registrations({})}) {
        Reserved it;
        it.transport.expect(test_unit_ready, conflict).expect(read_reservation, reserved());
        it.transport.expect(read_full_status, outcome);
        CHECK(it.error_of_query().what.find(
                  "held under key 0x00000000000000ab, exclusive access") != std::string::npos);
    }
}

TEST_CASE("a reservation made by RESERVE has no name, and the error says so") {
    Reserved it;
    it.transport.expect(test_unit_ready, conflict)
        .expect(read_reservation, Reply{.data = scsi::encode_current_reservation({})});
    CHECK(it.error_of_query().what.find("with RESERVE") != std::string::npos);
}

TEST_CASE("a device that cannot be asked leaves the holder unknown; it is asked once") {
    for (const ScriptedTransport::Outcome& outcome : std::vector<ScriptedTransport::Outcome>{
             check_condition({0x5, 0x20, 0x00}), conflict, Reply{.data = hex("0000")}}) {
        Reserved it;
        it.transport.expect(test_unit_ready, conflict).expect(read_reservation, outcome);
        const Error error = it.error_of_query();
        CHECK(error.code == Code::reservation_conflict);
        CHECK(error.what.find("does not tell") != std::string::npos);
    }
}

TEST_CASE("a MOVE that met a reservation is sent once, and its error names the holder too") {
    Reserved it;
    it.transport.expect("a50000000400010000000000", conflict).expect(read_reservation, reserved());
    it.transport.expect(read_full_status, check_condition({0x5, 0x24, 0x00}));
    const auto answer = it.device.act(
        {.cdb = encode(scsi::MoveMedium{.source = scsi::ElementAddress{0x400},
                                        .destination = scsi::ElementAddress{0x100}})});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().what.find("held under key") != std::string::npos);
}

TEST_SUITE_END();
