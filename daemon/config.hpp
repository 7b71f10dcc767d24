// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "library/settings.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// One drive the administrator names; the drives' own serial numbers find the element.
struct DriveConfig {
    std::string device;
    std::optional<std::string> serial = std::nullopt;
};

/// What a principal may do in one library.
struct Rights {
    bool use = false;
    bool modify = false;
    bool control = false;

    bool operator==(const Rights&) const = default;
};

/// One line of a library's access list.
struct AccessEntry {
    enum class Kind : std::uint8_t { user, group, token };
    Kind kind = Kind::user;
    std::string name;
    Rights rights = {};
};

/// One configured library.
struct LibraryConfig {
    std::string id;
    std::string device;                                ///< URL or path of the changer
    std::optional<std::string> cabinet = std::nullopt; ///< libraries with the same one share a door
    std::vector<std::string> foreign_partitions = {};  ///< behind its door, controlled elsewhere
    std::vector<DriveConfig> drives = {};
    library::Settings settings = {}; ///< those of the file have source `config`
    std::vector<AccessEntry> access = {};
};

/// The configuration file: what the administrator decided. Never written by the daemon.
struct Config {
    std::string state_directory = "/var/lib/changer";
    std::string socket = "/run/changer/api.sock";
    bool discover = true; ///< changers nobody configured are served too
    std::vector<LibraryConfig> libraries = {};
};

/// Tells whether `id` may name a library: it is used in URLs, directories and on command lines.
bool is_library_id(std::string_view id);

/// Reads a configuration: JSON with comments.
///
/// Errors:  malformed_document — a syntax error names line and column, an unknown key or a wrong
///          value its JSON pointer
Result<Config> parse_config(std::string_view text);

/// Reads the configuration file.
///
/// Errors:  not_found, access_denied — with what to do; those of parse_config
Result<Config> load_config(const std::string& path);

} // namespace changer::daemon
