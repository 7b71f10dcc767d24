// SPDX-License-Identifier: Apache-2.0
#include "scsi/opcode.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/smc/transport_geometry.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
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
    if (lun != 0 && !world.drive_of(lun)) {
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
                          .vendor_specific = unit.vendor_specific,
                          .bar_code_reader = lun == 0 && world.personality().barcode_reader}),
                     allocation_length);
}

/// Source:  Dell TL2000/TL4000 SCSI Reference, command timeouts, as IBM's 3573 tells them
Bytes vendor_timeouts() {
    using std::chrono::minutes;
    namespace opcode = scsi::opcode;
    constexpr std::array table{
        scsi::VendorTimeout{opcode::initialize_element_status, minutes{11}},
        scsi::VendorTimeout{opcode::open_close_import_export_element, minutes{10}},
        scsi::VendorTimeout{opcode::position_to_element, minutes{10}},
        scsi::VendorTimeout{opcode::initialize_element_status_with_range, minutes{11}},
        scsi::VendorTimeout{opcode::move_medium, minutes{25}},
        scsi::VendorTimeout{opcode::read_element_status, minutes{1}},
    };
    return scsi::encode_vendor_timeouts(scsi::DeviceType::changer, table);
}

Response
answer_vital_product_data(const World& world, std::uint64_t lun, const scsi::Inquiry& command) {
    namespace page = scsi::vpd_page;
    const auto unit = identity(world, lun);
    std::vector<std::uint8_t> pages{
        page::supported_pages, page::unit_serial_number, page::device_identification};
    const bool timeouts = lun == 0 && world.personality().timeouts_page;
    if (timeouts)
        pages.push_back(page::ibm_device_driver_data);
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
    case page::ibm_device_driver_data:
        if (timeouts)
            return answer(vendor_timeouts());
        break;
    default:
        break;
    }
    return refused(says::invalid_field_in_cdb);
}

// --- MODE SENSE ---

scsi::ElementAddressAssignment assignment(const World& world) {
    const auto range = [&](ElementType type) {
        const auto cells = world.cells.of(type);
        return scsi::ElementRange{cells.empty() ? scsi::ElementAddress{} : cells.front().address,
                                  static_cast<std::uint16_t>(cells.size())};
    };
    auto arms = range(ElementType::transport);
    arms.count = static_cast<std::uint16_t>(world.personality().layout.arms);
    return {.transport = arms,
            .storage = range(ElementType::storage),
            .import_export = range(ElementType::import_export),
            .data_transfer = range(ElementType::data_transfer)};
}

scsi::TransportGeometry geometry(const World& world) {
    scsi::TransportGeometry geometry;
    geometry.arms.assign(world.personality().layout.arms,
                         {.rotates = world.personality().two_sided});
    return geometry;
}

scsi::DeviceCapabilities capabilities(const World& world) {
    constexpr scsi::ElementTypeSet anywhere{
        .storage = true, .import_export = true, .data_transfer = true};
    scsi::DeviceCapabilities page{.can_store = anywhere,
                                  .volume_tag_reader = world.personality().barcode_reader,
                                  .move = {anywhere, anywhere, anywhere, anywhere},
                                  .exchange = {}};
    if (!world.options.without.test(scsi::opcode::exchange_medium))
        page.exchange = {scsi::ElementTypeSet{}, anywhere, anywhere, anywhere};
    return page;
}

scsi::ExtendedDeviceCapabilities extended_capabilities(const World& world) {
    const auto prevent =
        world.unkind().prevent_without_effect ? Prevent::unsupported : world.personality().prevent;
    return {.move_refused_while_prevented = world.unkind().mail_needs_allow,
            .user_closes_import_export = true,
            .user_opens_import_export = true,
            .reports_source_element = true,
            .storage_in_magazines = world.personality().magazines.has_value(),
            .true_exchange = !world.options.without.test(scsi::opcode::exchange_medium),
            .prevent_locks_import_export = prevent != Prevent::unsupported,
            .prevent_locks_door = prevent == Prevent::everything,
            .eject_before_move_from = world.unkind().drive_needs_unload};
}

std::vector<scsi::ModePage> mode_pages(const World& world, const scsi::ModeSense& command) {
    std::vector<scsi::ModePage> pages{scsi::encode_mode_page(assignment(world)),
                                      scsi::encode_mode_page(geometry(world)),
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

Response answer_inquiry(const World& world, const Task& task) {
    const auto command = scsi::decode_inquiry(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (!command->vpd_page)
        return answer_standard(world, task.lun, command->allocation_length);
    if (task.lun != 0 && !world.drive_of(task.lun))
        return refused(says::unsupported_lun);
    return answer_vital_product_data(world, task.lun, *command);
}

Response answer_mode_sense(const World& world, const Task& task) {
    constexpr std::uint8_t changeable = 1;
    constexpr std::uint8_t saved = 3;
    const auto command = scsi::decode_mode_sense(task.cdb);
    if (!command || (command->disable_block_descriptors && world.unkind().dbd_refused))
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

Response answer_log_sense(World& world, const Task& task) {
    constexpr std::array<std::uint8_t, 2> pages{0x00, scsi::tape_alert::log_page};
    const auto command = scsi::decode_log_sense(task.cdb);
    if (!command || command->subpage != 0)
        return refused(says::invalid_field_in_cdb);
    if (command->page == 0)
        return with_data(scsi::encode_supported_log_pages(pages), command->allocation_length);
    if (command->page != scsi::tape_alert::log_page)
        return refused(says::invalid_field_in_cdb);
    auto& alerts = world.nexuses.find(task.nexus)->alerts[task.lun];
    auto data = scsi::encode_tape_alert(alerts);
    if (command->allocation_length >= data.size()) // part of the page clears nothing
        alerts.reset();
    return with_data(std::move(data), command->allocation_length);
}

} // namespace changer::sim
