// SPDX-License-Identifier: Apache-2.0
// Stands in for udev_link.cpp in a build without libudev.
#include "transport/discovery.hpp"

namespace changer {

std::optional<std::string> udev_link(const std::string&) {
    return std::nullopt;
}

} // namespace changer
