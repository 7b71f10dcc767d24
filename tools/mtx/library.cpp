// SPDX-License-Identifier: Apache-2.0
#include "mtx/library.hpp"

#include <fmt/format.h>

namespace changer::mtx {

Place place_of(unsigned number, const ElementView& view) {
    return {.number = number, .address = view.address, .full = view.full};
}

Result<Home> home_in(const Elements& elements, unsigned drive) {
    const ElementView view = elements.drive(drive);
    if (!view.full)
        return Error{Code::source_empty, fmt::format("drive {} is empty", drive)};
    const unsigned home = elements.homes()[drive];
    if (home == 0)
        return Error{Code::resource_not_present,
                     fmt::format("there is no empty slot for the cartridge in drive {}", drive)};
    return Home{place_of(drive, view), place_of(home, elements.slot(home))};
}

} // namespace changer::mtx
