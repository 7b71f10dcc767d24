// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access_list.hpp"
#include "config.hpp"
#include "loop.hpp"
#include "support/result.hpp"
#include "tokens.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace changer::daemon {

/// Everything that is read when the configuration is.
struct LoadedConfig {
    Config config;
    AccessList access;
    Tokens tokens;
};

/// Reads what a configuration refers to: the names and the tokens it gives rights to.
///
/// Blocks:  as long as the files and the name service take
Result<LoadedConfig> load_references(Config config);

using ConfigReader = std::function<Result<Config>()>;

/// Reads the configuration and what it refers to; all of it, or the first error.
///
/// Blocks:  as long as the files and the name service take
Result<LoadedConfig> load_everything(const ConfigReader& read);

/// Tells what of `next` a daemon that runs with `running` cannot take over; none if it can take
/// over all of it. What it can: rights, and the settings of libraries.
///
/// Errors:  configured — the JSON pointer of the first difference that needs a restart
std::optional<Error> needs_restart(const Config& running, const Config& next);

/// Reads the configuration again on a thread of its own, because files and names may be slow.
///
/// Thread:  the loop
class Reload {
  public:
    using Done = std::function<void(Result<LoadedConfig>)>;

    /// `done` is called on the loop after each reading.
    Reload(Loop& loop, ConfigReader read, Done done);
    ~Reload();
    Reload(const Reload&) = delete;
    Reload& operator=(const Reload&) = delete;

    /// Begins a reading. One that is asked for while another is under way comes after it: the file
    /// may have changed since that one read it.
    void begin();

  private:
    void read();

    Loop* loop_;
    ConfigReader read_;
    Done done_;
    std::thread thread_;
    bool again_ = false;
    bool reading_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< for what is posted to the loop
};

} // namespace changer::daemon
