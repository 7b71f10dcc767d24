// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"

#include "scsi/smc/read_element_status.hpp"
#include "sim/identity.hpp"
#include "sim/units.hpp"

#include <array>

namespace changer::sim {
namespace {

using scsi::ElementStatus;
using scsi::ElementType;

/// Source:  BDT family and IBM 3584 class element codes: not yet scanned since the door was open
constexpr std::uint8_t label_questionable = 0x83;

std::string drive_identifier(const World& world, std::size_t index) {
    std::string text;
    for (const std::byte b : t10_identifier(identity(world, index + 1)))
        text += static_cast<char>(b);
    return text;
}

bool accessible(const World& world, const Cell& cell) {
    switch (cell.type) {
    case ElementType::storage:
        return !door_shows(world);
    case ElementType::import_export:
        return !world.mail_open && !door_shows(world);
    case ElementType::data_transfer:
        for (const Drive& drive : world.drives)
            if (drive.address == cell.address)
                return !(drive.loaded && world.personality().unkind.drive_needs_unload);
        return true;
    case ElementType::any:
    case ElementType::transport:
        break;
    }
    return true;
}

/// Whether the library admits that it has not looked at this cell since the door was open.
bool questionable(const World& world, const Cell& cell) {
    return !cell.scanned && world.personality().reports_door;
}

ElementStatus status_of(const World& world, const Cell& cell) {
    const auto& medium = cell.believed;
    const bool mail = cell.type == ElementType::import_export;
    ElementStatus status{.type = cell.type,
                         .address = cell.address,
                         .full = medium.has_value(),
                         .import_export = mail && cell.by_operator,
                         .accessible = accessible(world, cell),
                         .export_enabled = mail,
                         .import_enabled = mail};
    if (questionable(world, cell)) {
        status.exception = true;
        status.asc = label_questionable;
    }
    if (medium)
        status.source = cell.source;
    if (medium && world.personality().barcode_reader) {
        status.volume_tag = medium->barcode;
        status.medium_type =
            medium->cleaning() ? scsi::medium_type::cleaning : scsi::medium_type::data;
    }
    return status;
}

/// The elements of one type that the command asks for, `room` at most.
scsi::ElementStatusPage page_of(const World& world,
                                ElementType type,
                                const scsi::ReadElementStatus& command,
                                unsigned room) {
    constexpr std::uint8_t identifier_length = 34; // vendor 8, product 16, serial number 10
    const bool drives = type == ElementType::data_transfer;
    scsi::ElementStatusPage page{
        .type = type,
        .primary_volume_tags = command.volume_tags && world.personality().barcode_reader,
        .identifier_length =
            drives && command.device_identifiers ? identifier_length : std::uint8_t{0}};
    std::size_t index = 0;
    for (const Cell& cell : world.cells.of(type)) {
        const auto position = index++;
        if (cell.address < command.start || page.elements.size() >= room)
            continue;
        page.elements.push_back(status_of(world, cell));
        if (drives && command.device_identifiers)
            page.elements.back().identifier =
                scsi::DeviceIdentifier{.identifier = drive_identifier(world, position)};
    }
    return page;
}

} // namespace

Response answer_element_status(const World& world, const scsi::Cdb& cdb) {
    constexpr std::array by_address{ElementType::transport,
                                    ElementType::import_export,
                                    ElementType::data_transfer,
                                    ElementType::storage};
    const auto command = scsi::decode_read_element_status(cdb);
    if (!command || command->mixed)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = not_ready(world);
        sense && world.personality().unkind.elements_need_ready)
        return refused(*sense);
    std::vector<scsi::ElementStatusPage> pages;
    unsigned room = command->count;
    for (const ElementType type : by_address) {
        if (command->type != ElementType::any && command->type != type)
            continue;
        auto page = page_of(world, type, *command, room);
        room -= static_cast<unsigned>(page.elements.size());
        if (!page.elements.empty())
            pages.push_back(std::move(page));
    }
    return {.data = scsi::cut_element_status(scsi::encode_element_status(pages),
                                             command->allocation_length)};
}

} // namespace changer::sim
