// SPDX-License-Identifier: Apache-2.0
#include "scsi/spc/log_sense.hpp"

#include <algorithm>
#include <utility>

namespace changer::scsi {
namespace {

struct OpenPage {
    LogPage page;
    std::span<const std::byte> content;
};

Result<OpenPage> open_page(std::span<const std::byte> received) {
    ByteReader in(received);
    OpenPage opened;
    const auto first = in.be(1);
    opened.page.page = static_cast<std::uint8_t>(first & 0x3F);
    const auto subpage = in.be(1);
    if ((first & 0x40) != 0) // SPF
        opened.page.subpage = static_cast<std::uint8_t>(subpage);
    const std::size_t length = in.be(2);
    if (in.faulted())
        return Error{Code::malformed_response, "log page header is truncated"};
    opened.page.cut = length > in.remaining();
    opened.content = in.bytes(std::min(length, in.remaining()));
    return opened;
}

} // namespace

Result<std::vector<std::uint8_t>> decode_supported_log_pages(std::span<const std::byte> received) {
    const auto opened = open_page(received);
    if (!opened)
        return opened.error();
    if (opened->page.page != 0 || opened->page.subpage != 0)
        return Error{Code::malformed_response, "not the list of log pages"};
    std::vector<std::uint8_t> pages;
    for (const std::byte b : opened->content)
        pages.push_back(std::to_integer<std::uint8_t>(b) & 0x3F);
    return pages;
}

Result<LogPage> decode_log_page(std::span<const std::byte> received) {
    auto opened = open_page(received);
    if (!opened)
        return std::move(opened).error();
    auto& page = opened->page;
    ByteReader in(opened->content);
    while (in.remaining() > 0) {
        LogParameter parameter;
        parameter.code = static_cast<std::uint16_t>(in.be(2));
        parameter.control = static_cast<std::uint8_t>(in.be(1));
        const auto value = in.bytes(in.be(1));
        if (in.faulted()) {
            page.cut = true;
            break;
        }
        parameter.value.assign(value.begin(), value.end());
        page.parameters.push_back(std::move(parameter));
    }
    return std::move(page);
}

Bytes encode_supported_log_pages(std::span<const std::uint8_t> pages) {
    ByteWriter out;
    out.zeros(2).be(pages.size(), 2);
    for (const auto page : pages)
        out.be(page & 0x3Fu, 1);
    return std::move(out).take();
}

Bytes encode_log_page(const LogPage& page) {
    ByteWriter out;
    out.be((page.subpage != 0 ? 0x40u : 0u) | (page.page & 0x3Fu), 1).be(page.subpage, 1).zeros(2);
    for (const auto& parameter : page.parameters) {
        out.be(parameter.code, 2)
            .be(parameter.control, 1)
            .be(parameter.value.size(), 1)
            .bytes(parameter.value);
    }
    out.patch(2, out.size() - 4, 2);
    return std::move(out).take();
}

} // namespace changer::scsi
