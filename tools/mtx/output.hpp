// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace changer::mtx {

/// Writes all of a text somewhere; false if it could not.
using Write = std::function<bool(std::string_view)>;

/// Collects text and writes it in large blocks: a status is tens of thousands of lines.
class Output {
  public:
    explicit Output(Write write)
        : write_(std::move(write))
        , block_(std::make_unique<Block>()) {}

    Output& put(std::string_view text) {
        if (text.size() > block_->size() - used_)
            return put_long(text);
        std::memcpy(block_->data() + used_, text.data(), text.size());
        used_ += text.size();
        return *this;
    }

    Output& put(unsigned number);

    Output& put_blanks(std::size_t count);

    void flush();

    /// Whether everything could be written so far.
    bool good() const { return good_; }

  private:
    using Block = std::array<char, std::size_t{32} * 1024>;

    Output& put_long(std::string_view text);

    Write write_;
    std::unique_ptr<Block> block_;
    std::size_t used_ = 0;
    bool good_ = true;
};

} // namespace changer::mtx
