// SPDX-License-Identifier: Apache-2.0
#include "store/state_copy.hpp"

#include "store/recovery_plan.hpp"
#include "store/sealed_text.hpp"
#include "store/snapshot.hpp"
#include "store/state_directory.hpp"
#include "store/state_import.hpp"
#include "store/text_cursor.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {
namespace {

constexpr std::uint64_t copy_version = 1;
constexpr int most_tries = 20; ///< a snapshot moves files away while they are read: rare, and short

Error malformed(std::string what) {
    return {Code::malformed_document, std::move(what)};
}

/// Reads one library; a file that goes while it is read is one that a snapshot made superfluous.
Result<RecoveryPlan> plan(FileLayer& files, const std::string& directory) {
    auto read = plan_recovery(directory, files, built_in_schema());
    for (int i = 1; i < most_tries && !read && read.error().code == Code::not_found; ++i)
        read = plan_recovery(directory, files, built_in_schema());
    return read;
}

Result<LibraryCopy> take_library(TextCursor& in) {
    LibraryCopy library;
    library.id = in.string();
    in.expect(":");
    auto reading = take_snapshot(in, schema_version);
    if (reading.state == SnapshotReading::State::newer)
        return Error{Code::database_failure, "it was written by a newer changerd"};
    in.expect("}}");
    if (in.faulted() || !is_library_id(library.id))
        return malformed("it is not what changerd --export-state writes");
    for (const auto& [key, value] : reading.documents)
        if (!is_key(key) || !is_document(value))
            return malformed(fmt::format("library {} has a document that is none", library.id));
    auto brought = migrate(reading.documents, reading.version, schema_version, built_in_schema());
    if (!brought)
        return std::move(brought).error().in("library " + library.id);
    library.seq = reading.seq;
    library.trust = reading.trust;
    library.documents = std::move(reading.documents);
    return library;
}

} // namespace

Result<StateCopy> copy_state(FileLayer& files, const std::string& state_directory, WallTime now) {
    if (auto known = check_format(files, state_directory); !known)
        return std::move(known).error();
    const auto import = files.read(fmt::format("{}/{}", state_directory, import_name));
    if (import || import.error().code != Code::not_found)
        return Error{Code::busy,
                     fmt::format("an import into {} is not done; start changerd once, it ends it",
                                 state_directory)};
    auto names = files.list(state_directory + "/libraries");
    if (!names)
        return std::move(names).error();
    StateCopy copy{now, {}};
    for (const std::string& id : *names) {
        if (!is_library_id(id))
            continue;
        auto read = plan(files, fmt::format("{}/libraries/{}", state_directory, id));
        if (!read)
            return std::move(read).error();
        if (read->state.report.fresh)
            continue;
        copy.libraries.push_back(
            {id, read->state.seq, read->state.report.trust, std::move(read->state.documents)});
    }
    return copy;
}

Result<void> write_state_copy(FileLayer& files, const std::string& path, const StateCopy& copy) {
    return write_sealed_file(files, path, [&](SealedWriter& out) {
        auto written = out.add(fmt::format("{{\"schema\":\"changer.export/{}\",\"taken_at\":\"{}\","
                                           "\"libraries\":{{\n",
                                           copy_version,
                                           to_rfc3339(copy.taken_at)));
        std::string_view separator = "";
        for (const LibraryCopy& library : copy.libraries) {
            if (written)
                written = out.add(fmt::format("{}\"{}\":", separator, library.id));
            if (written)
                written = add_snapshot(
                    out, {library.seq, library.trust, library.documents, schema_version});
            if (written)
                written = out.add("}}");
            separator = ",\n";
        }
        return written && !copy.libraries.empty() ? out.add("\n") : written;
    });
}

Result<StateCopy> read_state_copy(std::string_view bytes) {
    const auto body = unseal(bytes);
    if (!body)
        return malformed("it is damaged, cut short, or not what changerd --export-state writes: "
                         "its checksum is wrong");
    TextCursor in(*body);
    StateCopy copy;
    in.expect("{\"schema\":\"changer.export/");
    const std::uint64_t version = in.number();
    if (!in.faulted() && version > copy_version)
        return Error{Code::database_failure, "it was written by a newer changerd"};
    in.expect("\",\"taken_at\":");
    const auto taken_at = from_rfc3339(in.string());
    in.expect(",\"libraries\":{\n");
    if (in.faulted() || version == 0 || !taken_at)
        return malformed("it is not what changerd --export-state writes");
    copy.taken_at = *taken_at;
    for (bool more = !in.rest().empty(); more; more = in.take(",\n")) {
        auto library = take_library(in);
        if (!library)
            return std::move(library).error();
        if (!copy.libraries.empty() && copy.libraries.back().id >= library->id)
            return malformed("its libraries are not in the order of their ids");
        copy.libraries.push_back(std::move(*library));
    }
    if (!copy.libraries.empty())
        in.expect("\n");
    if (!in.finished())
        return malformed("it is not what changerd --export-state writes");
    return copy;
}

} // namespace changer::store
