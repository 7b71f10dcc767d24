// SPDX-License-Identifier: Apache-2.0
// Stands in for iscsi_transport.cpp in a build without libiscsi.
#include "transport/iscsi_session.hpp"
#include "transport/iscsi_transport.hpp"

namespace changer {

Result<std::unique_ptr<Transport>> IscsiTransport::open(const IscsiUrl& url, const IscsiOptions&) {
    return Error{Code::invalid_parameter,
                 to_string(url) + ": built without iSCSI support (meson option iscsi)"};
}

} // namespace changer
