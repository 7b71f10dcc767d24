// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop.hpp"

namespace changer::daemon {

/// Gives memory back to the system that was used for a moment: a start holds every document twice,
/// a read of 65,535 elements takes as much again, and the allocator keeps what is freed.
///
/// Blocks:  as long as the allocator takes to find free pages; nothing when there is little
void release_memory();

/// Does that now, and then once a minute.
///
/// Thread:  the loop
void keep_memory_small(Loop& loop);

} // namespace changer::daemon
