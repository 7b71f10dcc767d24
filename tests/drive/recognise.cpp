// SPDX-License-Identifier: Apache-2.0
// Says what label a file would be if it were a tape: recognise FILE [BLOCK-LENGTH]. The file is cut
// into blocks of that length, without a length it is one; prints TYPE|ID|INFO, or "none".
#include "drive/label/label.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
    using namespace changer;
    if (argc < 2)
        return 2;
    std::ifstream file(argv[1], std::ios::binary);
    const std::vector<char> all{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(all));
    const std::size_t length =
        argc > 2 ? std::strtoul(argv[2], nullptr, 10) : std::max<std::size_t>(bytes.size(), 1);
    std::vector<TapeRecord> records;
    for (std::size_t at = 0; length > 0 && at < bytes.size(); at += length) {
        const auto block = bytes.subspan(at, std::min(length, bytes.size() - at));
        records.push_back({.data = Bytes(block.begin(), block.end()), .length = block.size()});
    }
    const auto label = recognise_label(records);
    if (label)
        fmt::print("{}|{}|{}\n", label->type, label->id, label->info);
    else
        fmt::print("none\n");
    return 0;
}
