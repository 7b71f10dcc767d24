// SPDX-License-Identifier: Apache-2.0
#include "client_connection.hpp"

#include <utility>

namespace changer::daemon {

void ClientConnection::hold(const std::string& key, std::function<void()> gone) {
    if (closed_)
        return gone();
    holders_.insert_or_assign(key, std::move(gone));
}

void ClientConnection::prove() {
    if (const auto proved = std::exchange(proved_, nullptr))
        proved();
}

void ClientConnection::close() {
    closed_ = true;
    for (const auto& holder : std::exchange(holders_, {}))
        holder.second();
}

} // namespace changer::daemon
