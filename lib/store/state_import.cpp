// SPDX-License-Identifier: Apache-2.0
#include "store/state_import.hpp"

#include "store/journal.hpp"
#include "store/snapshot.hpp"
#include "store/state_directory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {
namespace {

bool holds_state(const std::string& name) {
    return name == state_name || name == previous_state_name || journal_first_seq(name);
}

/// Moves what a library's directory holds out of the way.
Result<void> set_aside(FileLayer& files, const std::string& directory) {
    auto names = files.list(directory);
    if (!names)
        return std::move(names).error();
    const auto taken = [&](const std::string& wanted) {
        return std::find(names->begin(), names->end(), wanted) != names->end();
    };
    for (const std::string& name : *names) {
        if (!holds_state(name))
            continue;
        int n = 1;
        while (taken(fmt::format("{}.replaced-{}", name, n)))
            ++n;
        auto renamed = files.rename(fmt::format("{}/{}", directory, name),
                                    fmt::format("{}/{}.replaced-{}", directory, name, n));
        if (!renamed)
            return renamed;
    }
    return files.sync_directory(directory);
}

Result<void>
replace(FileLayer& files, const std::string& state_directory, const LibraryCopy& library) {
    const auto directory = fmt::format("{}/libraries/{}", state_directory, library.id);
    if (auto made = files.make_directory(directory); !made)
        return made;
    if (auto done = set_aside(files, directory); !done)
        return done;
    const auto trust = std::max(library.trust, Trust::stale);
    return write_snapshot(files, directory, {library.seq, trust, library.documents});
}

} // namespace

Result<void>
import_state(FileLayer& files, const std::string& state_directory, const StateCopy& copy) {
    const auto directory = StateDirectory::open(state_directory, files);
    if (!directory)
        return directory.error();
    const auto path = fmt::format("{}/{}", state_directory, import_name);
    if (auto written = write_state_copy(files, path, copy); !written)
        return written;
    auto done = finish_import(files, state_directory);
    if (!done)
        done = Error{done.error().code,
                     fmt::format("{}; the import is written down and goes on when changerd starts",
                                 done.error().what)};
    return done;
}

Result<void> finish_import(FileLayer& files, const std::string& state_directory) {
    const auto path = fmt::format("{}/{}", state_directory, import_name);
    const auto bytes = files.read(path);
    if (!bytes && bytes.error().code == Code::not_found)
        return {};
    if (!bytes)
        return bytes.error();
    const auto copy = read_state_copy(*bytes);
    if (!copy)
        return Error{Code::database_failure,
                     fmt::format("{} holds an import that is not done: {}; move it away and import "
                                 "again",
                                 path,
                                 copy.error().what)};
    for (const LibraryCopy& library : copy->libraries)
        if (auto replaced = replace(files, state_directory, library); !replaced)
            return replaced;
    if (auto removed = files.remove(path); !removed)
        return removed;
    return files.sync_directory(state_directory);
}

} // namespace changer::store
