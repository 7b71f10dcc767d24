// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace changer::jobs {

/// Makes one visitor of several lambdas, one for each alternative.
template <class... F>
struct Overload : F... {
    using F::operator()...;
};

template <class... F>
Overload(F...) -> Overload<F...>;

} // namespace changer::jobs
