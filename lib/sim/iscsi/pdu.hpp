// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace changer::sim::iscsi {

/// Source:  RFC 7143 11.2.1.2, operation codes without the immediate bit
enum class Opcode : std::uint8_t {
    nop_out = 0x00,
    scsi_command = 0x01,
    task_management = 0x02,
    login = 0x03,
    text = 0x04,
    data_out = 0x05,
    logout = 0x06,
    nop_in = 0x20,
    scsi_response = 0x21,
    task_management_response = 0x22,
    login_response = 0x23,
    text_response = 0x24,
    data_in = 0x25,
    logout_response = 0x26,
    ready_to_transfer = 0x31,
    reject = 0x3F,
};

/// The tag that stands for "none".
inline constexpr std::uint32_t no_tag = 0xFFFF'FFFF;

/// The F bit of byte 1: this PDU ends a sequence.
inline constexpr std::uint8_t final_flag = 0x80;

/// A protocol data unit: its basic header segment and its data. Additional headers are passed over.
struct Pdu {
    static constexpr std::size_t header_length = 48;

    Pdu() = default;

    explicit Pdu(Opcode opcode) { put(0, static_cast<std::uint8_t>(opcode), 1); }

    std::array<std::byte, header_length> header{};
    Bytes data = {};

    /// Puts the low `width` bytes of `value` at byte `at` of the header, big-endian.
    Pdu& put(std::size_t at, std::uint64_t value, std::size_t width);
    /// Reads `width` bytes at byte `at` of the header.
    std::uint64_t get(std::size_t at, std::size_t width) const;

    Opcode opcode() const { return static_cast<Opcode>(get(0, 1) & 0x3F); }

    bool immediate() const { return (get(0, 1) & 0x40) != 0; }

    std::uint8_t flags() const { return static_cast<std::uint8_t>(get(1, 1)); }

    std::uint32_t initiator_task_tag() const { return static_cast<std::uint32_t>(get(16, 4)); }
};

/// Writes a PDU with its data length, padded to a multiple of four bytes.
Bytes encode(Pdu pdu);

/// Cuts a byte stream into PDUs.
class PduStream {
  public:
    /// The longest data segment taken; announced as MaxRecvDataSegmentLength.
    static constexpr std::size_t longest_data = 65536;

    void feed(std::span<const std::byte> bytes);

    /// Takes the next whole PDU; none if more bytes are needed, or broken().
    std::optional<Pdu> next();

    /// A PDU announced more data than is taken: the stream cannot be followed any further.
    bool broken() const { return broken_; }

  private:
    Bytes pending_;
    bool broken_ = false;
};

} // namespace changer::sim::iscsi
