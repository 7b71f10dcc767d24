// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace changer {

/// How we present ourselves to an iSCSI target.
struct IscsiOptions {
    std::string initiator_name = {}; ///< empty: made from the machine's id
    /// Tells sessions of one machine to one device apart; empty: the program's name. A login with
    /// the name and owner of a living session ends that one (RFC 7143 6.3.5, reinstatement).
    std::string session_owner = {};
    std::string chap_user = {};
    std::string chap_secret_file = {}; ///< its first line is the secret; see read_chap_secret
    std::chrono::milliseconds login_timeout = std::chrono::seconds{10};
};

/// The part of an initiator's session identifier that we choose. A fixed one makes a login after a
/// lost connection replace the dead session, so that the target lets go of its locks at once.
///
/// Source:  RFC 7143 11.12.5, type 10b (random)
struct IscsiSessionId {
    std::uint32_t random = 0;    ///< 24 bits
    std::uint16_t qualifier = 0; ///< 16 bits

    bool operator==(const IscsiSessionId&) const = default;
};

/// Derives the session identifier of one program for one device: always the same.
IscsiSessionId session_id(std::string_view owner, std::string_view device);

/// Makes an initiator name of a machine id (32 hexadecimal digits, /etc/machine-id). The id itself
/// is not in it: machine-id(5) wants it kept from the network.
std::string initiator_name(std::string_view machine_id);

/// Returns `options` with the empty names filled in from this machine and this program.
///
/// Errors: invalid_parameter — no machine id and no name configured, or no iqn./eui./naa. name
Result<IscsiOptions> completed(IscsiOptions options);

/// Reads the CHAP secret: the first line of a file that only its owner (us or root) can read.
///
/// Errors: invalid_parameter — no such file, others may read it, or no secret of 1 to 255 bytes
Result<std::string> read_chap_secret(const std::string& path);

} // namespace changer
