// SPDX-License-Identifier: Apache-2.0
#include "mtx/program.hpp"
#include "open/open.hpp"

#include <unistd.h>

int main(int argc, char** argv) {
    return changer::mtx::run_program(argc, argv, [](const std::string& url) {
        // Under one name, a second mtx would end the session of the first.
        const std::string owner = "mtx-" + std::to_string(::getpid());
        return changer::open_transport(url, {.iscsi = {.session_owner = owner}});
    });
}
