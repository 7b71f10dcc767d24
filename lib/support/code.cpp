// SPDX-License-Identifier: Apache-2.0
#include "support/code.hpp"

#include <array>
#include <cstddef>

namespace changer {
namespace {

constexpr std::array code_table{
    CodeInfo{Code::ok, "ok", 200, 0, "ERROR_SUCCESS"},
    CodeInfo{Code::failed, "failed", 500, 1, "ERROR_GEN_FAILURE"},
    CodeInfo{Code::transport_failed, "transport_failed", 502, 1, "ERROR_IO_DEVICE"},
    CodeInfo{Code::command_timeout, "command_timeout", 504, 1, "ERROR_TIMEOUT"},
    CodeInfo{Code::device_refused, "device_refused", 502, 1, "ERROR_IO_DEVICE"},
    CodeInfo{Code::malformed_response, "malformed_response", 502, 1, "ERROR_IO_DEVICE"},
    CodeInfo{Code::reservation_conflict, "reservation_conflict", 409, 1, "ERROR_BUSY"},
    CodeInfo{Code::device_busy, "device_busy", 409, 1, "ERROR_BUSY"},
    CodeInfo{Code::wrong_device_type, "wrong_device_type", 409, 1, "ERROR_INVALID_LIBRARY"},
    CodeInfo{Code::door_not_opened, "door_not_opened", 409, 1, "ERROR_TIMEOUT"},
    CodeInfo{Code::request_refused, "request_refused", 409, 1, "ERROR_REQUEST_REFUSED"},
    CodeInfo{Code::source_empty, "source_empty", 409, 1, "ERROR_EMPTY"},
    CodeInfo{Code::destination_full, "destination_full", 409, 1, "ERROR_NOT_EMPTY"},
    CodeInfo{Code::wrong_cartridge, "wrong_cartridge", 409, 1, "ERROR_MEDIA_NOT_AVAILABLE"},
    CodeInfo{Code::medium_not_accessible,
             "medium_not_accessible",
             409,
             1,
             "ERROR_MEDIUM_NOT_ACCESSIBLE"},
    CodeInfo{Code::drive_in_use, "drive_in_use", 409, 1, "ERROR_BUSY"},
    CodeInfo{Code::cartridge_in_arm, "cartridge_in_arm", 409, 1, "ERROR_TRANSPORT_FULL"},
    CodeInfo{Code::move_unknown, "move_unknown", 409, 1, "ERROR_GEN_FAILURE"},
    CodeInfo{Code::library_full, "library_full", 409, 1, "ERROR_LIBRARY_FULL"},
    CodeInfo{Code::mail_slot_full, "mail_slot_full", 409, 1, "ERROR_IEPORT_FULL"},
    CodeInfo{Code::unexpected_label, "unexpected_label", 409, 1, "ERROR_UNEXPECTED_OMID"},
    CodeInfo{Code::invalid_parameter, "invalid_parameter", 400, 2, "ERROR_INVALID_PARAMETER"},
    CodeInfo{Code::usage, "usage", 400, 2, "ERROR_INVALID_PARAMETER"},
    CodeInfo{Code::malformed_document, "malformed_document", 400, 2, "ERROR_INVALID_PARAMETER"},
    CodeInfo{Code::unreachable, "unreachable", 503, 3, "ERROR_NOT_CONNECTED"},
    CodeInfo{Code::access_denied, "access_denied", 403, 4, "ERROR_ACCESS_DENIED"},
    CodeInfo{Code::busy, "busy", 409, 5, "ERROR_BUSY"},
    CodeInfo{Code::configured, "configured", 409, 5, "ERROR_BUSY"},
    CodeInfo{Code::door_open, "door_open", 409, 5, "ERROR_BUSY"},
    CodeInfo{Code::wait_timeout, "wait_timeout", 504, 6, "ERROR_TIMEOUT"},
    CodeInfo{Code::not_found, "not_found", 404, 7, "ERROR_OBJECT_NOT_FOUND"},
    CodeInfo{Code::library_offline, "library_offline", 409, 8, "ERROR_LIBRARY_OFFLINE"},
    CodeInfo{Code::resource_disabled, "resource_disabled", 409, 9, "ERROR_RESOURCE_DISABLED"},
    CodeInfo{
        Code::resource_not_present, "resource_not_present", 409, 10, "ERROR_RESOURCE_NOT_PRESENT"},
    CodeInfo{Code::database_failure, "database_failure", 500, 11, "ERROR_DATABASE_FAILURE"},
    CodeInfo{Code::database_full, "database_full", 507, 12, "ERROR_DATABASE_FULL"},
    CodeInfo{Code::not_enough_memory, "not_enough_memory", 503, 13, "ERROR_NOT_ENOUGH_MEMORY"},
    CodeInfo{
        Code::device_not_available, "device_not_available", 409, 14, "ERROR_DEVICE_NOT_AVAILABLE"},
    CodeInfo{Code::cancelled, "cancelled", 409, 15, "ERROR_CANCELLED"},
    CodeInfo{Code::stopped, "stopped", 409, 16, "ERROR_CANCELLED"},
    CodeInfo{Code::interrupted, "interrupted", 409, 17, "ERROR_CANCELLED"},
    CodeInfo{Code::invalid_handle, "invalid_handle", 400, 2, "ERROR_INVALID_HANDLE"},
};

consteval bool in_enumerator_order() {
    for (std::size_t i = 0; i < code_table.size(); ++i)
        if (static_cast<std::size_t>(code_table[i].code) != i)
            return false;
    return code_table.size() == static_cast<std::size_t>(Code::invalid_handle) + 1;
}

static_assert(in_enumerator_order(), "code_table has one row for each Code, in order");

} // namespace

const CodeInfo& info(Code code) {
    return code_table[static_cast<std::size_t>(code)];
}

std::string_view name(Code code) {
    return info(code).name;
}

std::optional<Code> code_from_name(std::string_view name) {
    for (const CodeInfo& row : code_table)
        if (row.name == name)
            return row.code;
    return std::nullopt;
}

} // namespace changer
