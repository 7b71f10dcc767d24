// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace changer::scsi {

/// Which initiator port: how persistent reservations name the hosts that hold them.
/// Source:  SPC-4, TransportID
struct TransportId {
    enum class Protocol : std::uint8_t {
        fibre_channel = 0x0,
        parallel_scsi = 0x1,
        srp = 0x4,
        iscsi = 0x5,
        sas = 0x6,
    };

    Bytes value; ///< whole, byte 0 included

    /// Any 4-bit value; fibre channel for an empty one.
    Protocol protocol() const;

    bool operator==(const TransportId&) const = default;
};

/// Takes one TransportID off `in`; `in` faults if it is cut short.
///
/// Notes:   24 bytes, iSCSI's has a length of its own
TransportId take_transport_id(ByteReader& in);

/// Names the port as an administrator knows it: "fc 21:00:00:24:ff:4a:11:02",
/// "iscsi iqn.2004-10.org.example:host (isid 00023d000001)", "sas 500605b00a0b0c0d"; other
/// protocols, and what does not fit its own, as bytes in hexadecimal.
std::string describe(const TransportId& id);

TransportId fibre_channel_id(std::uint64_t port_name);
TransportId sas_id(std::uint64_t address);

/// Encodes an iSCSI name, with the session's identifier (48 bits) where it names a port.
TransportId iscsi_id(std::string_view name, std::optional<std::uint64_t> isid = std::nullopt);

} // namespace changer::scsi
