// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/persistent_reserve_out.hpp"

#include <utility>

namespace changer::scsi {
namespace {

/// The additional parameter data of SPEC_I_PT: a length, then TransportIDs.
std::vector<TransportId> take_initiators(ByteReader& in) {
    std::vector<TransportId> initiators;
    ByteReader list(in.bytes(in.be(4)));
    while (list.remaining() > 0 && !list.faulted())
        initiators.push_back(take_transport_id(list));
    if (list.faulted())
        in.bytes(in.remaining() + 1); // cut short is cut short, in whichever list
    return initiators;
}

} // namespace

Result<PersistentReserveParameters>
decode_persistent_reserve_parameters(std::span<const std::byte> received) {
    ByteReader in(received);
    PersistentReserveParameters parameters;
    parameters.key = ReservationKey(in.be64());
    parameters.service_action_key = ReservationKey(in.be64());
    in.be(4); // obsolete
    const auto flags = in.be(1);
    parameters.all_target_ports = (flags & 0x04) != 0;
    parameters.persist_through_power_loss = (flags & 0x01) != 0;
    in.be(3);                // reserved, obsolete
    if ((flags & 0x08) != 0) // SPEC_I_PT
        parameters.initiators = take_initiators(in);
    return in.finish(std::move(parameters), "persistent reserve out parameter list");
}

Bytes encode_persistent_reserve_parameters(const PersistentReserveParameters& parameters) {
    ByteWriter out;
    out.be(static_cast<std::uint64_t>(parameters.key), 8)
        .be(static_cast<std::uint64_t>(parameters.service_action_key), 8)
        .zeros(4)
        .be((parameters.initiators ? 0x08u : 0u) | (parameters.all_target_ports ? 0x04u : 0u) |
                (parameters.persist_through_power_loss ? 0x01u : 0u),
            1)
        .zeros(3);
    if (!parameters.initiators)
        return std::move(out).take();
    const auto at = out.size();
    out.zeros(4);
    for (const auto& initiator : *parameters.initiators)
        out.bytes(initiator.value);
    out.patch(at, out.size() - at - 4, 4);
    return std::move(out).take();
}

} // namespace changer::scsi
