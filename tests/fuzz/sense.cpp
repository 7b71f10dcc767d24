// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/sense.hpp"

#include "fuzz/fuzz.hpp"
#include "scsi/sense_table.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto sense = decode_sense(fuzz::input(data, size));
    if (!sense)
        return 0;
    for (int family = 0; family <= static_cast<int>(VendorFamily::mhvtl); ++family)
        fuzz::require(!describe(sense->sense, static_cast<VendorFamily>(family)).empty());
    const auto fixed = decode_sense(encode_sense_fixed(*sense));
    fuzz::require(fixed && fixed->sense == sense->sense && fixed->text == sense->text);
    sense->text.clear(); // descriptor format has no place for it
    fuzz::require(*decode_sense(encode_sense_descriptor(*sense)) == *sense);
    return 0;
}
