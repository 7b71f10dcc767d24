// SPDX-License-Identifier: Apache-2.0
#include "sim/reservations.hpp"

#include "scsi/smc/read_element_status.hpp"
#include "scsi/spc/persistent_reserve_in.hpp"
#include "scsi/spc/prevent_allow.hpp"
#include "scsi/spc/reserve_release.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

using scsi::ReservationType;

bool keeps_writers_only(ReservationType type) {
    return type == ReservationType::write_exclusive ||
           type == ReservationType::write_exclusive_registrants_only ||
           type == ReservationType::write_exclusive_all_registrants;
}

bool open_to_registrants(ReservationType type) {
    return type != ReservationType::write_exclusive && type != ReservationType::exclusive_access;
}

/// ALLOW, and READ ELEMENT STATUS that does not move the robot.
bool harmless(const scsi::Cdb& cdb) {
    if (const auto allow = scsi::decode_prevent_allow_medium_removal(cdb))
        return !allow->prevent;
    const auto read = scsi::decode_read_element_status(cdb);
    return read && read->current_data;
}

const Initiator& sender(const World& world, const Task& task) {
    return world.nexuses.all().at(task.nexus).initiator;
}

/// Whether the persistent reservation keeps this command out.
bool persistent_conflict(const Reservation& reservation,
                         const Initiator& from,
                         const Task& task,
                         WhenReserved when) {
    if (!reservation.holder || *reservation.holder == from ||
        (open_to_registrants(reservation.type) && reservation.registered.contains(from)))
        return false;
    switch (when) {
    case WhenReserved::always:
    case WhenReserved::unless_legacy:
        return false;
    case WhenReserved::write_exclusive:
        return !keeps_writers_only(reservation.type);
    case WhenReserved::harmless:
        return !harmless(task.cdb);
    case WhenReserved::never:
        break;
    }
    return true;
}

bool overlap(const ReservedElements& held, const std::vector<scsi::ElementRange>& wanted) {
    if (held.ranges.empty() || wanted.empty())
        return true;
    return std::any_of(held.ranges.begin(), held.ranges.end(), [&](const auto& one) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) {
            return one.contains(other.first) || other.contains(one.first);
        });
    });
}

/// Reads the list of RESERVE ELEMENT; a count of 0 goes to the end.
Result<std::vector<scsi::ElementRange>> ranges_of(const Task& task) {
    auto ranges = scsi::decode_element_list(task.data_out);
    if (ranges)
        for (auto& range : *ranges)
            if (range.count == 0)
                range.count = static_cast<std::uint16_t>(0xFFFF - scsi::number(range.first));
    return ranges;
}

Response reserve_elements(Reservation& reservation,
                          const Task& task,
                          const scsi::ElementReservation& wanted) {
    if (task.lun != 0)
        return refused(says::invalid_field_in_cdb);
    if (task.data_out.size() < wanted.list_length)
        return refused(says::parameter_list_length_error);
    const auto ranges = ranges_of(task);
    if (!ranges)
        return refused(says::parameter_list_length_error);
    for (const auto& held : reservation.elements)
        if (held.nexus != task.nexus && overlap(held, *ranges))
            return conflict;
    std::erase_if(reservation.elements, [&](const auto& held) {
        return held.nexus == task.nexus && held.identification == wanted.identification;
    });
    reservation.elements.push_back(
        {.nexus = task.nexus, .identification = wanted.identification, .ranges = *ranges});
    return {};
}

} // namespace

bool reservation_conflict(const World& world, const Task& task, WhenReserved when) {
    const auto found = world.reservations.find(task.lun);
    if (found == world.reservations.end())
        return false;
    const Reservation& reservation = found->second;
    if (reservation.legacy && *reservation.legacy != task.nexus)
        return when != WhenReserved::always &&
               !(when == WhenReserved::harmless && harmless(task.cdb));
    return persistent_conflict(reservation, sender(world, task), task, when);
}

bool reserved_by_another(const World& world, NexusId nexus, scsi::ElementAddress element) {
    const auto found = world.reservations.find(0);
    if (found == world.reservations.end())
        return false;
    const auto& elements = found->second.elements;
    const std::vector<scsi::ElementRange> wanted{{element, 1}};
    return std::any_of(elements.begin(), elements.end(), [&](const auto& held) {
        return held.nexus != nexus && overlap(held, wanted);
    });
}

void end_reservations(World& world, NexusId nexus) {
    for (auto& [lun, reservation] : world.reservations) {
        if (reservation.legacy == nexus)
            reservation.legacy.reset();
        std::erase_if(reservation.elements, [&](const auto& held) { return held.nexus == nexus; });
    }
}

void reset_reservations(World& world, std::uint64_t lun) {
    Reservation& reservation = world.reservations[lun];
    reservation.legacy.reset();
    reservation.elements.clear();
}

/// Source:  SPC-2, RESERVE(6) and (10); SPC-4: a conflict where somebody has registered
Response answer_reserve(World& world, const Task& task) {
    const auto command = scsi::decode_reserve(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    Reservation& reservation = world.reservations[task.lun];
    if (!reservation.registered.empty() ||
        (reservation.legacy && *reservation.legacy != task.nexus))
        return conflict;
    if (command->elements)
        return reserve_elements(reservation, task, *command->elements);
    for (const auto& held : reservation.elements)
        if (held.nexus != task.nexus)
            return conflict;
    reservation.legacy = task.nexus;
    return {};
}

/// Source:  SPC-2, RELEASE(6) and (10): nothing to release is no error
Response answer_release(World& world, const Task& task) {
    const auto command = scsi::decode_release(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    Reservation& reservation = world.reservations[task.lun];
    if (!reservation.registered.empty())
        return conflict;
    if (command->identification)
        std::erase_if(reservation.elements, [&](const auto& held) {
            return held.nexus == task.nexus && held.identification == *command->identification;
        });
    else if (reservation.legacy == task.nexus)
        reservation.legacy.reset();
    return {};
}

/// Source:  SPC-4, PERSISTENT RESERVE IN
Response answer_persistent_reserve_in(World& world, const Task& task) {
    using Action = scsi::PersistentReserveIn::Action;
    const auto command = scsi::decode_persistent_reserve_in(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    const Reservation& state = world.reservations[task.lun];
    if (state.legacy)
        return conflict;
    const auto answer = [&](Bytes data) {
        return with_data(std::move(data), command->allocation_length);
    };
    const bool shared = state.type == ReservationType::write_exclusive_all_registrants ||
                        state.type == ReservationType::exclusive_access_all_registrants;
    switch (command->action) {
    case Action::read_keys: {
        scsi::RegisteredKeys keys{.generation = state.generation};
        for (const auto& [initiator, key] : state.registered)
            keys.keys.push_back(key);
        return answer(scsi::encode_registered_keys(keys));
    }
    case Action::read_reservation: {
        scsi::CurrentReservation current{.generation = state.generation};
        if (state.holder)
            current.reservation = scsi::PersistentReservation{
                .key = shared ? scsi::ReservationKey{} : state.registered.at(*state.holder),
                .type = state.type};
        return answer(scsi::encode_current_reservation(current));
    }
    case Action::report_capabilities:
        return answer(scsi::encode_reservation_capabilities(
            {.types = std::vector{ReservationType::write_exclusive,
                                  ReservationType::exclusive_access,
                                  ReservationType::write_exclusive_registrants_only,
                                  ReservationType::exclusive_access_registrants_only,
                                  ReservationType::write_exclusive_all_registrants,
                                  ReservationType::exclusive_access_all_registrants}}));
    case Action::read_full_status:
        break;
    }
    scsi::RegistrationStatus status{.generation = state.generation};
    for (const auto& [initiator, key] : state.registered) {
        const bool holds = state.holder && (shared || *state.holder == initiator);
        status.registrations.push_back(
            {.key = key,
             .relative_target_port = 1,
             .holds = holds ? std::optional(state.type) : std::nullopt,
             .initiator = scsi::iscsi_id(initiator.name, initiator.isid)});
    }
    return answer(scsi::encode_registration_status(status));
}

} // namespace changer::sim
