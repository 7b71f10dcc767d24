// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/environment.hpp"

#include <span>
#include <string>

namespace changer::mtx {

/// Does what `mtx ARGUMENTS` does; returns its exit code.
int run_mtx(std::span<const std::string> arguments,
            const Environment& environment,
            const Streams& streams,
            const Opener& opener);

/// Does what `loaderinfo ARGUMENTS` does; returns its exit code.
int run_loaderinfo(std::span<const std::string> arguments,
                   const Environment& environment,
                   const Streams& streams,
                   const Opener& opener);

} // namespace changer::mtx
