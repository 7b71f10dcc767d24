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

Result<void> put_in_place(FileLayer& files, const std::string& directory) {
    const auto path = [&](std::string_view name) { return fmt::format("{}/{}", directory, name); };
    auto kept = files.rename(path(state_name), path(previous_state_name));
    if (!kept && kept.error().code != Code::not_found)
        return kept;
    if (auto placed = files.rename(path(unfinished_state_name), path(state_name)); !placed)
        return placed;
    return files.sync_directory(directory);
}

/// The documents of a snapshot on their way into a file.
class SnapshotWriter {
  public:
    explicit SnapshotWriter(SealedWriter& out)
        : out_(out) {}

    void begin(std::uint64_t version, std::uint64_t seq, Trust trust) {
        written_ = out_.add(fmt::format(
            "{{\"schema\":\"changer.state/{}\",\"seq\":{},\"trust\":\"{}\",\"documents\":{{",
            version,
            seq,
            trust_names[static_cast<std::size_t>(trust)]));
    }

    void add(std::string_view key, std::string_view value) {
        if (written_)
            written_ = out_.add(fmt::format("{}{}:{}", separator_, *json_string(key), value));
        separator_ = ",\n";
    }

    /// Returns the first error.
    Result<void> end() { return written_ ? out_.add("\n") : written_; }

  private:
    SealedWriter& out_;
    std::string_view separator_ = "\n";
    Result<void> written_;
};

using Fill = std::function<Result<void>(SealedWriter&)>;

Result<void> write_file(File& file, const Fill& fill) {
    if (auto cut = file.truncate(0); !cut)
        return cut;
    SealedWriter out(file);
    if (auto written = fill(out); !written)
        return written;
    return out.finish();
}

/// Writes what `fill` adds as the snapshot.
Result<void> write_state(FileLayer& files, const std::string& directory, const Fill& fill) {
    const auto path = fmt::format("{}/{}", directory, unfinished_state_name);
    auto file = files.open(path);
    if (!file)
        return std::move(file).error();
    auto written = write_file(**file, fill);
    file->reset();
    if (written)
        return put_in_place(files, directory);
    // The unfinished file only takes room; the next snapshot or start removes it if this fails.
    if (auto removed = files.remove(path); !removed)
        return written;
    return written;
}

/// Reads the bytes of the snapshot with this number, whichever of the two files it is: a snapshot
/// that failed half way may have made it the previous one.
Result<std::string>
read_base(FileLayer& files, const std::string& directory, const NextSnapshot& next) {
    for (const std::string_view name : {state_name, previous_state_name}) {
        auto bytes = files.read(fmt::format("{}/{}", directory, name));
        if (!bytes && bytes.error().code != Code::not_found)
            return bytes;
        if (!bytes)
            continue;
        const auto reading = read_documents(
            *bytes, [](const std::string&, std::string_view) {}, next.version);
        if (reading.state == SnapshotReading::State::good && reading.version == next.version &&
            reading.seq == *next.base)
            return bytes;
    }
    return Error{Code::database_failure,
                 fmt::format("neither {0} nor {1} in {2} is the snapshot that was there: they were "
                             "damaged or replaced",
                             state_name,
                             previous_state_name,
                             directory)};
}

/// Lays changes over the documents of a snapshot, both in the order of their keys.
void merge(std::string_view base, const NextSnapshot& next, SnapshotWriter& out) {
    auto change = next.changed->begin();
    const auto end = next.changed->end();
    const auto add_changed = [&] {
        if (change->second)
            out.add(change->first, *change->second);
        ++change;
    };
    if (!base.empty())
        read_documents(
            base,
            [&](const std::string& key, std::string_view value) {
                while (change != end && change->first < key)
                    add_changed();
                if (change != end && change->first == key)
                    add_changed();
                else
                    out.add(key, value);
            },
            next.version);
    while (change != end)
        add_changed();
}

} // namespace

Result<void> add_snapshot(SealedWriter& out, const Snapshot& snapshot) {
    SnapshotWriter writer(out);
    writer.begin(snapshot.version, snapshot.seq, snapshot.trust);
    for (const auto& [key, value] : snapshot.documents)
        writer.add(key, value);
    return writer.end();
}

namespace {

SnapshotReading take_documents(TextCursor& in, const TakeDocument& take, std::uint64_t newest) {
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
        std::string key = in.string();
        in.expect(":");
        const auto value = in.object();
        if (!in.faulted())
            take(std::move(key), value);
        more = in.take(",\n");
        if (!more)
            in.expect("\n");
    }
    if (!in.faulted() && reading.version > 0)
        reading.state = SnapshotReading::State::good;
    return reading;
}

} // namespace

SnapshotReading take_snapshot(TextCursor& in, std::uint64_t newest) {
    DocumentSet documents;
    auto reading = take_documents(
        in,
        [&](std::string key, std::string_view value) {
            documents.put(std::move(key), std::string(value));
        },
        newest);
    reading.documents = std::move(documents);
    return reading;
}

SnapshotReading
read_documents(std::string_view bytes, const TakeDocument& take, std::uint64_t newest) {
    const auto body = unseal(bytes);
    if (!body)
        return {};
    TextCursor in(*body);
    auto reading = take_documents(in, take, newest);
    if (reading.state == SnapshotReading::State::good && !in.finished())
        reading.state = SnapshotReading::State::bad;
    return reading;
}

SnapshotReading read_snapshot(std::string_view bytes, std::uint64_t newest) {
    DocumentSet documents;
    auto reading = read_documents(
        bytes,
        [&](std::string key, std::string_view value) {
            documents.put(std::move(key), std::string(value));
        },
        newest);
    reading.documents = std::move(documents);
    return reading;
}

Result<void>
write_next_snapshot(FileLayer& files, const std::string& directory, const NextSnapshot& next) {
    std::string base;
    if (next.base) {
        auto bytes = read_base(files, directory, next);
        if (!bytes)
            return std::move(bytes).error();
        base = std::move(*bytes);
    }
    return write_state(files, directory, [&](SealedWriter& out) {
        SnapshotWriter writer(out);
        writer.begin(next.version, next.seq, Trust::whole);
        merge(base, next, writer);
        return writer.end();
    });
}

Result<void>
write_snapshot(FileLayer& files, const std::string& directory, const Snapshot& snapshot) {
    return write_state(
        files, directory, [&](SealedWriter& out) { return add_snapshot(out, snapshot); });
}

} // namespace changer::store
