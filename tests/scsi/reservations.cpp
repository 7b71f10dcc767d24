// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "scsi/prefixes.hpp"
#include "scsi/spc/persistent_reserve_in.hpp"
#include "scsi/spc/persistent_reserve_out.hpp"
#include "scsi/spc/reserve_release.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

constexpr std::string_view fc_bytes = "00 00000000000000 210000247f4a1102 0000000000000000";
constexpr std::string_view sas_bytes = "06 000000 500605b00a0b0c0d 000000000000000000000000";
/// "iqn.2004-10.org.example:a,i,0x00023d000001": 42 characters and two NULs.
constexpr std::string_view iscsi_bytes =
    "45 00 002c 69716e2e 32303034 2d31302e 6f72672e 6578616d 706c653a 612c692c 30783030 30323364"
    "30303030 30310000";

TransportId id_of(std::string_view text) {
    return {hex(text)};
}

RegistrationStatus two_hosts() {
    return {
        .generation = 5,
        .registrations = {
            {.key = ReservationKey{0x1122334455667788},
             .relative_target_port = 1,
             .holds = ReservationType::exclusive_access_registrants_only,
             .initiator = fibre_channel_id(0x210000247F4A1102)},
            {.key = ReservationKey{9}, .all_target_ports = true, .initiator = iscsi_id("iqn.x")},
        }};
}

} // namespace

TEST_SUITE("scsi/spc/transport_id") {
    TEST_CASE("the ports of three protocols have the standard's bytes and names for people") {
        CHECK(fibre_channel_id(0x210000247F4A1102) == id_of(fc_bytes));
        CHECK(describe(id_of(fc_bytes)) == "fc 21:00:00:24:7f:4a:11:02");
        CHECK(sas_id(0x500605B00A0B0C0D) == id_of(sas_bytes));
        CHECK(describe(id_of(sas_bytes)) == "sas 500605b00a0b0c0d");
        CHECK(iscsi_id("iqn.2004-10.org.example:a", 0x00023D000001) == id_of(iscsi_bytes));
        CHECK(describe(id_of(iscsi_bytes)) ==
              "iscsi iqn.2004-10.org.example:a (isid 00023d000001)");
        CHECK(describe(iscsi_id("iqn.x")) == "iscsi iqn.x");
    }

    TEST_CASE("an iSCSI name is padded to a multiple of four with at least one NUL, 20 at least") {
        for (std::size_t n = 0; n < 40; ++n) {
            CAPTURE(n);
            const auto id = iscsi_id(std::string(n, 'n'));
            CHECK(id.value.size() % 4 == 0);
            CHECK(id.value.size() >= 24);
            CHECK(id.value.back() == std::byte{});
            CHECK(describe(id) == "iscsi " + std::string(n, 'n'));
        }
    }

    TEST_CASE("what is no name of its protocol is told as bytes") {
        CHECK(describe(TransportId{}) == "unknown");
        CHECK(describe(id_of("01 00 0007")) == "protocol 1 01000007");
        CHECK(describe(id_of("00 000000")) == "protocol 0 00000000");
        CHECK(describe(id_of("06 000000 500605")) == "protocol 6 06000000500605");
        CHECK(describe(id_of("05 00 0000")) == "protocol 5 05000000");
    }

    TEST_CASE("a name does not carry control characters to a terminal") {
        CHECK(describe(id_of("05 00 0004 1b5b6d00")) == "iscsi ?[m");
    }

    TEST_CASE("ids are taken one after the other, and none of a prefix") {
        const auto all = hex(std::string(fc_bytes) + std::string(iscsi_bytes));
        ByteReader in(all);
        CHECK(take_transport_id(in) == id_of(fc_bytes));
        CHECK(take_transport_id(in) == id_of(iscsi_bytes));
        CHECK_FALSE(in.faulted());
        CHECK(in.remaining() == 0);
        for (const auto text : {fc_bytes, iscsi_bytes})
            test::for_each_proper_prefix(hex(text), [](std::span<const std::byte> prefix) {
                ByteReader cut(prefix);
                take_transport_id(cut);
                CHECK(cut.faulted());
            });
    }
}

TEST_SUITE("scsi/spc/persistent_reserve_in") {
    TEST_CASE("the data of each action has the standard's bytes and decodes to what it was") {
        const RegisteredKeys keys{.generation = 2,
                                  .keys = {ReservationKey{1}, ReservationKey{0xFFFFFFFFFFFFFFFF}}};
        CHECK(encode_registered_keys(keys) ==
              hex("00000002 00000010 0000000000000001 ffffffffffffffff"));
        CHECK(*decode_registered_keys(encode_registered_keys(keys)) == keys);

        const CurrentReservation held{
            .generation = 3,
            .reservation = PersistentReservation{.key = ReservationKey{0x0102030405060708},
                                                 .type = ReservationType::exclusive_access}};
        CHECK(encode_current_reservation(held) ==
              hex("00000003 00000010 0102030405060708 00000000 00 03 0000"));
        CHECK(*decode_current_reservation(encode_current_reservation(held)) == held);
        const CurrentReservation free{.generation = 4};
        CHECK(encode_current_reservation(free) == hex("00000004 00000000"));
        CHECK(*decode_current_reservation(encode_current_reservation(free)) == free);

        CHECK(encode_registration_status(two_hosts()) ==
              hex("00000005 00000060"
                  "1122334455667788 00000000 01 06 00000000 0001 00000018" +
                  std::string(fc_bytes) +
                  "0000000000000009 00000000 02 00 00000000 0000 00000018"
                  "05 00 0014 69716e2e 78000000 00000000 00000000 00000000"));
        CHECK(*decode_registration_status(encode_registration_status(two_hosts())) == two_hosts());
    }

    TEST_CASE("capabilities have the standard's bits; without TMV the types are not known") {
        using enum ReservationType;
        const ReservationCapabilities all{.compatible_reservation_handling = true,
                                          .specify_initiator_ports = true,
                                          .all_target_ports = true,
                                          .persist_through_power_loss = true,
                                          .persists_now = true,
                                          .allow_commands = 5,
                                          .types = std::vector{write_exclusive,
                                                               exclusive_access,
                                                               write_exclusive_registrants_only,
                                                               exclusive_access_registrants_only,
                                                               write_exclusive_all_registrants,
                                                               exclusive_access_all_registrants}};
        CHECK(encode_reservation_capabilities(all) == hex("0008 1d d1 ea01 0000"));
        CHECK(*decode_reservation_capabilities(hex("0008 1d d1 ea01 0000")) == all);
        CHECK(*decode_reservation_capabilities(hex("0008 00 00 ea01 0000")) ==
              ReservationCapabilities{});
        for (const auto& [type, bytes] :
             {std::pair{write_exclusive, "0008 00 80 0200 0000"},
              {exclusive_access, "0008 00 80 0800 0000"},
              {exclusive_access_all_registrants, "0008 00 80 0001 0000"}}) {
            const ReservationCapabilities one{.types = std::vector{type}};
            CHECK(encode_reservation_capabilities(one) == hex(bytes));
            CHECK(*decode_reservation_capabilities(hex(bytes)) == one);
        }
    }

    TEST_CASE("every type has a name, and no other number") {
        for (unsigned code = 0; code < 16; ++code) {
            CAPTURE(code);
            CHECK(describe(ReservationType(code)).empty() == !exists(ReservationType(code)));
        }
        CHECK(describe(ReservationType{6}) == "exclusive access, registrants only");
    }

    TEST_CASE("a prefix yields whole keys and registrations, and says that there are more") {
        const RegisteredKeys keys{.keys = {ReservationKey{1}, ReservationKey{2}}};
        test::for_each_proper_prefix(encode_registered_keys(keys),
                                     [](std::span<const std::byte> prefix) {
                                         const auto some = decode_registered_keys(prefix);
                                         REQUIRE(bool(some) == (prefix.size() >= 8));
                                         if (!some)
                                             return;
                                         CHECK(some->keys.size() == (prefix.size() - 8) / 8);
                                         CHECK(some->cut);
                                     });
        test::for_each_proper_prefix(
            encode_registration_status(two_hosts()), [](std::span<const std::byte> prefix) {
                const auto some = decode_registration_status(prefix);
                REQUIRE(bool(some) == (prefix.size() >= 8));
                if (!some)
                    return;
                CHECK(some->registrations.size() == (prefix.size() >= 8 + 48 ? 1 : 0));
                CHECK(some->cut);
            });
    }

    TEST_CASE("a list that announces to end inside an entry has lost it") {
        const auto keys =
            decode_registered_keys(hex("00000000 0000000c 0000000000000001 00000000"));
        REQUIRE(keys);
        CHECK(keys->keys.size() == 1);
        CHECK(keys->cut);
        const auto status = decode_registration_status(hex("00000000 00000004 00000000"));
        REQUIRE(status);
        CHECK(status->registrations.empty());
        CHECK(status->cut);
    }

    TEST_CASE("half a reservation and half the capabilities are none") {
        const CurrentReservation held{.reservation = PersistentReservation{}};
        test::for_each_proper_prefix(encode_current_reservation(held),
                                     [](std::span<const std::byte> prefix) {
                                         CHECK_FALSE(decode_current_reservation(prefix));
                                     });
        test::for_each_proper_prefix(
            encode_reservation_capabilities({}), [](std::span<const std::byte> prefix) {
                CHECK(bool(decode_reservation_capabilities(prefix)) == (prefix.size() >= 6));
            });
        CHECK_FALSE(decode_reservation_capabilities(hex("0005 00 00 0000 0000")));
        CHECK_FALSE(
            decode_current_reservation(hex("00000000 0000000f 0102030405060708 00000000 0003 00")));
    }

    TEST_CASE("hostile lengths are not followed past the end") {
        const auto keys = encode_registered_keys({.keys = {ReservationKey{1}, ReservationKey{2}}});
        test::for_each_hostile_length(keys, 4, 4, [](std::span<const std::byte> altered) {
            CHECK(decode_registered_keys(altered)->keys.size() <= 2);
        });
        const auto status = encode_registration_status(two_hosts());
        const auto at_most_four = [](std::span<const std::byte> altered) {
            const auto some = decode_registration_status(altered);
            REQUIRE(some);
            CHECK(some->registrations.size() <= 4);
            for (const auto& registration : some->registrations)
                CHECK(describe(registration.initiator).size() < 400);
        };
        test::for_each_hostile_length(status, 4, 4, at_most_four);
        test::for_each_hostile_length(status, 8 + 20, 4, at_most_four);
        test::for_each_hostile_length(status, 8 + 48 + 24 + 2, 2, at_most_four);
        test::for_each_altered_byte(status, at_most_four);
        test::for_each_altered_byte(
            encode_current_reservation({.reservation = PersistentReservation{}}),
            [](std::span<const std::byte> altered) {
                static_cast<void>(decode_current_reservation(altered));
            });
    }
}

TEST_SUITE("scsi/spc/persistent_reserve_out") {
    const PersistentReserveParameters plain{.key = ReservationKey{0x0102030405060708},
                                            .service_action_key = ReservationKey{9},
                                            .persist_through_power_loss = true};

    TEST_CASE("the parameter list has the standard's bytes and decodes to what it was") {
        CHECK(encode_persistent_reserve_parameters(plain) ==
              hex("0102030405060708 0000000000000009 00000000 01 00 0000"));
        CHECK(*decode_persistent_reserve_parameters(encode_persistent_reserve_parameters(plain)) ==
              plain);
        const PersistentReserveParameters ports{
            .all_target_ports = true,
            .initiators = std::vector{id_of(fc_bytes), id_of(iscsi_bytes)}};
        const auto bytes = encode_persistent_reserve_parameters(ports);
        CHECK(bytes == hex("0000000000000000 0000000000000000 00000000 0c 00 0000 00000048" +
                           std::string(fc_bytes) + std::string(iscsi_bytes)));
        CHECK(*decode_persistent_reserve_parameters(bytes) == ports);
    }

    TEST_CASE("no prefix is a parameter list, and hostile lengths are refused or harmless") {
        const PersistentReserveParameters ports{.initiators = std::vector{id_of(iscsi_bytes)}};
        for (const auto& parameters : {plain, ports}) {
            const auto whole = encode_persistent_reserve_parameters(parameters);
            test::for_each_proper_prefix(whole, [](std::span<const std::byte> prefix) {
                CHECK_FALSE(decode_persistent_reserve_parameters(prefix));
            });
        }
        const auto whole = encode_persistent_reserve_parameters(ports);
        const auto one_or_none = [&](std::span<const std::byte> altered) {
            const auto some = decode_persistent_reserve_parameters(altered);
            if (some && some->initiators)
                CHECK(some->initiators->size() <= 2);
        };
        test::for_each_hostile_length(whole, 24, 4, one_or_none);
        test::for_each_hostile_length(whole, 24 + 4 + 2, 2, one_or_none);
        test::for_each_altered_byte(whole, one_or_none);
    }
}

TEST_SUITE("scsi/spc/reserve_release") {
    TEST_CASE("an element list has the standard's bytes, and a descriptor cut short is refused") {
        const std::vector<ElementRange> ranges{{.first = ElementAddress{0x03E8}, .count = 10},
                                               {.first = ElementAddress{0x01F4}, .count = 0}};
        const auto whole = encode_element_list(ranges);
        CHECK(whole == hex("0000 000a 03e8 0000 0000 01f4"));
        CHECK(*decode_element_list(whole) == ranges);
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> prefix) {
            const auto some = decode_element_list(prefix);
            REQUIRE(bool(some) == (prefix.size() % 6 == 0));
            if (some)
                CHECK(some->size() == prefix.size() / 6);
        });
    }
}
