// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/unique_fd.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace changer::test {

/// A server on a unix socket of its own that answers each connection with what a test says.
class ScriptedServer {
  public:
    /// What is sent back; the connection is closed behind it unless `hold` says to keep it open
    /// until the server ends.
    struct Reply {
        std::string bytes;
        bool hold = false;
    };

    using Handler = std::function<Reply(const std::string& request)>;

    explicit ScriptedServer(Handler handler);
    ~ScriptedServer();

    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    const std::string& path() const { return path_; }

    /// Returns the requests so far.
    std::vector<std::string> requests() const;

  private:
    void serve();
    void answer(UniqueFd connection);

    Handler handler_;
    std::string directory_;
    std::string path_;
    UniqueFd listener_;
    UniqueFd stop_reader_, stop_writer_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<UniqueFd> held_;
    std::thread thread_;
};

/// Writes a whole answer with a JSON body.
std::string json_answer(const std::string& body, const std::string& status = "200 OK");

/// Writes a problem document.
std::string
problem_answer(const std::string& status, const std::string& code, const std::string& detail);

} // namespace changer::test
