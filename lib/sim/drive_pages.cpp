// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/mode_sense.hpp"
#include "scsi/ssc/read_attribute.hpp"
#include "sim/drives.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::sim {
namespace {

constexpr std::uint8_t density = 0x5E;         // LTO-8
constexpr std::uint64_t capacity = 11'444'091; // MiB

namespace attribute = scsi::attribute;

/// Source:  SPC-4, medium auxiliary memory attributes; LTO drives' manuals for the widths
std::vector<scsi::MediumAttribute> attributes_of(const Cartridge& cartridge) {
    using scsi::number_attribute;
    using scsi::text_attribute;
    const bool cleans = cartridge.cleaning();
    std::vector<scsi::MediumAttribute> all{
        number_attribute(attribute::remaining_capacity, cleans ? 0 : capacity, 8),
        number_attribute(attribute::maximum_capacity, cleans ? 0 : capacity, 8),
        number_attribute(attribute::load_count, cartridge.loads, 8),
        text_attribute(attribute::medium_manufacturer, "CHANGER", 8),
        text_attribute(
            attribute::medium_serial_number, fmt::format("SIM{:07}", cartridge.number), 32),
        number_attribute(attribute::medium_type, cleans ? 1 : 0, 1),
        number_attribute(
            attribute::medium_type_information, cleans ? Cartridge::cleaning_uses : 0, 2),
    };
    for (auto& each : all)
        each.read_only = true;
    if (!cleans)
        all.push_back(text_attribute(attribute::barcode, cartridge.barcode, 32));
    return all;
}

} // namespace

/// Source:  LTO drives: the chip is read without threading; 04/10 without access to it
Response answer_read_attribute(World& world, const Task& task) {
    const Drive& drive = *world.drive_of(task.lun);
    const auto& holds = world.cells.find(drive.address)->holds;
    const auto command = scsi::decode_read_attribute(task.cdb);
    if (!command || command->partition != 0)
        return refused(says::invalid_field_in_cdb);
    if (!holds)
        return refused(says::medium_not_present);
    if (drive.busy())
        return refused(says::becoming_ready);
    if (world.unkind().no_chip)
        return refused(says::medium_memory_not_accessible);
    auto attributes = attributes_of(*holds);
    std::erase_if(attributes, [&](const auto& each) { return each.id < command->first_attribute; });
    if (attributes.empty())
        return refused(says::invalid_field_in_cdb);
    if (command->action == scsi::ReadAttribute::Action::values)
        return with_data(scsi::encode_medium_attributes(attributes), command->allocation_length);
    std::vector<std::uint16_t> ids;
    ids.reserve(attributes.size());
    for (const auto& each : attributes)
        ids.push_back(each.id);
    return with_data(scsi::encode_attribute_list(ids), command->allocation_length);
}

/// Source:  SSC-4, general mode parameter block descriptor: density, blocks, block length 0
Response answer_drive_mode_sense(World& world, const Task& task) {
    constexpr std::uint8_t all_pages = 0x3F;
    constexpr std::uint8_t saved = 3;
    constexpr std::uint8_t buffered = 0x10;
    const auto command = scsi::decode_mode_sense(task.cdb);
    if (!command || (command->page != 0 && command->page != all_pages))
        return refused(says::invalid_field_in_cdb);
    if (command->page_control == saved)
        return refused(says::saving_parameters_not_supported);
    scsi::ModeData data{.device_specific = buffered};
    if (!command->disable_block_descriptors) {
        ByteWriter descriptor;
        descriptor.be(world.drive_of(task.lun)->loaded() ? density : 0, 1).zeros(7);
        data.block_descriptors = std::move(descriptor).take();
    }
    return with_data(scsi::encode_mode_data(data, command->form), command->allocation_length);
}

} // namespace changer::sim
