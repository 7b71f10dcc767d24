// SPDX-License-Identifier: Apache-2.0
#include "sim/identity.hpp"
#include "sim/units.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

using scsi::ElementStatus;
using scsi::ElementType;
using scsi::ReadElementStatus;

/// Source:  Exabyte, ATL: drive bay empty; SPC-4: magazine removed, cleaning cartridge installed
constexpr ElementCode no_drive{0x83, 0x04};
constexpr ElementCode no_magazine{0x3B, 0x12};
constexpr ElementCode cleaner_in_drive{0x30, 0x03};

constexpr std::uint8_t drive_identifier_length = 34;   ///< vendor 8, product 16, serial number 10
constexpr std::uint8_t serial_identifier_length = 32;  ///< Spectra T-series
constexpr std::uint8_t library_identifier_length = 44; ///< IBM TS4500, storage and mail slots

scsi::DeviceIdentifier drive_identifier(const World& world, const Drive& drive) {
    if (world.personality().layout.identifiers == Identifiers::serial_only) {
        std::string text = drive.serial_number;
        text.resize(serial_identifier_length, ' ');
        return {.type = 0, .identifier = std::move(text)};
    }
    std::string text;
    for (const std::byte b : t10_identifier(identity(world, world.lun_of(drive))))
        text += static_cast<char>(b);
    return {.identifier = std::move(text)};
}

/// Source:  IBM TS4500, READ ELEMENT STATUS: library, first storage address, frame
scsi::DeviceIdentifier library_identifier(const World& world) {
    std::string text;
    for (const std::byte b : t10_identifier(identity(world, 0)))
        text += static_cast<char>(b);
    return {.identifier = text + "001 "};
}

bool accessible(const World& world, const Cell& cell) {
    switch (cell.type) {
    case ElementType::storage:
        return cell.present && !door_shows(world);
    case ElementType::import_export:
        return !world.mail_open && !door_shows(world);
    case ElementType::data_transfer: {
        const auto* const drive = world.drive_at(cell.address);
        return drive->installed && !(drive->loaded() && world.unkind().drive_needs_unload);
    }
    case ElementType::any:
    case ElementType::transport:
        break;
    }
    return true;
}

void except(ElementStatus& status, const ElementCode& code) {
    status.exception = true;
    status.asc = code.asc;
    status.ascq = code.ascq;
}

/// What a fault makes of a barcode.
void spoil_tag(const World& world, ElementStatus& status, const std::optional<Fault>& fault) {
    if (!fault || fault->value != scsi::number(status.address) || !status.volume_tag)
        return;
    if (fault->effect == Effect::unread) {
        status.volume_tag = "";
        except(status, world.personality().no_barcode);
    } else if (fault->effect == Effect::misread) {
        char& digit = status.volume_tag->at(status.volume_tag->size() / 2);
        digit = digit == '7' ? '1' : '7';
    }
}

void add_tags(const World& world, ElementStatus& status, const std::optional<Cartridge>& medium) {
    const auto& layout = world.personality().layout;
    const std::string empty(layout.blank_tags ? 1 : 0, ' '); // one blank is padded to 32
    if (!medium) {
        status.volume_tag = status.alternate_volume_tag = empty;
        return;
    }
    status.volume_tag = medium->barcode;
    status.alternate_volume_tag = medium->alternate_barcode;
    status.medium_type = medium->cleaning() ? scsi::medium_type::cleaning : scsi::medium_type::data;
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
                         .import_enabled = mail,
                         .disabled = !cell.present,
                         .inverted = medium && medium->inverted};
    if (!cell.present)
        except(status, cell.type == ElementType::data_transfer ? no_drive : no_magazine);
    else if (!cell.scanned && world.personality().reports_door)
        except(status, world.personality().not_scanned);
    if (medium && medium->cleaning() && cell.type == ElementType::data_transfer)
        except(status, cleaner_in_drive);
    if (medium)
        status.source = cell.source;
    if (world.personality().barcode_reader)
        add_tags(world, status, medium);
    return status;
}

/// Source:  IBM TS4500: with DVCID a drive's descriptor says nothing but who the drive is
void keep_identifier_only(const World& world, ElementStatus& status) {
    status = {.type = status.type,
              .address = status.address,
              .accessible = false,
              .identifier = std::move(status.identifier)};
    except(status, world.drive_at(status.address)->installed ? ElementCode{0x81, 0x00} : no_drive);
}

/// What the identifiers of one type of element take behind their header, if the command asks.
std::uint8_t
identifier_length(const World& world, ElementType type, const ReadElementStatus& asked) {
    if (!asked.device_identifiers)
        return 0;
    const auto& layout = world.personality().layout;
    if (type == ElementType::data_transfer)
        return layout.identifiers == Identifiers::serial_only ? serial_identifier_length
                                                              : drive_identifier_length;
    const bool stores = type == ElementType::storage || type == ElementType::import_export;
    return stores && layout.identifier_rule == IdentifierRule::ibm_3584 ? library_identifier_length
                                                                        : 0;
}

void add_identifier(const World& world, ElementStatus& status, const ReadElementStatus& asked) {
    if (identifier_length(world, status.type, asked) == 0)
        return;
    if (status.type != ElementType::data_transfer) {
        status.identifier = library_identifier(world);
        return;
    }
    const Drive& drive = *world.drive_at(status.address);
    if (drive.installed)
        status.identifier = drive_identifier(world, drive);
    if (world.personality().layout.identifier_rule == IdentifierRule::ibm_3584)
        keep_identifier_only(world, status);
}

/// The elements of one type that the command asks for, `room` at most.
scsi::ElementStatusPage page_of(const World& world,
                                ElementType type,
                                const ReadElementStatus& asked,
                                const std::optional<Fault>& fault,
                                const std::function<bool(const Cell&)>& chosen,
                                unsigned room) {
    const auto& layout = world.personality().layout;
    const bool tags = asked.volume_tags && world.personality().barcode_reader;
    scsi::ElementStatusPage page{.type = type,
                                 .primary_volume_tags = tags,
                                 .alternate_volume_tags = tags && layout.alternate_tags,
                                 .identifier_length = identifier_length(world, type, asked),
                                 .extra_bytes = layout.extra_bytes};
    if (type == ElementType::transport && layout.arms == 0)
        return page;
    const auto cells = world.cells.of(type);
    auto cell = std::find_if(
        cells.begin(), cells.end(), [&](const Cell& each) { return each.address >= asked.start; });
    for (; cell != cells.end() && page.elements.size() < room; ++cell) {
        if (!chosen(*cell))
            continue;
        auto status = status_of(world, *cell);
        spoil_tag(world, status, fault);
        add_identifier(world, status, asked);
        page.elements.push_back(std::move(status));
    }
    return page;
}

/// Whether this library takes that question, ready or not.
bool acceptable(const World& world, const ReadElementStatus& asked) {
    const auto& layout = world.personality().layout;
    const auto& unkind = world.unkind();
    if (asked.mixed || (asked.current_data && unkind.curdata_refused) ||
        (asked.volume_tags && unkind.tags_refused))
        return false;
    if (!asked.device_identifiers)
        return true;
    if (layout.identifiers == Identifiers::none)
        return false;
    switch (layout.identifier_rule) {
    case IdentifierRule::always:
        return true;
    case IdentifierRule::never_with_tags:
        return !asked.volume_tags;
    case IdentifierRule::ibm_3584:
        break;
    }
    constexpr std::uint16_t most_with_both = 5376;
    if (asked.type == ElementType::data_transfer)
        return !asked.volume_tags;
    if (asked.type == ElementType::import_export)
        return asked.volume_tags;
    if (asked.type == ElementType::storage)
        return !asked.volume_tags ||
               std::min<std::size_t>(asked.count, world.options.slots) <= most_with_both;
    return asked.type == ElementType::transport;
}

} // namespace

std::vector<scsi::ElementStatusPage>
element_status_pages(const World& world,
                     const ReadElementStatus& asked,
                     const std::optional<Fault>& fault,
                     const std::function<bool(const Cell&)>& chosen) {
    std::vector<scsi::ElementStatusPage> pages;
    unsigned room = asked.count;
    for (const ElementType type : world.cells.types()) {
        if (asked.type != ElementType::any && asked.type != type)
            continue;
        auto page = page_of(world, type, asked, fault, chosen, room);
        room -= static_cast<unsigned>(page.elements.size());
        if (!page.elements.empty())
            pages.push_back(std::move(page));
    }
    return pages;
}

Response answer_element_status(const World& world, const Task& task) {
    const auto asked = scsi::decode_read_element_status(task.cdb);
    if (!asked || !acceptable(world, *asked))
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = not_ready(world); sense && world.unkind().elements_need_ready)
        return refused(*sense);
    const auto pages =
        element_status_pages(world, *asked, task.fault, [](const Cell&) { return true; });
    return {.data = scsi::cut_element_status(scsi::encode_element_status(pages),
                                             asked->allocation_length)};
}

} // namespace changer::sim
