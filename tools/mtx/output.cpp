// SPDX-License-Identifier: Apache-2.0
#include "mtx/output.hpp"

#include <algorithm>
#include <charconv>

namespace changer::mtx {

Output& Output::put(unsigned number) {
    std::array<char, 12>
        digits; // NOLINT(cppcoreguidelines-pro-type-member-init): to_chars fills it
    auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return put({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Output& Output::put_blanks(std::size_t count) {
    constexpr std::string_view blanks = "                                ";
    for (; count > blanks.size(); count -= blanks.size())
        put(blanks);
    return put(blanks.substr(0, count));
}

Output& Output::put_long(std::string_view text) {
    while (!text.empty()) {
        const std::size_t fits = std::min(text.size(), block_->size() - used_);
        std::memcpy(block_->data() + used_, text.data(), fits);
        used_ += fits;
        text.remove_prefix(fits);
        if (used_ == block_->size())
            flush();
    }
    return *this;
}

void Output::flush() {
    if (used_ > 0)
        good_ = write_({block_->data(), used_}) && good_;
    used_ = 0;
}

} // namespace changer::mtx
