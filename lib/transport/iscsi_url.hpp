// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace changer {

/// Where an iSCSI logical unit is.
struct IscsiUrl {
    std::string host; ///< a name, an IPv4 address, or an IPv6 address without its brackets
    std::uint16_t port = 3260;
    std::string target; ///< iqn., eui. or naa. name
    std::uint16_t lun = 0;

    bool operator==(const IscsiUrl&) const = default;
};

/// Reads iscsi://host[:port]/target/lun. "%3A" and the like are decoded in the target's name.
///
/// Errors: invalid_parameter — says which part is wrong; credentials have no place in a URL, other
///         users read it in the process list
Result<IscsiUrl> parse_iscsi_url(std::string_view text);

/// Writes host and port as libiscsi takes them: "host:port", "[address]:port".
std::string portal(const IscsiUrl& url);

/// Writes the URL in one form for each device: lower-case host, the port always.
std::string to_string(const IscsiUrl& url);

} // namespace changer
