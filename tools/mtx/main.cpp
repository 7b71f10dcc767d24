// SPDX-License-Identifier: Apache-2.0
// What scripts call, many times a night: it speaks to /dev/sg alone, so that it starts without the
// libraries of iSCSI. For any other URL it becomes its bigger brother beside it.
#include "mtx/owner.hpp"
#include "mtx/program.hpp"
#include "transport/sg_transport.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace {

bool names_url(const char* text) {
    return text != nullptr && changer::mtx::is_url(text);
}

/// Whether the device may be another than one of this machine.
bool wants_any_url(int argc, char** argv) {
    const char* const changer = ::getenv("CHANGER"); // NOLINT(concurrency-mt-unsafe): one thread
    const char* const tape = ::getenv("TAPE");       // NOLINT(concurrency-mt-unsafe): one thread
    return std::any_of(argv, argv + argc, names_url) || names_url(changer) || names_url(tape);
}

void become(const char* program, char** argv) {
    std::error_code failed;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (!failed)
        ::execv((self.parent_path() / program).c_str(), argv);
}

} // namespace

int main(int argc, char** argv) {
    if (wants_any_url(argc, argv))
        become("mtx-any", argv);
    return changer::mtx::run_program(argc, argv, changer::SgTransport::open);
}
