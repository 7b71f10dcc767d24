// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/daemon.hpp"
#include "raw_client.hpp"
#include "temp_directory.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace changer::test {

/// One answer of the API.
struct Answer {
    int status = 0;
    std::string head;
    nlohmann::json body;

    std::string header(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == head.npos)
            return {};
        const std::size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// Sends one request and reads its answer. Answers are written to the file that
/// CHANGER_RESPONSES names, where they are checked against the contract.
inline Answer call(const std::string& socket,
                   const std::string& method,
                   const std::string& target,
                   const std::string& body = {},
                   const std::string& more_headers = "Content-Type: application/json\r\n") {
    RawClient client(socket);
    client.send(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}",
                            method,
                            target,
                            more_headers,
                            body.size(),
                            body));
    const std::string text = client.read_response();
    const std::size_t end = text.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    Answer answer;
    answer.head = text.substr(0, end + 2);
    answer.status = std::atoi(text.c_str() + 9);
    answer.body = nlohmann::json::parse(text.substr(end + 4), nullptr, false);
    CHECK_FALSE(answer.body.is_discarded());
    if (const char* file = std::getenv("CHANGER_RESPONSES")) {
        const nlohmann::json line{{"method", method},
                                  {"path", target},
                                  {"status", answer.status},
                                  {"content_type", answer.header("Content-Type")},
                                  {"body", answer.body}};
        std::ofstream(file, std::ios::app) << line.dump() << '\n';
    }
    return answer;
}

/// A whole daemon on its own thread, state directory and socket.
class ServedDaemon {
  public:
    ServedDaemon(const std::string& libraries,
                 const TempDirectory& directory,
                 store::FileLayer& files)
        : socket_(directory / "sock") {
        const std::string state = directory / "state";
        const auto text = [state, socket = socket_](const std::string& list) {
            return fmt::format(R"({{"state_directory": "{}", "socket": "{}", "discover": false,
                                   "libraries": [{}]}})",
                               state,
                               socket,
                               list);
        };
        auto config = daemon::parse_config(text(libraries));
        REQUIRE(config);
        auto created = daemon::Daemon::create(
            {.config = std::move(*config),
             .retry = {.first = std::chrono::milliseconds{5}},
             .read_config = [this, text] { return daemon::parse_config(text(next_text())); }},
            files,
            clock_);
        REQUIRE(created);
        daemon_ = std::move(*created);
        thread_ = std::thread([this] { daemon_->run(); });
    }

    ~ServedDaemon() {
        daemon_->stop();
        thread_.join();
    }

    const std::string& socket() const { return socket_; }

    Answer get(const std::string& target) const { return call(socket_, "GET", target); }

    Answer post(const std::string& target, const std::string& body) const {
        return call(socket_, "POST", target, body);
    }

    /// Waits until `done` holds; looks again whenever the daemon says that something changed.
    bool wait_until(const std::function<bool()>& done) const {
        RawClient stream(socket_);
        stream.send("GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.read_to("follow\n\n");
        while (!done())
            if (stream.read_to("\n\n").empty())
                return false;
        return true;
    }

    bool wait_online(const std::string& library) const {
        return wait_until([&] {
            const Answer answer = get("/v1/libraries/" + library);
            return answer.body["state"] == "online" && !answer.body["inventory"]["at"].is_null();
        });
    }

    /// Waits for the end of a job and returns it.
    nlohmann::json wait_job(const std::string& id) const {
        nlohmann::json job;
        wait_until([&] {
            job = get("/v1/jobs/" + id).body;
            return !job["finished_at"].is_null();
        });
        return job;
    }

    /// Lets the daemon read a configuration with these libraries; waits until it has read it.
    void reload(const std::string& libraries) {
        std::unique_lock lock(mutex_);
        next_ = libraries;
        daemon_->reload();
        taken_.wait(lock, [this] { return !next_; });
    }

  private:
    std::string next_text() {
        const std::lock_guard lock(mutex_);
        std::string text = std::exchange(next_, std::nullopt).value_or("");
        taken_.notify_one();
        return text;
    }

    std::mutex mutex_;
    std::condition_variable taken_;
    std::optional<std::string> next_; ///< what it reads next
    std::string socket_;
    SystemClock clock_;
    std::unique_ptr<daemon::Daemon> daemon_;
    std::thread thread_;
};

} // namespace changer::test
