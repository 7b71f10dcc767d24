// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace changer {

/// One function object of several, for std::visit.
template <class... F>
struct Overload : F... {
    using F::operator()...;
};

template <class... F>
Overload(F...) -> Overload<F...>;

} // namespace changer
