// SPDX-License-Identifier: Apache-2.0
#include "sim/units.hpp"

#include "scsi/opcode.hpp"
#include "scsi/spc/report_luns.hpp"
#include "scsi/spc/request_sense.hpp"
#include "sim/drives.hpp"
#include "sim/reservations.hpp"
#include "sim/unit_commands.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

/// The unit attention that this nexus meets now; it may be gone for others, too.
std::optional<Sense> meet_attention(World& world, const Task& task) {
    Nexus& nexus = *world.nexuses.find(task.nexus);
    const auto sense = world.nexuses.take_attention(nexus, task.lun);
    constexpr std::uint8_t of_the_nexus = 0x29; // its own reset or login is nobody else's
    if (sense && world.unkind().attention_eaten && sense->asc != of_the_nexus)
        world.nexuses.forget_attention(task.lun, *sense);
    return sense;
}

/// Finds a command; null, and what it is refused with, if the unit does not know it.
const UnitCommand* find_command(const World& world, const Task& task, Sense& refusal) {
    refusal = says::unsupported_opcode;
    for (const UnitCommand& row : commands_of(task.lun)) {
        if (row.opcode != task.cdb.opcode() || !known(world, task.lun, row))
            continue;
        if (!row.service_action || *row.service_action == (task.cdb.be(1, 1) & 0x1F))
            return &row;
        refusal = says::invalid_field_in_cdb;
    }
    return nullptr;
}

/// Source:  SPC-4, INQUIRY and REPORT LUNS to a LUN that is not there
Response answer_as_nobody(const World& world, const Task& task) {
    if (task.cdb.opcode() == scsi::opcode::inquiry)
        return answer_inquiry(world, task);
    if (task.cdb.opcode() == scsi::opcode::report_luns)
        return answer_report_luns(world, task);
    return refused(says::unsupported_lun);
}

} // namespace

Response answer_report_luns(const World& world, const Task& task) {
    const auto command = scsi::decode_report_luns(task.cdb);
    if (!command || command->select_report > 2 || command->allocation_length < 16)
        return refused(says::invalid_field_in_cdb);
    std::vector<std::uint16_t> luns;
    if (command->select_report != 1) // 1: well-known units only, and there are none
        for (std::size_t lun = 0; lun <= world.drives.size(); ++lun)
            if (lun == 0 || world.drive_of(lun))
                luns.push_back(static_cast<std::uint16_t>(lun));
    return with_data(scsi::encode_lun_list(luns), command->allocation_length);
}

Response answer_request_sense(World& world, const Task& task) {
    const auto command = scsi::decode_request_sense(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    scsi::SenseData data;
    if (const auto attention = meet_attention(world, task))
        data.sense = *attention;
    else if (task.lun == 0)
        data.sense = not_ready(world).value_or(Sense{});
    else
        data.sense = drive_not_ready(world, *world.drive_of(task.lun)).value_or(Sense{});
    return with_data(command->descriptor_format ? scsi::encode_sense_descriptor(data)
                                                : scsi::encode_sense_fixed(data),
                     command->allocation_length);
}

std::optional<Response> answer(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    if (task.lun != 0 && !world.drive_of(task.lun))
        return answer_as_nobody(world, task);
    Sense refusal;
    const UnitCommand* const command = find_command(world, task, refusal);
    if (!command || !command->passes_attention())
        if (const auto attention = meet_attention(world, task))
            return refused(*attention);
    if (!command)
        return refused(refusal);
    if (reservation_conflict(world, task, command->when_reserved))
        return Response{.status = scsi::Status::reservation_conflict};
    return command->answer(world, id);
}

} // namespace changer::sim
