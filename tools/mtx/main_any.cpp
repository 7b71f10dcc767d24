// SPDX-License-Identifier: Apache-2.0
#include "mtx/program.hpp"
#include "open/open.hpp"

int main(int argc, char** argv) {
    return changer::mtx::run_program(
        argc, argv, [](const std::string& url) { return changer::open_transport(url); });
}
