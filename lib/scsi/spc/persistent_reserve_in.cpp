// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/persistent_reserve_in.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t key_length = 8;
constexpr std::size_t capabilities_length = 8;

/// The header of all but REPORT CAPABILITIES, and what has arrived of the list behind it.
struct OpenList {
    std::uint32_t generation = 0;
    std::span<const std::byte> content;
    bool cut = false;
};

Result<OpenList> open_list(std::span<const std::byte> received) {
    ByteReader in(received);
    OpenList list;
    list.generation = in.be(4);
    const std::size_t length = in.be(4);
    if (in.faulted())
        return Error{Code::malformed_response, "persistent reserve in header is truncated"};
    list.cut = length > in.remaining();
    list.content = in.bytes(std::min(length, in.remaining()));
    return list;
}

ByteWriter start_list(std::uint32_t generation) {
    ByteWriter out;
    out.be(generation, 4).zeros(4);
    return out;
}

Bytes finish_list(ByteWriter out) {
    out.patch(4, out.size() - 8, 4);
    return std::move(out).take();
}

ReservationKey take_key(ByteReader& in) {
    return ReservationKey(in.be64());
}

std::uint64_t number(ReservationKey key) {
    return static_cast<std::uint64_t>(key);
}

Registration take_registration(ByteReader& in) {
    Registration registration;
    registration.key = take_key(in);
    in.be(4); // reserved
    const auto flags = in.be(1);
    registration.all_target_ports = (flags & 0x02) != 0;
    const auto type = ReservationType(in.be(1) & 0x0F);
    if ((flags & 0x01) != 0) // R_HOLDER; otherwise the type means nothing
        registration.holds = type;
    in.be(4); // reserved
    registration.relative_target_port = static_cast<std::uint16_t>(in.be(2));
    const auto initiator = in.bytes(in.be(4));
    registration.initiator.value.assign(initiator.begin(), initiator.end());
    return registration;
}

/// The type mask of REPORT CAPABILITIES, its two bytes as one number.
constexpr std::array<std::pair<std::uint32_t, ReservationType>, 6> type_bits{{
    {0x0200, ReservationType::write_exclusive},
    {0x0800, ReservationType::exclusive_access},
    {0x2000, ReservationType::write_exclusive_registrants_only},
    {0x4000, ReservationType::exclusive_access_registrants_only},
    {0x8000, ReservationType::write_exclusive_all_registrants},
    {0x0001, ReservationType::exclusive_access_all_registrants},
}};

} // namespace

std::string_view describe(ReservationType type) {
    switch (type) {
    case ReservationType::write_exclusive:
        return "write exclusive";
    case ReservationType::exclusive_access:
        return "exclusive access";
    case ReservationType::write_exclusive_registrants_only:
        return "write exclusive, registrants only";
    case ReservationType::exclusive_access_registrants_only:
        return "exclusive access, registrants only";
    case ReservationType::write_exclusive_all_registrants:
        return "write exclusive, all registrants";
    case ReservationType::exclusive_access_all_registrants:
        return "exclusive access, all registrants";
    }
    return {};
}

Result<RegisteredKeys> decode_registered_keys(std::span<const std::byte> received) {
    const auto list = open_list(received);
    if (!list)
        return list.error();
    RegisteredKeys keys{.generation = list->generation};
    ByteReader in(list->content);
    while (in.remaining() >= key_length)
        keys.keys.push_back(take_key(in));
    keys.cut = list->cut || in.remaining() > 0;
    return keys;
}

Result<CurrentReservation> decode_current_reservation(std::span<const std::byte> received) {
    const auto list = open_list(received);
    if (!list)
        return list.error();
    CurrentReservation current{.generation = list->generation};
    if (list->content.empty() && !list->cut)
        return current;
    ByteReader in(list->content);
    PersistentReservation reservation;
    reservation.key = take_key(in);
    in.be(4); // obsolete
    in.be(1); // reserved
    reservation.type = ReservationType(in.be(1) & 0x0F);
    in.be(2); // obsolete
    current.reservation = reservation;
    return in.finish(current, "reservation");
}

Result<ReservationCapabilities>
decode_reservation_capabilities(std::span<const std::byte> received) {
    const std::size_t length = ByteReader(received).be(2);
    ByteReader in(received.first(std::min(length, received.size())));
    in.be(2); // length
    ReservationCapabilities capabilities;
    const auto can = in.be(1);
    capabilities.compatible_reservation_handling = (can & 0x10) != 0;
    capabilities.specify_initiator_ports = (can & 0x08) != 0;
    capabilities.all_target_ports = (can & 0x04) != 0;
    capabilities.persist_through_power_loss = (can & 0x01) != 0;
    const auto does = in.be(1);
    capabilities.allow_commands = static_cast<std::uint8_t>(does >> 4 & 0x07);
    capabilities.persists_now = (does & 0x01) != 0;
    const auto mask = in.be(2);
    if ((does & 0x80) != 0) { // TMV: the type mask means something
        capabilities.types.emplace();
        for (const auto& [bit, type] : type_bits)
            if ((mask & bit) != 0)
                capabilities.types->push_back(type);
    }
    return in.finish(std::move(capabilities), "reservation capabilities");
}

Result<RegistrationStatus> decode_registration_status(std::span<const std::byte> received) {
    const auto list = open_list(received);
    if (!list)
        return list.error();
    RegistrationStatus status{.generation = list->generation, .cut = list->cut};
    ByteReader in(list->content);
    while (in.remaining() > 0) {
        auto registration = take_registration(in);
        if (in.faulted()) {
            status.cut = true;
            break;
        }
        status.registrations.push_back(std::move(registration));
    }
    return status;
}

Bytes encode_registered_keys(const RegisteredKeys& keys) {
    auto out = start_list(keys.generation);
    for (const auto key : keys.keys)
        out.be(number(key), key_length);
    return finish_list(std::move(out));
}

Bytes encode_current_reservation(const CurrentReservation& current) {
    auto out = start_list(current.generation);
    if (current.reservation)
        out.be(number(current.reservation->key), key_length)
            .zeros(5)
            .be(static_cast<std::uint8_t>(current.reservation->type) & 0x0Fu, 1)
            .zeros(2);
    return finish_list(std::move(out));
}

Bytes encode_reservation_capabilities(const ReservationCapabilities& capabilities) {
    std::uint32_t mask = 0;
    for (const auto& [bit, type] : type_bits)
        if (capabilities.types &&
            std::find(capabilities.types->begin(), capabilities.types->end(), type) !=
                capabilities.types->end())
            mask |= bit;
    ByteWriter out;
    out.be(capabilities_length, 2)
        .be((capabilities.compatible_reservation_handling ? 0x10u : 0u) |
                (capabilities.specify_initiator_ports ? 0x08u : 0u) |
                (capabilities.all_target_ports ? 0x04u : 0u) |
                (capabilities.persist_through_power_loss ? 0x01u : 0u),
            1)
        .be((capabilities.types ? 0x80u : 0u) | (capabilities.allow_commands & 0x07u) << 4 |
                (capabilities.persists_now ? 0x01u : 0u),
            1)
        .be(mask, 2)
        .zeros(2);
    return std::move(out).take();
}

Bytes encode_registration_status(const RegistrationStatus& status) {
    auto out = start_list(status.generation);
    for (const auto& registration : status.registrations)
        out.be(number(registration.key), key_length)
            .zeros(4)
            .be((registration.all_target_ports ? 0x02u : 0u) | (registration.holds ? 0x01u : 0u), 1)
            .be(registration.holds ? static_cast<std::uint8_t>(*registration.holds) & 0x0Fu : 0, 1)
            .zeros(4)
            .be(registration.relative_target_port, 2)
            .be(registration.initiator.value.size(), 4)
            .bytes(registration.initiator.value);
    return finish_list(std::move(out));
}

} // namespace changer::scsi
