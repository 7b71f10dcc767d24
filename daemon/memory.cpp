// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <malloc.h>

#include <chrono>
#include <cstddef>

namespace changer::daemon {
namespace {

constexpr std::chrono::minutes interval{1};
constexpr std::size_t worth_the_while = std::size_t{8} << 20;

} // namespace

void release_memory() {
#ifdef __GLIBC__
    if (::mallinfo2().fordblks > worth_the_while)
        ::malloc_trim(0);
#endif
}

void keep_memory_small(Loop& loop) {
    release_memory();
    loop.after(interval, [&loop] { keep_memory_small(loop); });
}

} // namespace changer::daemon
