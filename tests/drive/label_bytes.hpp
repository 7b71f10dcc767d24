// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive/label/label.hpp"
#include "support/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The bytes of labels, built field by field from what their writers' manuals say.
namespace changer::test {

inline Bytes bytes_of(std::string_view text) {
    ByteWriter out;
    out.text(text, text.size());
    return std::move(out).take();
}

inline TapeRecord block(Bytes data) {
    const std::size_t length = data.size();
    return {.data = std::move(data), .length = length};
}

inline TapeRecord block(std::string_view text) {
    return block(bytes_of(text));
}

inline const TapeRecord filemark{.kind = TapeRecord::Kind::filemark};

/// 80 characters: VOL1, name (6), accessibility, blanks, implementation (13), owner (14), version.
inline std::string
vol1(std::string_view name, std::string_view implementation = "", std::string_view owner = "") {
    std::string text(80, ' ');
    text.replace(0, 4, "VOL1");
    text.replace(4, name.size(), name);
    text.replace(24, implementation.size(), implementation);
    text.replace(37, owner.size(), owner);
    text.replace(79, 1, "4");
    return text;
}

inline std::string ltfs_document(std::string_view uuid) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<ltfslabel version=\"2.4.0\">\n"
           "    <creator>IBM LTFS 2.4.8.1 - Linux - mkltfs</creator>\n"
           "    <formattime>2026-01-01T00:00:00.000000000Z</formattime>\n"
           "    <volumeuuid>" +
           std::string(uuid) +
           "</volumeuuid>\n"
           "    <location>\n        <partition>a</partition>\n    </location>\n"
           "    <blocksize>524288</blocksize>\n"
           "</ltfslabel>\n";
}

/// A volume label of Bacula or Bareos, and where its parts are.
struct BackupBlock {
    std::string_view header = "BB02";      ///< or BB01, BB03
    std::uint32_t options = 0;             ///< of BB03; before that a checksum nobody checks here
    std::uint32_t file_index = 0xFFFFFFFE; ///< -2: the label of a volume
    std::string program = "Bacula 1.0 immortal\n";
    std::uint32_t version = 11;
    std::string name = "Full-0001";
    std::string pool = "Default";

    Bytes bytes() const {
        ByteWriter label;
        label.text(program, program.size() + 1, '\0').be(version, 4).zeros(32);
        for (const std::string& text : {name, std::string(), pool, std::string("Backup")})
            label.text(text, text.size() + 1, '\0');
        const Bytes body = std::move(label).take();
        ByteWriter out;
        out.be(options, 4).be(64512, 4).be(0, 4).text(header, 4);
        if (header != "BB01")
            out.be(0, 8);
        if (header == "BB03" && (options & 1) != 0)
            out.be(0x1122334455667788, 8);
        if (header == "BB01")
            out.be(0, 8);
        out.be(file_index, 4).be(0, 4).be(body.size(), 4).bytes(body);
        out.zeros(64512 - out.size());
        return std::move(out).take();
    }
};

inline Bytes amanda_block(std::string_view line) {
    ByteWriter out;
    out.text(line, 32768, '\0');
    return std::move(out).take();
}

/// One header of an archive with its sum, and blocks of zeros.
inline Bytes tar_block(std::string_view name, char type = '0', std::string_view magic = "ustar") {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    header.replace(124, 11, "00000000000");
    header.replace(148, 8, "        ");
    header[156] = type;
    header.replace(257, magic.size(), magic);
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    for (std::size_t i = 0; i < 6; ++i)
        header[153 - i] = static_cast<char>('0' + (sum >> 3 * i & 7));
    header[154] = '\0';
    ByteWriter out;
    out.text(header, 10240, '\0');
    return std::move(out).take();
}

} // namespace changer::test
