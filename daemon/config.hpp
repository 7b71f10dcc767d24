// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "build_info.hpp"
#include "changer/motion_lock.hpp"
#include "device/quirks.hpp"
#include "library/settings.hpp"
#include "listen.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::daemon {

/// One drive the administrator names. Its element is the one that the library, or the drive itself,
/// says; `element` where neither does.
struct DriveConfig {
    std::string device; ///< a node, a link to one, or a URL
    std::optional<std::string> serial = std::nullopt;
    std::optional<scsi::ElementAddress> element = std::nullopt;
    bool exclusive = false; ///< no other program uses it: it need not have a tape node here

    bool operator==(const DriveConfig&) const = default;
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
    /// Files of quirks that are laid over those compiled in; it may be absent.
    std::string quirks_directory{default_quirks_directory};
    bool discover = true; ///< changers nobody configured are served too
    /// Where programs of this machine agree who has a changer.
    std::string lock_directory{motion_lock_directory};
    /// Where the API is served over TCP too, to clients with a token.
    std::optional<TcpAddress> tcp_listen = std::nullopt;
    std::string tokens_file = {};
    std::string iscsi_initiator_name = {}; ///< empty: made from the machine's id
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

/// Returns what is known of models of changers: the rows compiled in, and those of the
/// configuration's directory.
///
/// Errors:  malformed_document — the file and the JSON pointer
Result<Quirks> load_quirks(const Config& config);

} // namespace changer::daemon
