// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/mode_sense.hpp"
#include "scsi/spc/vpd.hpp"
#include "sim/identity.hpp"
#include "sim/units.hpp"

#include <algorithm>
#include <array>

namespace changer::sim {
namespace {

using scsi::Cdb;
using scsi::ElementType;

constexpr std::uint8_t spc_3 = 0x05;
constexpr std::uint8_t all_pages = 0x3F;
constexpr std::uint8_t all_subpages = 0xFF;

// --- INQUIRY ---

Response answer_standard(const World& world, std::uint64_t lun, std::uint16_t allocation_length) {
    if (lun > world.drives.size()) {
        scsi::InquiryData nothing{.connected = false, .version = spc_3};
        auto data = scsi::encode_inquiry_data(nothing);
        data[0] = std::byte{0x7F}; // SPC-4 6.6.2: no device can be there
        return with_data(std::move(data), allocation_length);
    }
    const auto unit = identity(world, lun);
    return with_data(scsi::encode_inquiry_data(
                         {.type = unit.type,
                          .removable = true,
                          .version = spc_3,
                          .vendor = unit.vendor,
                          .product = unit.product,
                          .revision = unit.revision,
                          .bar_code_reader = lun == 0 && world.personality().barcode_reader}),
                     allocation_length);
}

Response answer_vital_product_data(const Identity& unit, const scsi::Inquiry& command) {
    namespace page = scsi::vpd_page;
    constexpr std::array pages{
        page::supported_pages, page::unit_serial_number, page::device_identification};
    const auto answer = [&](Bytes data) {
        return with_data(std::move(data), command.allocation_length);
    };
    switch (*command.vpd_page) {
    case page::supported_pages:
        return answer(scsi::encode_supported_vpd_pages(unit.type, pages));
    case page::unit_serial_number:
        return answer(scsi::encode_unit_serial_number(unit.type, unit.serial_number));
    case page::device_identification: {
        const std::array designators{scsi::Designator{.value = t10_identifier(unit)}};
        return answer(scsi::encode_device_identification(unit.type, designators));
    }
    default:
        return refused(says::invalid_field_in_cdb);
    }
}

// --- MODE SENSE ---

scsi::ElementAddressAssignment assignment(const World& world) {
    const auto range = [&](ElementType type) {
        const auto cells = world.cells.of(type);
        return scsi::ElementRange{cells.empty() ? scsi::ElementAddress{} : cells.front().address,
                                  static_cast<std::uint16_t>(cells.size())};
    };
    return {.transport = range(ElementType::transport),
            .storage = range(ElementType::storage),
            .import_export = range(ElementType::import_export),
            .data_transfer = range(ElementType::data_transfer)};
}

scsi::DeviceCapabilities capabilities(const World& world) {
    constexpr scsi::ElementTypeSet anywhere{
        .storage = true, .import_export = true, .data_transfer = true};
    return {.can_store = anywhere,
            .volume_tag_reader = world.personality().barcode_reader,
            .move = {anywhere, anywhere, anywhere, anywhere},
            .exchange = {}};
}

scsi::ExtendedDeviceCapabilities extended_capabilities(const World& world) {
    const bool locks = world.personality().prevent == Prevent::holds_door;
    return {.user_closes_import_export = true,
            .user_opens_import_export = true,
            .reports_source_element = true,
            .prevent_locks_import_export = locks,
            .prevent_locks_door = locks};
}

std::vector<scsi::ModePage> mode_pages(const World& world, const scsi::ModeSense& command) {
    std::vector<scsi::ModePage> pages{scsi::encode_mode_page(assignment(world)),
                                      scsi::encode_mode_page(capabilities(world))};
    if (world.personality().reports_lock)
        pages.push_back(scsi::encode_mode_page(extended_capabilities(world)));
    std::erase_if(pages, [&](const scsi::ModePage& page) {
        const bool wanted = (command.page == all_pages || command.page == page.page) &&
                            (command.subpage == all_subpages || command.subpage == page.subpage);
        return !wanted;
    });
    return pages;
}

} // namespace

Response answer_inquiry(const World& world, std::uint64_t lun, const Cdb& cdb) {
    const auto command = scsi::decode_inquiry(cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (!command->vpd_page)
        return answer_standard(world, lun, command->allocation_length);
    if (lun > world.drives.size())
        return refused(says::unsupported_lun);
    return answer_vital_product_data(identity(world, lun), *command);
}

Response answer_mode_sense(const World& world, const Cdb& cdb) {
    constexpr std::uint8_t changeable = 1;
    constexpr std::uint8_t saved = 3;
    const auto command = scsi::decode_mode_sense(cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (command->page_control == saved)
        return refused(says::saving_parameters_not_supported);
    auto pages = mode_pages(world, *command);
    if (pages.empty())
        return refused(says::invalid_field_in_cdb);
    if (command->page_control == changeable)
        for (auto& page : pages)
            std::fill(page.content.begin(), page.content.end(), std::byte{0});
    return with_data(scsi::encode_mode_data({.pages = std::move(pages)}, command->form),
                     command->allocation_length);
}

Response answer_log_sense(Nexus& nexus, const Cdb& cdb) {
    constexpr std::array<std::uint8_t, 2> pages{0x00, scsi::tape_alert::log_page};
    const auto command = scsi::decode_log_sense(cdb);
    if (!command || command->subpage != 0)
        return refused(says::invalid_field_in_cdb);
    if (command->page == 0)
        return with_data(scsi::encode_supported_log_pages(pages), command->allocation_length);
    if (command->page != scsi::tape_alert::log_page)
        return refused(says::invalid_field_in_cdb);
    auto data = scsi::encode_tape_alert(nexus.alerts);
    if (command->allocation_length >= data.size()) // part of the page clears nothing
        nexus.alerts.reset();
    return with_data(std::move(data), command->allocation_length);
}

} // namespace changer::sim
