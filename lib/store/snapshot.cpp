// SPDX-License-Identifier: Apache-2.0
#include "store/snapshot.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace changer::store {
namespace {

constexpr std::array<std::string_view, 3> trust_names{"whole", "stale", "needs_inventory"};

Trust take_trust(TextCursor& in) {
    for (std::size_t i = 0; i < trust_names.size(); ++i)
        if (in.take(trust_names[i]))
            return static_cast<Trust>(i);
    in.expect(trust_names[0]);
    return Trust::needs_inventory;
}

Result<void> write_file(File& file, const Snapshot& snapshot) {
    if (auto cut = file.truncate(0); !cut)
        return cut;
    SealedWriter out(file);
    if (auto written = add_snapshot(out, snapshot); !written)
        return written;
    return out.finish();
}

Result<void> put_in_place(FileLayer& files, const std::string& directory) {
    const auto path = [&](std::string_view name) { return fmt::format("{}/{}", directory, name); };
    auto kept = files.rename(path(state_name), path(previous_state_name));
    if (!kept && kept.error().code != Code::not_found)
        return kept;
    if (auto placed = files.rename(path(unfinished_state_name), path(state_name)); !placed)
        return placed;
    return files.sync_directory(directory);
}

} // namespace

Result<void> add_snapshot(SealedWriter& out, const Snapshot& snapshot) {
    auto written = out.add(fmt::format(
        "{{\"schema\":\"changer.state/{}\",\"seq\":{},\"trust\":\"{}\",\"documents\":{{",
        snapshot.version,
        snapshot.seq,
        trust_names[static_cast<std::size_t>(snapshot.trust)]));
    std::string_view separator = "\n";
    for (const DocumentRef& document : snapshot.documents) {
        if (!written)
            return written;
        const auto key = json_string(document->key);
        written = out.add(fmt::format("{}{}:{}", separator, *key, document->value));
        separator = ",\n";
    }
    return written ? out.add("\n") : written;
}

SnapshotReading take_snapshot(TextCursor& in, std::uint64_t newest) {
    SnapshotReading reading;
    in.expect("{\"schema\":\"changer.state/");
    reading.version = in.number();
    if (!in.faulted() && reading.version > newest) {
        reading.state = SnapshotReading::State::newer;
        return reading;
    }
    in.expect("\",\"seq\":");
    reading.seq = in.number();
    in.expect(",\"trust\":\"");
    reading.trust = take_trust(in);
    in.expect("\",\"documents\":{\n");
    bool more = in.rest().starts_with('"');
    while (more && !in.faulted()) {
        const std::string key = in.string();
        in.expect(":");
        const auto value = in.object();
        if (!in.faulted())
            reading.documents.put(key, std::string(value));
        more = in.take(",\n");
        if (!more)
            in.expect("\n");
    }
    if (!in.faulted() && reading.version > 0)
        reading.state = SnapshotReading::State::good;
    return reading;
}

SnapshotReading read_snapshot(std::string_view bytes, std::uint64_t newest) {
    const auto body = unseal(bytes);
    if (!body)
        return {};
    TextCursor in(*body);
    auto reading = take_snapshot(in, newest);
    if (reading.state == SnapshotReading::State::good && !in.finished())
        reading.state = SnapshotReading::State::bad;
    return reading;
}

Result<void>
write_snapshot(FileLayer& files, const std::string& directory, const Snapshot& snapshot) {
    const auto path = fmt::format("{}/{}", directory, unfinished_state_name);
    auto file = files.open(path);
    if (!file)
        return std::move(file).error();
    auto written = write_file(**file, snapshot);
    file->reset();
    if (written)
        return put_in_place(files, directory);
    // The unfinished file only takes room; the next snapshot or start removes it if this fails.
    if (auto removed = files.remove(path); !removed)
        return written;
    return written;
}

} // namespace changer::store
