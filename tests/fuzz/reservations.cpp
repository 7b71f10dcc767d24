// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/spc/persistent_reserve_in.hpp"
#include "scsi/spc/persistent_reserve_out.hpp"
#include "scsi/spc/reserve_release.hpp"

#include <algorithm>

using namespace changer;
using namespace changer::scsi;

namespace {

/// A name goes to a terminal: it is short, and nothing in it moves the cursor.
void check_name(const TransportId& id) {
    const auto name = describe(id);
    fuzz::require(!name.empty() && name.size() <= 40 + 2 * id.value.size());
    fuzz::require(
        std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; }));
}

void check_in(std::span<const std::byte> bytes) {
    if (auto keys = decode_registered_keys(bytes)) {
        keys->cut = false;
        fuzz::require(*decode_registered_keys(encode_registered_keys(*keys)) == *keys);
    }
    if (const auto current = decode_current_reservation(bytes))
        fuzz::require(*decode_current_reservation(encode_current_reservation(*current)) ==
                      *current);
    if (const auto can = decode_reservation_capabilities(bytes))
        fuzz::require(*decode_reservation_capabilities(encode_reservation_capabilities(*can)) ==
                      *can);
    if (auto status = decode_registration_status(bytes)) {
        status->cut = false;
        fuzz::require(*decode_registration_status(encode_registration_status(*status)) == *status);
        for (const auto& registration : status->registrations)
            check_name(registration.initiator);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    check_in(bytes);
    if (const auto out = decode_persistent_reserve_parameters(bytes)) {
        const auto encoded = encode_persistent_reserve_parameters(*out);
        fuzz::require(*decode_persistent_reserve_parameters(encoded) == *out);
    }
    if (const auto ranges = decode_element_list(bytes))
        fuzz::require(*decode_element_list(encode_element_list(*ranges)) == *ranges);
    return 0;
}
