// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace changer {

/// What a caller can do about an outcome. One table (code.cpp) gives each its name, HTTP status,
/// exit code and the Removable Storage Manager name; nothing else in the project numbers errors.
enum class Code : std::uint8_t {
    ok,
    // outcomes of devices and jobs: exit 1, told inside the job
    failed,
    transport_failed,     ///< the command's fate is unknown
    command_timeout,      ///< no answer in time: the command's fate is unknown
    device_refused,       ///< the device answered, and not with GOOD
    malformed_response,   ///< the device answered GOOD with bytes that do not decode
    reservation_conflict, ///< another host holds a reservation
    device_busy,          ///< BUSY or TASK SET FULL: nothing was done, try again
    wrong_device_type,    ///< the URL names something that is not a media changer
    door_not_opened,
    request_refused, ///< the operator answered "refuse"
    source_empty,
    destination_full,
    wrong_cartridge, ///< the element holds another cartridge than the one asked for
    medium_not_accessible,
    drive_in_use,
    cartridge_in_arm,
    move_unknown, ///< after a lost answer: the elements do not tell whether the move happened
    library_full,
    mail_slot_full,
    unexpected_label,
    // what the request got wrong
    invalid_parameter,
    usage,
    malformed_document, ///< a file or a body that is not what its schema says
    unreachable,        ///< the daemon does not answer
    access_denied,
    busy,
    configured, ///< the setting is fixed by the configuration file
    door_open,
    wait_timeout,
    not_found,
    library_offline,
    resource_disabled,
    resource_not_present,
    database_failure,
    database_full,
    not_enough_memory,
    device_not_available,
    cancelled,
    stopped,
    interrupted,
    invalid_handle,
};

/// One row of the table.
struct CodeInfo {
    Code code = Code::ok;
    std::string_view name;     ///< as in JSON: the enumerator's own spelling
    int http = 500;            ///< status of a refused request
    int exit = 1;              ///< exit code of changerctl
    std::string_view rsm_name; ///< ERROR_... of the Removable Storage Manager calls
};

/// Returns the row of `code`; every enumerator has one.
const CodeInfo& info(Code code);

/// Returns the enumerator's spelling, the `code` of problem documents and job errors.
std::string_view name(Code code);

/// Finds a code by its name; none if no row has it.
std::optional<Code> code_from_name(std::string_view name);

} // namespace changer
