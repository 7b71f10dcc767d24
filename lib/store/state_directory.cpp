// SPDX-License-Identifier: Apache-2.0
#include "store/state_directory.hpp"

#include "store/state_import.hpp"
#include "store/text_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {
namespace {

constexpr std::uint64_t format_version = 1;
constexpr std::size_t longest_id = 32;

/// Writes the `format` file; a crash leaves it whole or not there.
Result<void> write_format(FileLayer& files, const std::string& directory) {
    const std::string path = directory + "/format";
    auto file = files.open(path + ".tmp");
    if (!file)
        return std::move(file).error();
    const auto line = fmt::format("{{\"schema\":\"changer.format/{}\"}}\n", format_version);
    if (auto cut = (*file)->truncate(0); !cut)
        return cut;
    if (auto written = (*file)->write_at(0, line); !written)
        return written;
    if (auto synced = (*file)->sync(); !synced)
        return synced;
    if (auto placed = files.rename(path + ".tmp", path); !placed)
        return placed;
    return files.sync_directory(directory);
}

} // namespace

Result<void> check_format(FileLayer& files, const std::string& directory) {
    const std::string path = directory + "/format";
    auto text = files.read(path);
    if (!text)
        return std::move(text).error();
    if (text->empty()) // a crash while it was written the first time
        return Error{Code::not_found, path + " is empty"};
    TextCursor in(*text);
    in.expect("{\"schema\":\"changer.format/");
    const std::uint64_t version = in.number();
    in.expect("\"}\n");
    if (!in.finished() || version == 0)
        return Error{Code::database_failure,
                     fmt::format("{} does not name a layout of changer; is {} the right "
                                 "state_directory? If it is, remove that file",
                                 path,
                                 directory)};
    if (version > format_version)
        return Error{Code::database_failure,
                     fmt::format("{} was written by a newer changerd (layout {}, this one knows "
                                 "{}); install that version again or use another state_directory",
                                 directory,
                                 version,
                                 format_version)};
    return {};
}

bool is_library_id(std::string_view id) {
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !id.empty() && id.size() <= longest_id && std::all_of(id.begin(), id.end(), legal);
}

Result<StateDirectory> StateDirectory::open(std::string path, FileLayer& files) {
    if (auto made = files.make_directory(path + "/libraries"); !made)
        return std::move(made).error();
    auto lock = files.lock(path + "/lock");
    if (!lock && lock.error().code == Code::busy)
        return Error{Code::busy,
                     fmt::format("another changerd already uses {}; stop it first, or give this "
                                 "one another state_directory",
                                 path)};
    if (!lock)
        return std::move(lock).error();
    auto known = check_format(files, path);
    if (!known && known.error().code == Code::not_found)
        known = write_format(files, path);
    if (!known)
        return std::move(known).error();
    if (auto finished = finish_import(files, path); !finished)
        return std::move(finished).error();
    StateDirectory directory(std::move(path), std::move(*lock), files);
    auto filled = directory.reserve().refill();
    if (!filled && filled.error().code != Code::database_full)
        return std::move(filled).error();
    return directory;
}

Result<std::string> StateDirectory::library_directory(std::string_view id) const {
    if (!is_library_id(id))
        return Error{Code::invalid_parameter,
                     fmt::format("library id \"{}\" is not 1 to 32 of a-z, 0-9 and -", id)};
    return fmt::format("{}/libraries/{}", path_, id);
}

} // namespace changer::store
