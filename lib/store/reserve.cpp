// SPDX-License-Identifier: Apache-2.0
#include "store/reserve.hpp"

namespace changer::store {

void Reserve::give_up() {
    given_up_ = true;
    // A reserve that cannot be removed gives no room: the write that follows says so.
    if (auto removed = files_.remove(path()); !removed)
        return;
}

Result<void> Reserve::refill() {
    if (!given_up_)
        return {};
    auto file = files_.open(path());
    if (!file)
        return std::move(file).error();
    auto taken = (*file)->allocate(size_bytes);
    if (taken)
        taken = (*file)->sync();
    if (taken) {
        given_up_ = false;
        return taken;
    }
    file->reset();
    give_up();
    return taken;
}

} // namespace changer::store
