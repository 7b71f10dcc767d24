// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/text.hpp"

#include <algorithm>

namespace changer::sim::iscsi {

std::optional<Text> decode_text(std::span<const std::byte> bytes) {
    Text text;
    std::string item;
    const auto end_item = [&] {
        const auto equals = item.find('=');
        if (equals == 0 || equals == item.npos)
            return item.empty();
        text.emplace_back(item.substr(0, equals), item.substr(equals + 1));
        item.clear();
        return true;
    };
    for (const std::byte b : bytes) {
        if (b != std::byte{0})
            item += static_cast<char>(b);
        else if (!end_item())
            return std::nullopt;
    }
    return end_item() ? std::optional(std::move(text)) : std::nullopt;
}

Bytes encode_text(const Text& text) {
    ByteWriter out;
    for (const auto& [key, value] : text) {
        out.text(key, key.size()).text("=", 1).text(value, value.size() + 1, '\0');
    }
    return std::move(out).take();
}

const std::string* find(const Text& text, std::string_view key) {
    const auto found =
        std::find_if(text.begin(), text.end(), [&](const auto& item) { return item.first == key; });
    return found == text.end() ? nullptr : &found->second;
}

} // namespace changer::sim::iscsi
