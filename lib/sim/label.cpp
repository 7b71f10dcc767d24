// SPDX-License-Identifier: Apache-2.0
#include "sim/label.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace changer::sim {
namespace {

struct KindName {
    std::string_view name;
    LabelKind kind;
};

constexpr std::array kinds{
    KindName{"ansi", LabelKind::ansi},
    KindName{"ebcdic", LabelKind::ebcdic},
    KindName{"ltfs", LabelKind::ltfs},
    KindName{"bacula", LabelKind::bacula},
    KindName{"bareos", LabelKind::bareos},
    KindName{"amanda", LabelKind::amanda},
    KindName{"tar", LabelKind::tar},
    KindName{"unknown", LabelKind::unknown},
    KindName{"blank", LabelKind::blank},
    KindName{"encrypted", LabelKind::encrypted},
    KindName{"unreadable", LabelKind::unreadable},
};

Record block(Bytes bytes) {
    return {.block = std::move(bytes)};
}

Record block(std::string_view text) {
    ByteWriter out;
    out.text(text, text.size());
    return block(std::move(out).take());
}

const Record filemark{.filemark = true};

Bytes data_block() {
    return Bytes(65536, std::byte{0x5A});
}

/// 80 characters with some of them at their places.
struct Card {
    std::string text = std::string(80, ' ');

    Card& at(std::size_t position, std::string_view what) {
        text.replace(position, what.size(), what);
        return *this;
    }
};

std::string volume_identifier(std::string_view name) {
    return std::string(name.substr(0, 6));
}

Card vol1(std::string_view name) {
    return Card().at(0, "VOL1").at(4, volume_identifier(name)).at(79, "4");
}

Card hdr1(std::string_view name) {
    return Card()
        .at(0, "HDR1")
        .at(4, "FILE1")
        .at(21, volume_identifier(name))
        .at(27, "00010001")
        .at(35, "000100")
        .at(41, " 26001 26001")
        .at(54, "000000");
}

/// Source:  IBM code page 037, the letters and digits that labels are made of
Bytes in_ebcdic(std::string_view text) {
    ByteWriter out;
    for (const char c : text) {
        unsigned code = 0x40; // blank
        if (c >= '0' && c <= '9')
            code = 0xF0U + static_cast<unsigned>(c - '0');
        else if (c >= 'A' && c <= 'I')
            code = 0xC1U + static_cast<unsigned>(c - 'A');
        else if (c >= 'J' && c <= 'R')
            code = 0xD1U + static_cast<unsigned>(c - 'J');
        else if (c >= 'S' && c <= 'Z')
            code = 0xE2U + static_cast<unsigned>(c - 'S');
        out.be(code, 1);
    }
    return std::move(out).take();
}

std::string ltfs_label(std::string_view name) {
    std::seed_seq seed(name.begin(), name.end());
    std::mt19937_64 random(seed);
    const auto one = random();
    const auto two = random();
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<ltfslabel version=\"2.4.0\">\n"
                       "  <creator>changersim</creator>\n"
                       "  <formattime>2026-01-01T00:00:00.000000000Z</formattime>\n"
                       "  <volumeuuid>{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}</volumeuuid>\n"
                       "  <location><partition>a</partition></location>\n"
                       "  <partitions><index>a</index><data>b</data></partitions>\n"
                       "  <blocksize>524288</blocksize>\n"
                       "  <compression>true</compression>\n"
                       "</ltfslabel>\n",
                       one >> 32,
                       one >> 16 & 0xFFFF,
                       one & 0xFFF,
                       two >> 48 & 0xFFF,
                       two & 0xFFFF'FFFF'FFFF);
}

/// Block header, record header, label record: names end in zero.
Bytes backup_label(std::string_view program, std::uint32_t version, std::string_view name) {
    constexpr std::size_t block_length = 64512;
    ByteWriter label;
    label.text(program, program.size() + 1, '\0').be(version, 4).zeros(std::size_t{4} * 8);
    for (const std::string_view text : {name,
                                        std::string_view(),
                                        std::string_view("Default"),
                                        std::string_view("Backup"),
                                        std::string_view("Tape"),
                                        std::string_view("changersim")})
        label.text(text, text.size() + 1, '\0');
    constexpr std::uint32_t volume_label = 0xFFFF'FFFF; // FileIndex -1
    const auto body = std::move(label).take();
    ByteWriter out;
    out.be(0, 4).be(block_length, 4).be(1, 4).text("BB02", 4).zeros(8);
    out.be(volume_label, 4).be(0, 4).be(body.size(), 4).bytes(body);
    out.zeros(block_length - out.size());
    return std::move(out).take();
}

Bytes amanda_label(std::string_view name) {
    const auto text = fmt::format("AMANDA: TAPESTART DATE 20260101000000 TAPE {}\n\014\n", name);
    ByteWriter out;
    out.text(text, 32768, '\0');
    return std::move(out).take();
}

/// Source:  POSIX.1-2017, pax: ustar interchange format
Bytes tar_archive() {
    std::string header(512, '\0');
    header.replace(0, 8, "file.txt");
    header.replace(100, 8, std::string_view("0000644\0", 8));
    header.replace(124, 12, std::string_view("00000000000\0", 12));
    header.replace(136, 12, std::string_view("15000000000\0", 12));
    header.replace(148, 8, "        ");
    header[156] = '0';
    header.replace(257, 8, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    header.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
    ByteWriter out;
    out.text(header, 10240, '\0');
    return std::move(out).take();
}

Bytes noise(std::string_view name) {
    std::seed_seq seed(name.begin(), name.end());
    std::mt19937_64 random(seed);
    Bytes bytes(4096);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random() & 0xFF);
    return bytes;
}

} // namespace

std::vector<Record> records_of(const Content& content, std::string_view barcode) {
    const std::string name = content.name.empty() ? std::string(barcode) : content.name;
    const auto data = [&] { return block(data_block()); };
    switch (content.kind) {
    case LabelKind::ansi:
        return {block(vol1(name).text), block(hdr1(name).text), filemark, data(), filemark};
    case LabelKind::ebcdic:
        return {block(in_ebcdic(vol1(name).at(79, " ").text)),
                block(in_ebcdic(hdr1(name).text)),
                filemark,
                data(),
                filemark};
    case LabelKind::ltfs:
        return {block(vol1(name).at(10, "L").at(24, "LTFS").text),
                filemark,
                block(ltfs_label(name)),
                filemark,
                data(),
                filemark};
    case LabelKind::bacula:
        return {block(backup_label("Bacula 1.0 immortal\n", 11, name)), filemark, data(), filemark};
    case LabelKind::bareos:
        return {block(backup_label("Bareos 2.0 immortal\n", 20, name)), filemark, data(), filemark};
    case LabelKind::amanda:
        return {block(amanda_label(name)), filemark, data(), filemark};
    case LabelKind::tar:
        return {block(tar_archive()), filemark};
    case LabelKind::unknown:
        return {block(noise(name)), filemark};
    case LabelKind::encrypted:
    case LabelKind::unreadable:
        return {data(), filemark};
    case LabelKind::blank:
        break;
    }
    return {};
}

std::optional<LabelKind> parse_label_kind(std::string_view name) {
    const auto* const row = std::find_if(
        kinds.begin(), kinds.end(), [&](const KindName& each) { return each.name == name; });
    return row == kinds.end() ? std::nullopt : std::optional(row->kind);
}

std::string label_kinds() {
    std::string text;
    for (const KindName& row : kinds)
        text += fmt::format("{}{}", text.empty() ? "" : " ", row.name);
    return text;
}

} // namespace changer::sim
