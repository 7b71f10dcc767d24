// SPDX-License-Identifier: Apache-2.0
// Brings the part of fmt that the project uses into the program: mtx is started for every step of a
// backup, and libfmt would bring the shared C++ library along, which costs more to load than all
// that mtx does. What is not found here comes from libfmt as ever.
#define FMT_HEADER_ONLY 1
#include <fmt/format.h>

namespace changer::mtx {

/// Names what is to be brought in; never called.
std::string fmt_here(fmt::string_view format, fmt::format_args arguments) {
    return fmt::vformat(format, arguments);
}

} // namespace changer::mtx
