// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace changer::daemon {

/// What a handler may know of the connection its request came on, and what it may ask of it.
/// Shared by both: either may end first.
///
/// Thread:  the loop
class ClientConnection {
  public:
    /// Keeps the connection from being ended for idleness, until release() with the same key.
    /// `gone` is called when the client has closed it, from within this call if it has already.
    /// Never when the server ends.
    void hold(const std::string& key, std::function<void()> gone);

    void release(const std::string& key) { holders_.erase(key); }

    bool held() const { return !holders_.empty(); }

    /// Its client has shown who he is.
    void prove();

    // for the server

    /// Calls `proved` when its client shows who he is, for the first time.
    void on_proof(std::function<void()> proved) { proved_ = std::move(proved); }

    /// The connection is closed: tells every holder.
    void close();

    /// Lets go of every holder without a word.
    void forget() { holders_.clear(); }

  private:
    std::map<std::string, std::function<void()>> holders_;
    std::function<void()> proved_;
    bool closed_ = false;
};

} // namespace changer::daemon
