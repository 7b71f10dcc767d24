// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/bytes.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace changer::test {

/// Writes element status data byte by byte, not through the encoder under test.
class ElementBytes {
  public:
    ElementBytes(std::uint16_t first, std::uint16_t count) {
        out_.be(first, 2).be(count, 2).zeros(4);
    }

    ElementBytes& page(unsigned type, unsigned flags, unsigned length, unsigned bytes) {
        out_.be(type, 1).be(flags, 1).be(length, 2).zeros(1).be(bytes, 3);
        return *this;
    }

    /// The twelve bytes that (nearly) every descriptor begins with.
    ElementBytes& descriptor(unsigned address,
                             unsigned flags,
                             unsigned codes = 0,
                             unsigned medium = 0,
                             unsigned source = 0) {
        out_.be(address, 2).be(flags, 1).zeros(1).be(codes, 2).zeros(3).be(medium, 1).be(source, 2);
        return *this;
    }

    /// 36 bytes: a label padded with blanks and four zeros; all zero without a label.
    ElementBytes& tag(std::string_view label = {}) {
        out_.text(label, 32, label.empty() ? '\0' : ' ').zeros(4);
        return *this;
    }

    ElementBytes& identifier(unsigned code_set,
                             unsigned type,
                             unsigned length,
                             std::string_view text,
                             std::size_t width) {
        out_.be(code_set, 1).be(type, 1).zeros(1).be(length, 1).text(text, width);
        return *this;
    }

    ElementBytes& raw(std::span<const std::byte> bytes) {
        out_.bytes(bytes);
        return *this;
    }

    ElementBytes& zeros(std::size_t n) {
        out_.zeros(n);
        return *this;
    }

    std::size_t size() const { return out_.size(); }

    /// With a byte count of what is there, plus `excess`.
    Bytes take(std::size_t excess = 0) && {
        out_.patch(5, out_.size() - 8 + excess, 3);
        return std::move(out_).take();
    }

  private:
    ByteWriter out_;
};

} // namespace changer::test
