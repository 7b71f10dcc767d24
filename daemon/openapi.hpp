// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace changer::daemon {

/// Returns data/openapi.json, the API's contract.
std::string_view openapi_document();

} // namespace changer::daemon
