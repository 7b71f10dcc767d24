// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/elements.hpp"
#include "mtx/output.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace changer::mtx {

/// What `inquiry` prints: the fields as they are on the wire, padding and all.
struct InquiryFields {
    std::uint8_t type = 0x1F; ///< peripheral device type, 5 bits
    std::string vendor;       ///< 8 bytes
    std::string product;      ///< 16 bytes
    std::string revision;     ///< 4 bytes
    bool attached_changer = false;
    bool tells_bar_code_reader = false; ///< the additional length reaches to byte 55
    bool bar_code_reader = false;
};

/// Takes the fields from standard INQUIRY data; what has not arrived is zero.
InquiryFields inquiry_fields(std::span<const std::byte> received);

/// Prints what `mtx inquiry` prints, or what loaderinfo prints of it.
void print_inquiry(Output& out, const InquiryFields& inquiry);
void print_loader_inquiry(Output& out, const InquiryFields& inquiry);

/// Prints what `mtx status` prints.
void print_status(Output& out, std::string_view device, const Elements& elements);

/// Writes the `mtx: Request Sense:` lines of an error, from the sense bytes it carries, whichever
/// their format; nothing where it has none.
std::string sense_lines(const Error& error);

/// The help of mtx.
std::string_view usage();

} // namespace changer::mtx
