// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "device/scripted_device.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/spc/mode_sense.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::test {

using scsi::ElementAddress;
using scsi::ElementStatus;
using scsi::ElementType;

/// One arm at 0, 3 slots at 1000h, 1 mail slot at 10h, 1 drive at 100h.
inline scsi::ElementAddressAssignment small_library() {
    return {.transport = {ElementAddress{0}, 1},
            .storage = {ElementAddress{0x1000}, 3},
            .import_export = {ElementAddress{0x10}, 1},
            .data_transfer = {ElementAddress{0x100}, 1}};
}

inline Reply mode_reply(const scsi::ModePage& page) {
    return {.data = scsi::encode_mode_data({.pages = {page}}, scsi::ModeSenseForm::six)};
}

inline void expect_geometry(ScriptedTransport& transport,
                            const scsi::ElementAddressAssignment& geometry = small_library()) {
    transport.expect("1a081d00ff00", mode_reply(scsi::encode_mode_page(geometry)));
}

/// Scripts the one question, before the first motion, how long motions may take.
inline void expect_no_timeouts(ScriptedTransport& transport) {
    transport.expect("a30c80000000000020000000", check_condition({0x5, 0x20, 0x00}));
}

inline Changer open_changer(ScriptedTransport& transport,
                            Clock& clock,
                            const scsi::ElementAddressAssignment& geometry = small_library(),
                            const scsi::InquiryData& inquiry = some_changer()) {
    expect_identity(transport, inquiry);
    expect_geometry(transport, geometry);
    auto changer = Changer::open(transport, clock, Quirks::builtin());
    REQUIRE(changer);
    return *std::move(changer);
}

/// An element; full with a barcode, empty without.
inline ElementStatus
element(ElementType type, unsigned address, std::optional<std::string> barcode = std::nullopt) {
    const bool full = barcode.has_value();
    return {.type = type,
            .address = static_cast<ElementAddress>(address),
            .full = full,
            .volume_tag = barcode.value_or("")};
}

inline ElementStatus slot(unsigned address, std::optional<std::string> barcode = std::nullopt) {
    return element(ElementType::storage, address, std::move(barcode));
}

inline ElementStatus drive(unsigned address, std::optional<std::string> barcode = std::nullopt) {
    return element(ElementType::data_transfer, address, std::move(barcode));
}

inline ElementStatus mail(unsigned address, std::optional<std::string> barcode = std::nullopt) {
    return element(ElementType::import_export, address, std::move(barcode));
}

inline ElementStatus arm(unsigned address, std::optional<std::string> barcode = std::nullopt) {
    return element(ElementType::transport, address, std::move(barcode));
}

/// Element status data of elements that are all of one type.
inline Bytes status_bytes(std::vector<ElementStatus> elements, bool tags = true) {
    scsi::ElementStatusPage page{.primary_volume_tags = tags};
    if (elements.empty())
        return scsi::encode_element_status({});
    page.type = elements.front().type;
    page.elements = std::move(elements);
    return scsi::encode_element_status(std::array{page});
}

inline Reply status(std::vector<ElementStatus> elements, bool tags = true) {
    return {.data = status_bytes(std::move(elements), tags)};
}

/// READ ELEMENT STATUS as a changer is asked that has refused nothing: tags and current data.
inline scsi::Cdb read_cdb(ElementType type, unsigned start, std::uint16_t count) {
    return encode(scsi::ReadElementStatus{.type = type,
                                          .start = static_cast<ElementAddress>(start),
                                          .count = count,
                                          .volume_tags = true,
                                          .current_data = true,
                                          .allocation_length = 16u + count * 104u});
}

inline scsi::Cdb identifiers_cdb(unsigned start, std::uint16_t count) {
    return encode(scsi::ReadElementStatus{.type = ElementType::data_transfer,
                                          .start = static_cast<ElementAddress>(start),
                                          .count = count,
                                          .current_data = true,
                                          .device_identifiers = true,
                                          .allocation_length = 16u + count * 104u});
}

inline std::vector<std::string> barcodes(const std::vector<ElementStatus>& elements) {
    std::vector<std::string> found;
    for (const ElementStatus& element : elements)
        if (element.full)
            found.push_back(element.volume_tag.value_or("(none)"));
    return found;
}

} // namespace changer::test
