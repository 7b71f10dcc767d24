// SPDX-License-Identifier: Apache-2.0
#include "device/identity.hpp"

#include "device/device.hpp"
#include "scsi/spc/inquiry.hpp"
#include "scsi/spc/vpd.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace changer {
namespace {

Result<Bytes> inquire(Device& device, std::optional<std::uint8_t> page, std::uint16_t length) {
    return device.query(
        {encode(scsi::Inquiry{page, length}), length, device.timeout(CommandClass::identify)});
}

/// What mtx has always asked for: up to the byte that tells of a barcode reader.
constexpr std::uint16_t lean_inquiry = 56;

/// Some old devices answer nothing but the 36 bytes of SCSI-2: ask for those first, for the rest
/// when the device says that there is more.
Result<scsi::InquiryData> read_inquiry(Device& device, Opening opening) {
    auto data = inquire(device, std::nullopt, opening == Opening::lean ? lean_inquiry : 36);
    if (!data)
        return std::move(data).error();
    if (opening == Opening::lean)
        return scsi::decode_inquiry_data(*data);
    const std::size_t whole =
        data->size() > 4 ? std::to_integer<std::size_t>((*data)[4]) + 5 : data->size();
    if (whole > 36)
        if (auto longer = inquire(
                device, std::nullopt, static_cast<std::uint16_t>(std::min<std::size_t>(whole, 96)));
            longer && longer->size() >= data->size())
            data = std::move(longer);
    return scsi::decode_inquiry_data(*data);
}

std::string designator_text(const scsi::Designator& designator) {
    if (designator.code_set == scsi::Designator::CodeSet::binary)
        return to_hex(designator.value);
    std::string text;
    for (const std::byte b : designator.value)
        text += static_cast<char>(b);
    return std::string(trim_padding(text));
}

/// The name of the logical unit that no other device has: vendor's text before a number.
std::string best_designator(const std::vector<scsi::Designator>& designators) {
    using Type = scsi::Designator::Type;
    for (const Type wanted : {Type::t10_vendor_id, Type::naa, Type::eui_64, Type::scsi_name})
        for (const scsi::Designator& designator : designators)
            if (designator.type == wanted &&
                designator.association == scsi::Designator::Association::logical_unit)
                return designator_text(designator);
    return {};
}

std::string type_text(scsi::DeviceType type) {
    switch (type) {
    case scsi::DeviceType::tape:
        return "a tape drive";
    case scsi::DeviceType::changer:
        return "a media changer";
    default:
        return fmt::format("a device of type {:02X}h", static_cast<unsigned>(type));
    }
}

Error wrong_type(const Identity& identity, scsi::DeviceType expected) {
    if (expected != scsi::DeviceType::changer)
        return {Code::wrong_device_type,
                fmt::format("{} {} is {}, not {}: `changerctl discover` lists what there is",
                            identity.vendor,
                            identity.product,
                            type_text(identity.type),
                            type_text(expected))};
    return {
        Code::wrong_device_type,
        fmt::format("{} {} is {}, not a media changer: name the changer's own device; it is often "
                    "the next logical unit of the same target, and `changerctl discover` lists it",
                    identity.vendor,
                    identity.product,
                    type_text(identity.type))};
}

/// Adds what the device's VPD pages say; only pages that it lists are asked for.
Result<Identity> with_vital_data(Device& device, Identity identity) {
    const auto listed = inquire(device, scsi::vpd_page::supported_pages, 255);
    if (!listed) // a device without VPD pages is legal; a device that went away is not
        return listed.error().code == Code::device_refused ? Result<Identity>(identity)
                                                           : listed.error();
    if (auto decoded = scsi::decode_supported_vpd_pages(*listed))
        identity.vital_pages = *std::move(decoded);
    const auto has = [pages = identity.vital_pages](std::uint8_t page) {
        return std::find(pages.begin(), pages.end(), page) != pages.end();
    };
    if (has(scsi::vpd_page::unit_serial_number))
        if (const auto data = inquire(device, scsi::vpd_page::unit_serial_number, 255))
            if (auto serial = scsi::decode_unit_serial_number(*data))
                identity.serial = *std::move(serial);
    if (has(scsi::vpd_page::device_identification))
        if (const auto data = inquire(device, scsi::vpd_page::device_identification, 1024))
            if (const auto designators = scsi::decode_device_identification(*data))
                identity.designator = best_designator(*designators);
    return identity;
}

} // namespace

Result<Identity> read_identity(Device& device, scsi::DeviceType expected, Opening opening) {
    auto inquiry = read_inquiry(device, opening);
    if (!inquiry)
        return std::move(inquiry).error().in("identify");
    Identity identity{.type = inquiry->type,
                      .vendor = inquiry->vendor,
                      .product = inquiry->product,
                      .revision = inquiry->revision,
                      .barcode_reader = inquiry->bar_code_reader.value_or(false)};
    if (!inquiry->connected)
        return Error{Code::device_not_available, "no device answers at this logical unit"};
    if (identity.type != expected)
        return wrong_type(identity, expected);
    return opening == Opening::lean ? Result<Identity>(identity)
                                    : with_vital_data(device, std::move(identity));
}

} // namespace changer
