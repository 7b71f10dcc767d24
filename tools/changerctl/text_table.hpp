// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace changer::ctl {

/// Replaces what could steer a terminal, or is not UTF-8, by "?": barcodes come from cartridges.
std::string printable(std::string_view text);

/// Cuts a text to a terminal's width, in characters.
std::string cut(std::string_view text, std::size_t columns);

/// Wraps a word that tells how things are in the colour for it.
std::string coloured(std::string_view state, bool colour);

/// Rows of text in aligned columns.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> headings)
        : rows_{std::move(headings)} {}

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    bool empty() const { return rows_.size() == 1; }

    /// Writes it, a newline behind each row; words of state are coloured if asked for.
    std::string str(bool colour) const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace changer::ctl
