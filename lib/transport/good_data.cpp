// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/sense.hpp"
#include "support/text.hpp"
#include "transport/transport.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer {
namespace {

Error check_condition(const Completion& completion) {
    Error error{Code::device_refused, "command refused"};
    if (completion.sense.empty())
        error.what += " without sense data";
    error.sense_raw = to_hex(completion.sense);
    if (const auto decoded = scsi::decode_sense(completion.sense))
        error.sense = decoded->sense;
    return error;
}

} // namespace

Result<std::span<const std::byte>> good_data(const Request& request, const Completion& completion) {
    switch (completion.status) {
    case scsi::Status::good: {
        const auto valid = std::min(completion.transferred, request.data_in.size());
        return std::span<const std::byte>(request.data_in.first(valid));
    }
    case scsi::Status::check_condition:
        return check_condition(completion);
    case scsi::Status::busy:
        return Error{Code::device_busy, "device busy"};
    case scsi::Status::task_set_full:
        return Error{Code::device_busy, "device busy, its task set is full"};
    case scsi::Status::reservation_conflict:
        return Error{Code::reservation_conflict, "reserved by another host"};
    case scsi::Status::task_aborted:
        return Error{Code::device_refused, "command aborted by another host"};
    }
    return Error{
        Code::device_refused,
        fmt::format("command refused, status {:02X}h", static_cast<unsigned>(completion.status))};
}

} // namespace changer
