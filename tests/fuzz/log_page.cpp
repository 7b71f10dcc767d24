// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/smc/tape_alert.hpp"
#include "scsi/spc/log_sense.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    if (const auto pages = decode_supported_log_pages(bytes))
        fuzz::require(pages->size() + 4 <= size);
    if (auto page = decode_log_page(bytes)) {
        page->cut = false;
        fuzz::require(*decode_log_page(encode_log_page(*page)) == *page);
    }
    if (const auto flags = decode_tape_alert(bytes))
        fuzz::require(*decode_tape_alert(encode_tape_alert(*flags)) == *flags);
    return 0;
}
