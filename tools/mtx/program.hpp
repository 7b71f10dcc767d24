// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/environment.hpp"

namespace changer::mtx {

/// Runs mtx or loaderinfo, as argv[0] says, in the world of this process; returns its exit code.
int run_program(int argc, char** argv, const Opener& opener);

} // namespace changer::mtx
