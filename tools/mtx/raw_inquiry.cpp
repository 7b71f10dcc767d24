// SPDX-License-Identifier: Apache-2.0
#include "mtx/raw_inquiry.hpp"

#include "device/recovery.hpp"
#include "device/timeouts.hpp"
#include "scsi/spc/inquiry.hpp"

#include <algorithm>
#include <utility>

namespace changer::mtx {

Result<Bytes> read_raw_inquiry(Transport& transport, Clock& clock) {
    constexpr std::uint16_t length = 56; // up to the byte that tells of a barcode reader
    Attempts attempts;
    for (;;) {
        Bytes data(length);
        Answer answer{transport.execute({.cdb = encode(scsi::Inquiry{.allocation_length = length}),
                                         .data_in = data,
                                         .timeout = timeout_row(CommandClass::identify).usual})};
        if (answer.completion && answer.completion->status == scsi::Status::check_condition)
            if (auto sense = scsi::decode_sense(answer.completion->sense))
                answer.sense = *std::move(sense);
        constexpr auto family = scsi::VendorFamily::generic;
        if (situation_of(answer, family) == Situation::good) {
            data.resize(std::min(data.size(), answer.completion->transferred));
            return data;
        }
        const Recovery next = recover(answer, attempts, family);
        if (!next.repeat)
            return error_of(answer, family);
        clock.sleep_for(next.pause);
    }
}

} // namespace changer::mtx
