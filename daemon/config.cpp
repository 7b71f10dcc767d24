// SPDX-License-Identifier: Apache-2.0
#include "config.hpp"

#include "fields.hpp"
#include "json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace changer::daemon {
namespace {

using nlohmann::json;

/// Takes over the settings that stand in one object: those of the library, whose names have no
/// dot, or those of the door, whose names begin with "door.".
void read_settings(Fields& fields, std::string_view prefix, library::Settings& settings) {
    for (const std::string_view name : library::setting_names()) {
        const bool here = prefix.empty() ? name.find('.') == name.npos : name.starts_with(prefix);
        if (!here)
            continue;
        const std::string_view key = name.substr(prefix.size());
        const json* value = fields.any(key);
        if (value == nullptr)
            continue;
        const auto done = library::set(settings, name, *value, library::SettingSource::config);
        if (!done)
            fields.fail(key, done.error().what);
    }
}

std::optional<scsi::ElementAddress> read_element(Fields& fields) {
    const json* value = fields.any("element");
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > 0xFFFF) {
        fields.fail("element", "must be an element's address, 0 to 65535");
        return std::nullopt;
    }
    return scsi::ElementAddress(static_cast<std::uint16_t>(value->get<std::uint64_t>()));
}

DriveConfig read_drive(const json& value, std::string pointer, FirstError& error) {
    Fields fields(value, std::move(pointer), error);
    DriveConfig drive;
    fields.require("device");
    drive.device = fields.text("device").value_or("");
    if (drive.device.empty())
        fields.fail("device", "must name the drive, as in /dev/tape/by-id/... or iscsi://...");
    drive.serial = fields.text("serial");
    drive.element = read_element(fields);
    drive.exclusive = fields.boolean("exclusive").value_or(false);
    fields.refuse_others();
    return drive;
}

Rights read_rights(const json& names, const std::string& pointer, FirstError& error) {
    Rights rights;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = names[i].is_string() ? names[i].get<std::string>() : "";
        if (name == "use")
            rights.use = true;
        else if (name == "modify")
            rights.modify = true;
        else if (name == "control")
            rights.control = true;
        else if (!error)
            error = Error{Code::malformed_document,
                          fmt::format("{}/{}: must be one of use, modify, control", pointer, i)};
    }
    return rights;
}

AccessEntry read_access(const json& value, std::string pointer, FirstError& error) {
    Fields fields(value, std::move(pointer), error);
    AccessEntry entry;
    int principals = 0;
    constexpr std::array kinds{std::pair{"user", AccessEntry::Kind::user},
                               std::pair{"group", AccessEntry::Kind::group},
                               std::pair{"token", AccessEntry::Kind::token}};
    for (const auto& kind : kinds)
        if (const auto name = fields.text(kind.first)) {
            entry.kind = kind.second;
            entry.name = *name;
            ++principals;
        }
    fields.require("rights");
    if (const json* rights = fields.array("rights"))
        entry.rights = read_rights(*rights, fields.pointer("rights"), error);
    fields.refuse_others();
    if (principals != 1)
        fields.fail("", "names exactly one of user, group, token");
    if (!entry.rights.use && (entry.rights.modify || entry.rights.control))
        fields.fail("rights", "must have `use` too: without it nothing of the library is seen");
    return entry;
}

template <class T>
std::vector<T> read_list(Fields& fields,
                         std::string_view key,
                         T (*read)(const json&, std::string, FirstError&),
                         FirstError& error) {
    std::vector<T> list;
    if (const json* values = fields.array(key))
        for (std::size_t i = 0; i < values->size(); ++i)
            list.push_back(read((*values)[i], fmt::format("{}/{}", fields.pointer(key), i), error));
    return list;
}

std::vector<std::string> read_names(Fields& fields, std::string_view key, FirstError& error) {
    std::vector<std::string> names;
    const json* values = fields.array(key);
    for (std::size_t i = 0; values != nullptr && i < values->size(); ++i) {
        const json& value = (*values)[i];
        if (value.is_string() && !value.get_ref<const std::string&>().empty() &&
            value.get_ref<const std::string&>().size() <= 64)
            names.push_back(value.get<std::string>());
        else if (!error)
            error = Error{
                Code::malformed_document,
                fmt::format("{}/{}: must be a name of 1 to 64 bytes", fields.pointer(key), i)};
    }
    return names;
}

LibraryConfig read_library(const json& value, std::string pointer, FirstError& error) {
    Fields fields(value, std::move(pointer), error);
    LibraryConfig library;
    fields.require("id");
    library.id = fields.text("id").value_or("");
    if (!is_library_id(library.id))
        fields.fail("id", "must be 1 to 32 of a-z, 0-9 and -");
    fields.require("device");
    library.device = fields.text("device").value_or("");
    if (library.device.empty())
        fields.fail("device", "must name the changer, as in /dev/tape/by-id/...-changer");
    library.cabinet = fields.text("cabinet");
    if (library.cabinet && !is_library_id(*library.cabinet))
        fields.fail("cabinet", "must be 1 to 32 of a-z, 0-9 and -");
    library.foreign_partitions = read_names(fields, "foreign_partitions", error);
    library.drives = read_list(fields, "drives", read_drive, error);
    read_settings(fields, "", library.settings);
    if (const json* door = fields.object("door")) {
        Fields door_fields(*door, fields.pointer("door"), error);
        read_settings(door_fields, "door.", library.settings);
        door_fields.refuse_others();
    }
    library.access = read_list(fields, "access", read_access, error);
    fields.refuse_others();
    return library;
}

/// The same way to two drives, or two drives at one place, can only be a mistake.
void refuse_duplicate_drives(const LibraryConfig& library, std::size_t index, FirstError& error) {
    std::set<std::string_view> devices;
    std::set<scsi::ElementAddress> elements;
    for (std::size_t i = 0; i < library.drives.size() && !error; ++i) {
        const DriveConfig& drive = library.drives[i];
        const char* twice = !devices.insert(drive.device).second                       ? "device"
                            : drive.element && !elements.insert(*drive.element).second ? "element"
                                                                                       : nullptr;
        if (twice != nullptr)
            error = Error{
                Code::malformed_document,
                fmt::format(
                    "/libraries/{}/drives/{}/{}: another drive has the same", index, i, twice)};
    }
}

void refuse_duplicates(const Config& config, FirstError& error) {
    std::set<std::string_view> ids;
    std::set<std::string_view> devices;
    for (std::size_t i = 0; i < config.libraries.size() && !error; ++i) {
        const LibraryConfig& library = config.libraries[i];
        const char* twice = !ids.insert(library.id).second           ? "id"
                            : !devices.insert(library.device).second ? "device"
                                                                     : nullptr;
        if (twice != nullptr)
            error = Error{Code::malformed_document,
                          fmt::format("/libraries/{}/{}: another library has the same", i, twice)};
        refuse_duplicate_drives(library, i, error);
    }
}

void read_tcp(Fields& fields, Config& config) {
    config.tokens_file = fields.text("tokens_file").value_or("");
    if (!config.tokens_file.empty() && config.tokens_file.front() != '/')
        fields.fail("tokens_file", "must be an absolute path");
    const auto text = fields.text("tcp_listen");
    if (!text)
        return;
    auto address = parse_tcp_address(*text);
    if (!address)
        return fields.fail("tcp_listen", address.error().what);
    config.tcp_listen = *std::move(address);
    if (config.tokens_file.empty())
        fields.fail("tcp_listen", "needs `tokens_file`: over TCP every client must have a token");
}

} // namespace

bool is_library_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), allowed);
}

Result<Config> parse_config(std::string_view text) {
    const auto document = parse_json(text, {.comments = true});
    if (!document)
        return document.error();
    FirstError error;
    Fields fields(*document, "", error);
    Config config;
    config.state_directory = fields.text("state_directory").value_or(config.state_directory);
    config.socket = fields.text("socket").value_or(config.socket);
    config.quirks_directory = fields.text("quirks_directory").value_or(config.quirks_directory);
    config.discover = fields.boolean("discover").value_or(config.discover);
    config.lock_directory = fields.text("lock_directory").value_or(config.lock_directory);
    config.iscsi_initiator_name = fields.text("iscsi_initiator_name").value_or("");
    read_tcp(fields, config);
    config.libraries = read_list(fields, "libraries", read_library, error);
    fields.refuse_others();
    if (config.state_directory.empty() || config.state_directory.front() != '/')
        fields.fail("state_directory", "must be an absolute path");
    if (config.socket.empty() || config.socket.front() != '/')
        fields.fail("socket", "must be an absolute path");
    if (config.lock_directory.empty() || config.lock_directory.front() != '/')
        fields.fail("lock_directory", "must be an absolute path");
    const std::string_view name = config.iscsi_initiator_name;
    if (!name.empty() && !name.starts_with("iqn.") && !name.starts_with("eui.") &&
        !name.starts_with("naa."))
        fields.fail("iscsi_initiator_name", "must begin with iqn., eui. or naa.");
    if (config.quirks_directory.empty() || config.quirks_directory.front() != '/')
        fields.fail("quirks_directory", "must be an absolute path");
    refuse_duplicates(config, error);
    if (error)
        return std::move(*error);
    return config;
}

Result<Config> load_config(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        const int reason = errno;
        return Error{reason == EACCES ? Code::access_denied : Code::not_found,
                     fmt::format("{}: {}", path, std::generic_category().message(reason))};
    }
    std::ostringstream text;
    text << file.rdbuf();
    auto config = parse_config(text.str());
    if (!config)
        return std::move(config).error().in(path);
    return config;
}

Result<Quirks> load_quirks(const Config& config) {
    Quirks quirks = Quirks::builtin();
    if (auto added = quirks.add_directory(config.quirks_directory); !added)
        return std::move(added).error().in("quirks");
    return quirks;
}

} // namespace changer::daemon
