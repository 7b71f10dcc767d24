// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/smc/device_capabilities.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/transport_geometry.hpp"
#include "scsi/spc/mode_sense.hpp"

using namespace changer;
using namespace changer::scsi;

namespace {

void check_page(const ModePage& page) {
    if (const auto geometry = decode_element_address_assignment(page))
        fuzz::require(*decode_element_address_assignment(encode_mode_page(*geometry)) == *geometry);
    if (const auto can = decode_device_capabilities(page))
        fuzz::require(*decode_device_capabilities(encode_mode_page(*can)) == *can);
    if (const auto more = decode_extended_device_capabilities(page))
        fuzz::require(*decode_extended_device_capabilities(encode_mode_page(*more)) == *more);
    if (const auto arms = decode_transport_geometry(page); arms && arms->arms.size() <= 127)
        fuzz::require(*decode_transport_geometry(encode_mode_page(*arms)) == *arms);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const auto form : {ModeSenseForm::six, ModeSenseForm::ten}) {
        const auto mode = decode_mode_data(fuzz::input(data, size), form);
        if (!mode)
            continue;
        std::size_t total = mode->block_descriptors.size();
        for (const auto& page : mode->pages) {
            total += page.content.size();
            check_page(page);
        }
        fuzz::require(total <= size);
    }
    return 0;
}
