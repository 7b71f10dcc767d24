// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/pdu.hpp"

#include <algorithm>
#include <utility>

namespace changer::sim::iscsi {
namespace {

constexpr std::size_t padded(std::size_t length) {
    return (length + 3) / 4 * 4;
}

} // namespace

Pdu& Pdu::put(std::size_t at, std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
        header.at(at + i) = static_cast<std::byte>(value >> 8 * (width - 1 - i) & 0xFF);
    return *this;
}

std::uint64_t Pdu::get(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value << 8 | std::to_integer<std::uint64_t>(header.at(at + i));
    return value;
}

Bytes encode(Pdu pdu) {
    pdu.put(5, pdu.data.size(), 3);
    Bytes bytes(pdu.header.begin(), pdu.header.end());
    bytes.insert(bytes.end(), pdu.data.begin(), pdu.data.end());
    bytes.resize(padded(bytes.size()));
    return bytes;
}

void PduStream::feed(std::span<const std::byte> bytes) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

std::optional<Pdu> PduStream::next() {
    if (broken_ || pending_.size() < Pdu::header_length)
        return std::nullopt;
    Pdu pdu;
    std::copy_n(pending_.begin(), Pdu::header_length, pdu.header.begin());
    const auto additional = static_cast<std::size_t>(pdu.get(4, 1)) * 4;
    const auto length = static_cast<std::size_t>(pdu.get(5, 3));
    broken_ = length > longest_data;
    const auto begin = Pdu::header_length + additional;
    const auto whole = begin + padded(length);
    if (broken_ || pending_.size() < whole)
        return std::nullopt;
    const auto at = [&](std::size_t offset) {
        return pending_.begin() + static_cast<std::ptrdiff_t>(offset);
    };
    pdu.data.assign(at(begin), at(begin + length));
    pending_.erase(pending_.begin(), at(whole));
    return pdu;
}

} // namespace changer::sim::iscsi
