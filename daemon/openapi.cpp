// SPDX-License-Identifier: Apache-2.0
#include "openapi.hpp"

namespace changer::daemon {

std::string_view openapi_document() {
    static constexpr std::string_view text =
#include "openapi.inc"
        ;
    return text;
}

} // namespace changer::daemon
