// SPDX-License-Identifier: Apache-2.0
#include "mtx/attach.hpp"

#include <fmt/format.h>

#include <string_view>

namespace changer::mtx {

Result<std::unique_ptr<Transport>>
open_device(const std::string& name, const std::string& url, const Opener& opener) {
    auto transport =
        url.empty() ? Error{Code::device_not_available, "No such file or directory"} : opener(url);
    if (transport)
        return transport;
    Error error = std::move(transport).error();
    if (error.code == Code::wrong_device_type)
        error.what = fmt::format("{} is not an sg device, or old sg driver", name);
    else {
        std::string_view reason = error.what;
        if (reason.starts_with(url + ": "))
            reason.remove_prefix(url.size() + 2);
        error.what = fmt::format("cannot open SCSI device '{}' - {}", name, reason);
    }
    return error;
}

} // namespace changer::mtx
