// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/environment.hpp"
#include "support/result.hpp"

#include <memory>
#include <string>

namespace changer::mtx {

/// Opens a device; says what mtx says where it cannot.
///
/// Errors: the whole sentence to print is in `what`
Result<std::unique_ptr<Transport>>
open_device(const std::string& name, const std::string& url, const Opener& opener);

} // namespace changer::mtx
