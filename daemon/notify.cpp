// SPDX-License-Identifier: Apache-2.0
#include "notify.hpp"

#include "support/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace changer::daemon {

void notify(std::string_view state) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || (path[0] != '/' && path[0] != '@'))
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof(address.sun_path))
        return;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // the abstract namespace
    const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd)
        return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // A manager that does not read must not hold the loop. What it is told again and again need not
    // arrive; for the rest it has a moment.
    const bool repeated = state == "WATCHDOG=1";
    const timeval patience{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    ::sendto(fd.get(),
             state.data(),
             state.size(),
             MSG_NOSIGNAL | (repeated ? MSG_DONTWAIT : 0),
             static_cast<const sockaddr*>(static_cast<const void*>(&address)),
             size);
}

} // namespace changer::daemon
