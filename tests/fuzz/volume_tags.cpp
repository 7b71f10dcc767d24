// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    if (const auto wanted = decode_volume_tag_template(bytes)) {
        fuzz::require(*decode_volume_tag_template(encode_volume_tag_template(*wanted)) == *wanted);
        const std::string tag(data, data + size);
        static_cast<void>(matches(*wanted, tag));
        fuzz::require(matches({.volume_identifier = "*"}, tag));
    }
    const auto plain = decode_element_status(bytes);
    const auto found = decode_volume_element_addresses(bytes);
    fuzz::require(bool(plain) == bool(found));
    if (found)
        fuzz::require(found->report == *plain);
    return 0;
}
