// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/transport_id.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t common_length = 24; // of every protocol but iSCSI
constexpr std::size_t header_length = 4;  // iSCSI's

std::span<const std::byte> part(const TransportId& id, std::size_t at, std::size_t length) {
    return id.value.size() < at + length ? std::span<const std::byte>()
                                         : std::span(id.value).subspan(at, length);
}

std::string with_colons(std::span<const std::byte> name) {
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i)
        text += (i == 0 ? "" : ":") + to_hex(name.subspan(i, 1));
    return text;
}

/// The name up to its end; a host's name is shown to people, so that nothing but what SPC-4 allows
/// in it gets through.
std::string iscsi_text(const TransportId& id) {
    std::string text;
    for (const std::byte b : std::span(id.value).subspan(header_length)) {
        const auto c = static_cast<char>(b);
        if (c == '\0')
            break;
        text += c > ' ' && c <= '~' ? c : '?';
    }
    return text;
}

/// SPC-4: format 01b has the session's identifier behind the name.
std::string describe_iscsi(const TransportId& id) {
    constexpr std::string_view separator = ",i,0x";
    const auto text = iscsi_text(id);
    const auto at = text.rfind(separator);
    if (at == text.npos)
        return "iscsi " + text;
    return fmt::format(
        "iscsi {} (isid {})", text.substr(0, at), text.substr(at + separator.size()));
}

TransportId common_id(TransportId::Protocol protocol, std::size_t at, std::uint64_t name) {
    ByteWriter out;
    out.be(static_cast<std::uint8_t>(protocol), 1).zeros(common_length - 1).patch(at, name, 8);
    return {std::move(out).take()};
}

} // namespace

TransportId::Protocol TransportId::protocol() const {
    return value.empty() ? Protocol::fibre_channel
                         : Protocol(std::to_integer<std::uint8_t>(value.front()) & 0x0F);
}

TransportId take_transport_id(ByteReader& in) {
    auto ahead = in;
    const auto protocol = TransportId::Protocol(ahead.be(1) & 0x0F);
    ahead.be(1);
    const auto length =
        protocol == TransportId::Protocol::iscsi ? header_length + ahead.be(2) : common_length;
    const auto value = in.bytes(length);
    return {Bytes(value.begin(), value.end())};
}

std::string describe(const TransportId& id) {
    if (id.value.empty())
        return "unknown";
    const auto port_name = part(id, 8, 8);
    const auto sas_address = part(id, 4, 8);
    if (id.protocol() == TransportId::Protocol::fibre_channel && !port_name.empty())
        return "fc " + with_colons(port_name);
    if (id.protocol() == TransportId::Protocol::sas && !sas_address.empty())
        return "sas " + to_hex(sas_address);
    if (id.protocol() == TransportId::Protocol::iscsi && id.value.size() > header_length)
        return describe_iscsi(id);
    return fmt::format("protocol {} {}", static_cast<unsigned>(id.protocol()), to_hex(id.value));
}

TransportId fibre_channel_id(std::uint64_t port_name) {
    return common_id(TransportId::Protocol::fibre_channel, 8, port_name);
}

TransportId sas_id(std::uint64_t address) {
    return common_id(TransportId::Protocol::sas, 4, address);
}

TransportId iscsi_id(std::string_view name, std::optional<std::uint64_t> isid) {
    constexpr std::size_t shortest = 20; // SPC-4; and a multiple of 4, one NUL at least
    auto text = std::string(name);
    if (isid)
        text += fmt::format(",i,0x{:012x}", *isid & 0xFFFFFFFFFFFFu);
    const auto length = std::max(shortest, (text.size() + 4) / 4 * 4);
    ByteWriter out;
    out.be((isid ? 0x40u : 0u) | static_cast<std::uint8_t>(TransportId::Protocol::iscsi), 1)
        .zeros(1)
        .be(length, 2)
        .text(text, length, '\0');
    return {std::move(out).take()};
}

} // namespace changer::scsi
