// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace changer {

/// The text of data/quirks.json, compiled in.
extern const std::string_view builtin_quirks_json;

} // namespace changer
