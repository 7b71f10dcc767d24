// SPDX-License-Identifier: Apache-2.0
#include "device/physical_serial.hpp"

#include <algorithm>
#include <string_view>

namespace changer {
namespace {

constexpr std::string_view logical_library = "_LL";
constexpr std::size_t ibm_3584_serial = 12;
constexpr std::size_t ibm_3584_address = 4;

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool all_hex(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_hex_digit);
}

/// TS3500 and TS4500 say they are 03584L22, 03584L32, ...
bool is_ibm_3584(const Identity& identity) {
    return identity.vendor == "IBM" && identity.product.starts_with("03584");
}

} // namespace

std::string physical_serial(const Identity& identity) {
    const std::string_view serial = identity.serial;
    const auto suffix = serial.rfind(logical_library);
    if (suffix != serial.npos && suffix > 0 &&
        all_hex(serial.substr(suffix + logical_library.size())))
        return std::string(serial.substr(0, suffix));
    if (is_ibm_3584(identity) && serial.size() == ibm_3584_serial + ibm_3584_address &&
        all_hex(serial.substr(ibm_3584_serial)))
        return std::string(serial.substr(0, ibm_3584_serial));
    return std::string(serial);
}

} // namespace changer
