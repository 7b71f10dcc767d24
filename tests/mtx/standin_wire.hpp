// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

/// What the preloaded stand-in and its server say to each other over a unix socket, as bytes of
/// this machine: both ends are built together.
///
/// Shape:  once: Hello. Then for each SG_IO: Call, the data that goes out; Answer, the data that
///         came in
namespace standin {

inline constexpr std::uint32_t longest_cdb = 16;
inline constexpr std::uint32_t longest_sense = 252; ///< SPC-4 4.5
inline constexpr std::uint32_t longest_data = 1U << 24;

/// Which of the server's devices a descriptor stands for.
struct Hello {
    std::array<char, 256> path{}; ///< as the program opened it, ends with NUL
};

/// What the server says to Hello.
struct Welcome {
    std::int32_t error = 0;             ///< what open(2) fails with, 0 if it does not
    std::uint32_t longest_transfer = 0; ///< bytes; SG_IO above it fails with EINVAL
};

enum class Direction : std::uint32_t { none, from_device, to_device };

struct Call {
    std::array<std::uint8_t, longest_cdb> cdb{};
    std::uint32_t cdb_length = 0;
    Direction direction = Direction::none;
    std::uint32_t length = 0;     ///< of the data phase
    std::uint32_t timeout_ms = 0; ///< 0: the kernel's own
};

struct Answer {
    std::int32_t error = 0; ///< what ioctl(2) fails with, 0 if it does not
    std::uint32_t transferred = 0;
    std::uint32_t sense_length = 0;
    std::uint8_t status = 0;
    std::uint8_t host_status = 0;
    std::array<std::uint8_t, longest_sense> sense{};
};

} // namespace standin
