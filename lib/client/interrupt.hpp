// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

namespace changer::client {

/// Makes signals readable: what waits for a job polls the descriptor beside its socket. A second
/// signal of a kind ends the program. For the programs' main(), once a process.
///
/// Errors: -1 — there is no descriptor left; the signals end the program as ever
int interrupt_pipe(std::initializer_list<int> signals);

} // namespace changer::client
