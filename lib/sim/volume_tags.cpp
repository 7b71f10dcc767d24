// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"
#include "sim/units.hpp"

namespace changer::sim {
namespace {

using scsi::VolumeTagAction;

/// Whether a cartridge is one of those that were asked for. Here a tag has sequence number 0.
bool found(const TagSearch& search, const Cartridge& cartridge) {
    const bool primary = scsi::matches(search.wanted, cartridge.barcode);
    const bool alternate = !cartridge.alternate_barcode.empty() &&
                           scsi::matches(search.wanted, cartridge.alternate_barcode);
    const bool in_sequence = search.wanted.minimum_sequence_number == 0;
    switch (search.action) {
    case VolumeTagAction::translate_all:
        return in_sequence && (primary || alternate);
    case VolumeTagAction::translate_primary:
        return in_sequence && primary;
    case VolumeTagAction::translate_alternate:
        return in_sequence && alternate;
    case VolumeTagAction::translate_all_ignoring_sequence:
        return primary || alternate;
    case VolumeTagAction::translate_primary_ignoring_sequence:
        return primary;
    case VolumeTagAction::translate_alternate_ignoring_sequence:
        return alternate;
    default:
        return false;
    }
}

bool translates(VolumeTagAction action) {
    return static_cast<unsigned>(action) < static_cast<unsigned>(VolumeTagAction::assert_primary);
}

} // namespace

/// Source:  SMC-3, SEND VOLUME TAG: barcodes are read, so that none can be asserted or replaced
Response answer_send_volume_tag(World& world, const Task& task) {
    const auto command = scsi::decode_send_volume_tag(task.cdb);
    if (!command || !translates(command->action) || !world.personality().barcode_reader)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = not_ready(world))
        return refused(*sense);
    if (command->parameter_list_length != scsi::SendVolumeTag::list_length)
        return refused(says::parameter_list_length_error);
    const auto wanted = scsi::decode_volume_tag_template(task.data_out);
    if (!wanted)
        return refused(says::parameter_list_length_error);
    world.searches[task.nexus] = {.type = command->type,
                                  .start = command->start,
                                  .action = command->action,
                                  .wanted = *wanted};
    return {};
}

/// Source:  SMC-3, REQUEST VOLUME ELEMENT ADDRESS: 2C/00 unless SEND VOLUME TAG came before
Response answer_request_volume_element_address(World& world, const Task& task) {
    const auto command = scsi::decode_request_volume_element_address(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    const auto search = world.searches.find(task.nexus);
    if (search == world.searches.end())
        return refused(says::command_sequence_error);
    const TagSearch& wanted = search->second;
    const auto matches = [&](const Cell& cell) {
        const bool of_type = wanted.type == scsi::ElementType::any || wanted.type == cell.type;
        return of_type && cell.address >= wanted.start && cell.believed &&
               found(wanted, *cell.believed);
    };
    const scsi::ReadElementStatus asked{.type = command->type,
                                        .start = command->start,
                                        .count = command->count,
                                        .volume_tags = command->volume_tags};
    const auto pages = element_status_pages(world, asked, task.fault, matches);
    return {.data = scsi::cut_element_status(
                scsi::encode_volume_element_addresses(wanted.action, pages),
                command->allocation_length)};
}

} // namespace changer::sim
