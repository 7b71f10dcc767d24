// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changerctl/run.hpp"
#include "client/scripted_server.hpp"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace changer::test {

/// What a run of changerctl left behind.
struct Ran {
    int exit = -1;
    std::string out;
    std::string err;
};

/// Runs changerctl in this process with its output caught.
inline Ran run_changerctl(std::vector<std::string> words, int interrupt_fd = -1) {
    std::ostringstream out, err;
    ctl::Io io{.out = out, .err = err, .interrupt_fd = interrupt_fd};
    const int exit = ctl::run(words, io);
    return {exit, out.str(), err.str()};
}

/// A daemon that answers "METHOD target" with a canned answer, and 404 to everything else.
class CannedDaemon {
  public:
    explicit CannedDaemon(std::map<std::string, std::string> answers)
        : answers_(std::move(answers))
        , server_([this](const std::string& request) { return answer(request); }) {}

    Ran run(std::vector<std::string> words) {
        words.insert(words.begin(), {"--socket", server_.path()});
        return run_changerctl(std::move(words));
    }

    /// Returns the request whose first line begins with `line`; empty if there was none.
    std::string request(const std::string& line) const {
        for (const std::string& text : server_.requests())
            if (text.compare(0, line.size(), line) == 0)
                return text;
        return {};
    }

    const std::string& socket() const { return server_.path(); }

  private:
    ScriptedServer::Reply answer(const std::string& request) const {
        const auto found = answers_.find(request.substr(0, request.find(" HTTP/1.1")));
        if (found == answers_.end())
            return {problem_answer("404 Not Found", "not_found", "there is no such thing")};
        return {found->second};
    }

    std::map<std::string, std::string> answers_;
    ScriptedServer server_;
};

} // namespace changer::test
