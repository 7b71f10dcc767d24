// SPDX-License-Identifier: Apache-2.0
#include "support/sha256.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace changer;

namespace {

std::string hexadecimal(const Sha256Digest& digest) {
    std::string text;
    for (const std::uint8_t byte : digest) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[byte >> 4];
        text += digits[byte & 0x0F];
    }
    return text;
}

} // namespace

TEST_SUITE_BEGIN("support/sha256");

TEST_CASE("the examples of the standard have their digests") { // FIPS 180-4, examples and SHAVS
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {std::string(1000000, 'a'),
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
        {"\xbd", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
        {std::string(64, '\0'), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first.size());
        CHECK(hexadecimal(sha256(row.first)) == row.second);
    }
}

TEST_CASE("every length around a block has a digest of its own") {
    std::set<std::string> digests;
    for (std::size_t length = 0; length <= 200; ++length)
        digests.insert(hexadecimal(sha256(std::string(length, 'x'))));
    CHECK(digests.size() == 201);
}

TEST_SUITE_END();
