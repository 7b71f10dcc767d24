// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/send_volume_tag.hpp"

#include "support/text.hpp"

#include <utility>

namespace changer::scsi {
namespace {

constexpr std::size_t identifier_length = 32;

} // namespace

Result<VolumeTagTemplate> decode_volume_tag_template(std::span<const std::byte> received) {
    ByteReader in(received);
    VolumeTagTemplate wanted;
    wanted.volume_identifier = trim_padding(in.text(identifier_length));
    in.be(2); // reserved
    wanted.minimum_sequence_number = static_cast<std::uint16_t>(in.be(2));
    in.be(2); // reserved
    wanted.maximum_sequence_number = static_cast<std::uint16_t>(in.be(2));
    return in.finish(std::move(wanted), "volume tag template");
}

Bytes encode_volume_tag_template(const VolumeTagTemplate& wanted) {
    ByteWriter out;
    out.text(wanted.volume_identifier, identifier_length)
        .zeros(2)
        .be(wanted.minimum_sequence_number, 2)
        .zeros(2)
        .be(wanted.maximum_sequence_number, 2);
    return std::move(out).take();
}

bool matches(const VolumeTagTemplate& wanted, std::string_view volume_tag) {
    const std::string_view pattern = wanted.volume_identifier;
    std::size_t p = 0;
    std::size_t t = 0;
    auto star = pattern.npos; // the last one passed, and where what it stands for ends
    std::size_t star_end = 0;
    while (t < volume_tag.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_end = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == volume_tag[t])) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++star_end;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

} // namespace changer::scsi
