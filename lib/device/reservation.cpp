// SPDX-License-Identifier: Apache-2.0
#include "device/reservation.hpp"

#include <fmt/format.h>

#include <optional>

namespace changer {
namespace {

using Action = scsi::PersistentReserveIn::Action;

std::string kind(scsi::ReservationType type) {
    const std::string_view words = scsi::describe(type);
    return words.empty() ? fmt::format("type {:X}h", static_cast<unsigned>(type))
                         : std::string(words);
}

std::string key_text(scsi::ReservationKey key) {
    return fmt::format("{:#018x}", static_cast<std::uint64_t>(key));
}

/// The initiators that hold the reservation, or share in it.
std::optional<std::string> named_holders(const scsi::RegistrationStatus& status) {
    std::string names;
    std::optional<scsi::ReservationType> type;
    for (const scsi::Registration& registration : status.registrations)
        if (registration.holds) {
            names += fmt::format("{}{} (key {})",
                                 names.empty() ? "" : ", ",
                                 scsi::describe(registration.initiator),
                                 key_text(registration.key));
            type = registration.holds;
        }
    if (!type)
        return std::nullopt;
    return fmt::format("held by {}, {}", names, kind(*type));
}

} // namespace

std::string
reservation_holder(const std::function<Result<Bytes>(const scsi::PersistentReserveIn&)>& ask) {
    const auto received = ask({.action = Action::read_reservation});
    if (!received)
        return "it does not tell which";
    const auto current = scsi::decode_current_reservation(*received);
    if (!current)
        return "it does not tell which";
    // RESERVE(6) and (10) are what remains, and nobody can ask who sent them.
    if (!current->reservation)
        return "with RESERVE, which does not tell which; that host, or a reset, ends it";
    if (const auto full = ask({.action = Action::read_full_status}))
        if (const auto status = scsi::decode_registration_status(*full))
            if (auto names = named_holders(*status))
                return *std::move(names);
    return fmt::format("held under key {}, {}",
                       key_text(current->reservation->key),
                       kind(current->reservation->type));
}

} // namespace changer
