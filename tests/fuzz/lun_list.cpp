// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/spc/report_luns.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const auto luns = decode_lun_list(fuzz::input(data, size))) {
        fuzz::require(luns->size() <= size / 8);
        fuzz::require(*decode_lun_list(encode_lun_list(*luns)) == *luns);
    }
    return 0;
}
