// SPDX-License-Identifier: Apache-2.0
// Stands in for sg_transport.cpp where the system has no generic SCSI driver.
#include "transport/sg_transport.hpp"

namespace changer {

Result<std::unique_ptr<Transport>> SgTransport::open(const std::string& path) {
    return Error{Code::invalid_parameter,
                 path + ": this system has no generic SCSI driver; use an iscsi:// URL"};
}

} // namespace changer
