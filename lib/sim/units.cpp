// SPDX-License-Identifier: Apache-2.0
#include "sim/units.hpp"

#include "scsi/opcode.hpp"
#include "scsi/spc/report_luns.hpp"
#include "scsi/spc/request_sense.hpp"
#include "scsi/spc/sense.hpp"

namespace changer::sim {
namespace {

using scsi::Cdb;

std::optional<Sense> take_attention(Nexus& nexus, std::uint64_t lun) {
    auto& queue = nexus.attentions[lun];
    if (queue.empty())
        return std::nullopt;
    const Sense sense = queue.front();
    queue.pop_front();
    return sense;
}

Response answer_report_luns(const World& world, const Cdb& cdb) {
    const auto command = scsi::decode_report_luns(cdb);
    if (!command || command->select_report > 2 || command->allocation_length < 16)
        return refused(says::invalid_field_in_cdb);
    std::vector<std::uint16_t> luns;
    if (command->select_report != 1) // 1: well-known units only, and there are none
        for (std::size_t lun = 0; lun <= world.drives.size(); ++lun)
            luns.push_back(static_cast<std::uint16_t>(lun));
    return with_data(scsi::encode_lun_list(luns), command->allocation_length);
}

Response answer_request_sense(const World& world, Nexus& nexus, std::uint64_t lun, const Cdb& cdb) {
    const auto command = scsi::decode_request_sense(cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    scsi::SenseData data;
    if (const auto attention = take_attention(nexus, lun))
        data.sense = *attention;
    else if (lun == 0)
        data.sense = not_ready(world).value_or(Sense{});
    return with_data(command->descriptor_format ? scsi::encode_sense_descriptor(data)
                                                : scsi::encode_sense_fixed(data),
                     command->allocation_length);
}

} // namespace

std::optional<Response> answer(World& world, TaskId id) {
    const Task& task = world.tasks.at(id);
    const Cdb& cdb = task.cdb;
    Nexus& nexus = *world.nexuses.find(task.nexus);
    const bool exists = task.lun <= world.drives.size();
    if (cdb.opcode() == scsi::opcode::inquiry)
        return answer_inquiry(world, task.lun, cdb);
    if (cdb.opcode() == scsi::opcode::report_luns)
        return answer_report_luns(world, cdb);
    if (!exists)
        return refused(says::unsupported_lun);
    if (cdb.opcode() == scsi::opcode::request_sense)
        return answer_request_sense(world, nexus, task.lun, cdb);
    if (const auto attention = take_attention(nexus, task.lun))
        return refused(*attention);
    return task.lun == 0 ? answer_as_changer(world, id) : answer_as_drive(world, id);
}

} // namespace changer::sim
