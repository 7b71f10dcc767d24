// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/inquiry.hpp"

#include "fuzz/fuzz.hpp"
#include "scsi/sense_table.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
#include "scsi/spc/vpd.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    if (const auto standard = decode_inquiry_data(bytes)) {
        static_cast<void>(vendor_family(*standard));
        const auto again = decode_inquiry_data(encode_inquiry_data(*standard));
        fuzz::require(again && again->vendor == standard->vendor);
    }
    if (const auto pages = decode_supported_vpd_pages(bytes))
        fuzz::require(pages->size() + 4 <= size);
    if (const auto serial = decode_unit_serial_number(bytes))
        fuzz::require(serial->size() + 4 <= size);
    if (const auto designators = decode_device_identification(bytes)) {
        const auto encoded = encode_device_identification(DeviceType::changer, *designators);
        fuzz::require(*decode_device_identification(encoded) == *designators);
    }
    if (const auto timeouts = decode_vendor_timeouts(bytes)) {
        const auto encoded = encode_vendor_timeouts(DeviceType::changer, *timeouts);
        fuzz::require(*decode_vendor_timeouts(encoded) == *timeouts);
    }
    return 0;
}
