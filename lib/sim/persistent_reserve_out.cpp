// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/persistent_reserve_out.hpp"

#include "sim/reservations.hpp"
#include "sim/robot.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

using scsi::ReservationKey;
using scsi::ReservationType;

/// One PERSISTENT RESERVE OUT, looked at from its sender.
struct Order {
    World& world;
    const Task& task;
    const scsi::PersistentReserveOut& command;
    const scsi::PersistentReserveParameters& parameters;
    Reservation& state;
    Initiator sender;

    bool registered() const { return state.registered.contains(sender); }

    /// Whether the sender has shown the key it is registered with.
    bool authentic() const {
        const auto found = state.registered.find(sender);
        return found != state.registered.end() && found->second == parameters.key;
    }

    bool all_registrants() const {
        return state.type == ReservationType::write_exclusive_all_registrants ||
               state.type == ReservationType::exclusive_access_all_registrants;
    }

    bool open_to_registrants() const {
        return state.type != ReservationType::write_exclusive &&
               state.type != ReservationType::exclusive_access;
    }

    /// Whether this initiator holds the reservation, alone or with all registrants.
    bool holds(const Initiator& initiator) const {
        return state.holder && (*state.holder == initiator ||
                                (all_registrants() && state.registered.contains(initiator)));
    }
};

/// Queues a unit attention for one initiator, if it is logged in.
void tell(Order& order, const Initiator& whom, const Sense& sense) {
    if (const auto nexus = order.world.nexuses.find(whom))
        order.world.nexuses.find(*nexus)->attentions[order.task.lun].push_back(sense);
}

/// Queues a unit attention for every registrant but the sender.
void tell_others(Order& order, const Sense& sense) {
    for (const auto& [initiator, key] : order.state.registered)
        if (initiator != order.sender)
            tell(order, initiator, sense);
}

/// Ends the reservation; registrants that lived by it are told.
void release(Order& order) {
    order.state.holder.reset();
    if (order.open_to_registrants())
        tell_others(order, says::reservations_released);
}

/// Source:  SPC-4, unregistering: the reservation goes with its holder, or with the last registrant
void unregister(Order& order, const Initiator& initiator) {
    Reservation& state = order.state;
    const bool alone = state.registered.size() == 1;
    state.registered.erase(initiator);
    if (!state.holder || *state.holder != initiator)
        return;
    if (order.all_registrants() && !alone)
        state.holder = state.registered.begin()->first;
    else
        release(order);
}

Response register_key(Order& order) {
    const bool ignoring = order.command.action ==
                          scsi::PersistentReserveOut::Action::register_and_ignore_existing_key;
    const auto wanted = order.parameters.service_action_key;
    if (!ignoring &&
        (order.registered() ? !order.authentic() : order.parameters.key != ReservationKey{}))
        return conflict;
    if (wanted != ReservationKey{})
        order.state.registered[order.sender] = wanted;
    else if (order.registered())
        unregister(order, order.sender);
    else
        return {};
    ++order.state.generation;
    return {};
}

Response reserve(Order& order) {
    if (!order.authentic())
        return conflict;
    if (!order.command.type)
        return refused(says::invalid_field_in_cdb);
    if (order.state.holder)
        return order.holds(order.sender) && order.state.type == *order.command.type ? Response{}
                                                                                    : conflict;
    order.state.holder = order.sender;
    order.state.type = *order.command.type;
    return {};
}

Response release_if_held(Order& order) {
    if (!order.authentic())
        return conflict;
    if (!order.holds(order.sender))
        return {};
    if (order.command.type != order.state.type)
        return refused(says::invalid_release);
    release(order);
    return {};
}

Response clear(Order& order) {
    if (!order.authentic())
        return conflict;
    tell_others(order, says::reservations_preempted);
    order.state.registered.clear();
    order.state.holder.reset();
    ++order.state.generation;
    return {};
}

/// Ends what an initiator has running on the unit.
void abort_commands(Order& order, const Initiator& whose) {
    const auto nexus = order.world.nexuses.find(whose);
    if (!nexus)
        return;
    for (auto& [id, task] : order.world.tasks)
        if (task.nexus == *nexus && task.lun == order.task.lun && !task.outcome) {
            task.outcome = Outcome{.status = scsi::Status::task_aborted};
            orphan_motion(order.world, id);
        }
}

/// Whether this registration is to go.
bool preempted(const Order& order, const Initiator& initiator, ReservationKey key) {
    const auto wanted = order.parameters.service_action_key;
    if (initiator == order.sender)
        return false;
    const bool everybody =
        order.state.holder && order.all_registrants() && wanted == ReservationKey{};
    return everybody || key == wanted;
}

/// Source:  SPC-4, PREEMPT: takes the reservation over if the key is its holder's
Response preempt(Order& order) {
    using Action = scsi::PersistentReserveOut::Action;
    Reservation& state = order.state;
    const auto wanted = order.parameters.service_action_key;
    if (!order.authentic())
        return conflict;
    if (!order.command.type)
        return refused(says::invalid_field_in_cdb);
    const bool takes_over =
        state.holder && (order.all_registrants() ? wanted == ReservationKey{}
                                                 : state.registered.at(*state.holder) == wanted);
    if (!takes_over && wanted == ReservationKey{})
        return refused(says::invalid_field_in_parameter_list);
    std::vector<Initiator> losers;
    for (const auto& [initiator, key] : state.registered)
        if (preempted(order, initiator, key))
            losers.push_back(initiator);
    if (losers.empty() && !takes_over)
        return conflict;
    for (const auto& loser : losers) {
        state.registered.erase(loser);
        tell(order, loser, says::registrations_preempted);
        if (order.command.action == Action::preempt_and_abort)
            abort_commands(order, loser);
    }
    if (takes_over) {
        if (state.type != *order.command.type)
            tell_others(order, says::reservations_released);
        state.holder = order.sender;
        state.type = *order.command.type;
    } else if (state.holder && !state.registered.contains(*state.holder)) {
        state.holder = state.registered.begin()->first; // of all registrants, and one has gone
    }
    ++state.generation;
    return {};
}

Response run(Order& order) {
    using Action = scsi::PersistentReserveOut::Action;
    switch (order.command.action) {
    case Action::register_key:
    case Action::register_and_ignore_existing_key:
        return register_key(order);
    case Action::reserve:
        return reserve(order);
    case Action::release:
        return release_if_held(order);
    case Action::clear:
        return clear(order);
    case Action::preempt:
    case Action::preempt_and_abort:
        break;
    }
    return preempt(order);
}

} // namespace

/// Source:  SPC-4, PERSISTENT RESERVE OUT: no reservation survives a power cycle here (PTPL_C 0)
Response answer_persistent_reserve_out(World& world, const Task& task) {
    const auto command = scsi::decode_persistent_reserve_out(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    Reservation& state = world.reservations[task.lun];
    if (state.legacy)
        return conflict;
    if (command->parameter_list_length != scsi::PersistentReserveOut::list_length)
        return refused(says::parameter_list_length_error);
    const auto parameters = scsi::decode_persistent_reserve_parameters(task.data_out);
    if (!parameters)
        return refused(says::parameter_list_length_error);
    if (parameters->initiators || parameters->persist_through_power_loss)
        return refused(says::invalid_field_in_parameter_list);
    Order order{.world = world,
                .task = task,
                .command = *command,
                .parameters = *parameters,
                .state = state,
                .sender = world.nexuses.find(task.nexus)->initiator};
    return run(order);
}

} // namespace changer::sim
