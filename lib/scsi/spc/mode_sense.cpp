// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/mode_sense.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace changer::scsi {
namespace {

std::optional<ModePage> read_page(ByteReader& in) {
    ModePage page;
    const auto first = in.be(1);
    page.saveable = (first & 0x80) != 0;
    page.page = static_cast<std::uint8_t>(first & 0x3F);
    const bool has_subpage = (first & 0x40) != 0;
    if (has_subpage)
        page.subpage = static_cast<std::uint8_t>(in.be(1));
    const auto content = in.bytes(in.be(has_subpage ? 2 : 1));
    if (in.faulted() || page.page == 0) // page 0 need have no page format (SPC-4)
        return std::nullopt;
    page.content.assign(content.begin(), content.end());
    return page;
}

void write_page(ByteWriter& out, const ModePage& page) {
    const bool has_subpage = page.subpage != 0;
    out.be((page.saveable ? 0x80u : 0u) | (has_subpage ? 0x40u : 0u) | (page.page & 0x3Fu), 1);
    if (has_subpage)
        out.be(page.subpage, 1);
    out.be(page.content.size(), has_subpage ? 2 : 1).bytes(page.content);
}

} // namespace

const ModePage* ModeData::find(std::uint8_t page, std::uint8_t subpage) const {
    const auto found = std::find_if(pages.begin(), pages.end(), [&](const ModePage& candidate) {
        return candidate.page == page && candidate.subpage == subpage;
    });
    return found == pages.end() ? nullptr : &*found;
}

Result<ModeData> decode_mode_data(std::span<const std::byte> received, ModeSenseForm form) {
    const std::size_t width = form == ModeSenseForm::ten ? 2 : 1; // of the length fields
    const auto announced = ByteReader(received).be(width) + width;
    ByteReader in(received.first(std::min<std::size_t>(received.size(), announced)));
    ModeData data;
    in.be(width); // mode data length
    data.medium_type = static_cast<std::uint8_t>(in.be(1));
    data.device_specific = static_cast<std::uint8_t>(in.be(1));
    if (form == ModeSenseForm::ten)
        in.be(2); // long LBA, reserved
    const auto block_descriptors = in.bytes(in.be(width));
    if (in.faulted())
        return Error{Code::malformed_response, "mode parameter header is truncated"};
    data.block_descriptors.assign(block_descriptors.begin(), block_descriptors.end());
    while (in.remaining() >= 2) {
        auto page = read_page(in);
        if (!page)
            break;
        data.pages.push_back(*std::move(page));
    }
    return data;
}

Bytes encode_mode_data(const ModeData& data, ModeSenseForm form) {
    const bool ten = form == ModeSenseForm::ten;
    const std::size_t width = ten ? 2 : 1;
    ByteWriter out;
    out.zeros(width).be(data.medium_type, 1).be(data.device_specific, 1);
    if (ten)
        out.zeros(2);
    out.be(data.block_descriptors.size(), width).bytes(data.block_descriptors);
    for (const auto& page : data.pages)
        write_page(out, page);
    out.patch(0, out.size() - width, width);
    return std::move(out).take();
}

} // namespace changer::scsi
