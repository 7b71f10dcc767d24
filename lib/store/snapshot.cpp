// SPDX-License-Identifier: Apache-2.0
#include "store/snapshot.hpp"

#include "store/crc32c.hpp"
#include "store/text_cursor.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace changer::store {
namespace {

constexpr std::string_view crc_member = "},\"crc32c\":\"";
constexpr std::string_view crc_end = "\"}\n";
constexpr std::size_t tail_length = crc_member.size() + crc_digits + crc_end.size();
constexpr std::size_t write_chunk_bytes = std::size_t{1} << 20;

constexpr std::array<std::string_view, 3> trust_names{"whole", "stale", "needs_inventory"};

Trust take_trust(TextCursor& in) {
    for (std::size_t i = 0; i < trust_names.size(); ++i)
        if (in.take(trust_names[i]))
            return static_cast<Trust>(i);
    in.expect(trust_names[0]);
    return Trust::needs_inventory;
}

/// Returns everything before the checksum member; none if there is no such member or it is wrong.
std::optional<std::string_view> checked_body(std::string_view bytes) {
    if (bytes.size() < tail_length)
        return std::nullopt;
    const auto body = bytes.substr(0, bytes.size() - tail_length);
    const auto tail = bytes.substr(body.size());
    if (tail.substr(0, crc_member.size()) != crc_member ||
        tail.substr(crc_member.size(), crc_digits) != crc_text(crc32c(body)) ||
        tail.substr(crc_member.size() + crc_digits) != crc_end)
        return std::nullopt;
    return body;
}

/// Collects text and hands it to a file in large pieces, with its checksum.
class ChunkWriter {
  public:
    explicit ChunkWriter(File& file)
        : file_(file) {}

    Result<void> add(std::string_view text) {
        pending_ += text;
        return pending_.size() < write_chunk_bytes ? Result<void>() : flush();
    }

    Result<void> flush() {
        crc_ = crc32c(pending_, crc_);
        auto written = file_.write_at(offset_, pending_);
        offset_ += pending_.size();
        pending_.clear();
        return written;
    }

    std::uint32_t crc() const { return crc_; }

  private:
    File& file_;
    std::string pending_;
    std::uint64_t offset_ = 0;
    std::uint32_t crc_ = 0;
};

Result<void> write_documents(ChunkWriter& out, const Snapshot& snapshot) {
    auto written = out.add(fmt::format(
        "{{\"schema\":\"changer.state/{}\",\"seq\":{},\"trust\":\"{}\",\"documents\":{{",
        state_schema_version,
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

Result<void> write_file(File& file, const Snapshot& snapshot) {
    if (auto cut = file.truncate(0); !cut)
        return cut;
    ChunkWriter out(file);
    if (auto written = write_documents(out, snapshot); !written)
        return written;
    if (auto written = out.flush(); !written)
        return written;
    const auto tail = fmt::format("{}{}{}", crc_member, crc_text(out.crc()), crc_end);
    if (auto written = out.add(tail); !written)
        return written;
    if (auto written = out.flush(); !written)
        return written;
    return file.sync();
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

SnapshotReading read_snapshot(std::string_view bytes) {
    SnapshotReading reading;
    const auto body = checked_body(bytes);
    if (!body)
        return reading;
    TextCursor in(*body);
    in.expect("{\"schema\":\"changer.state/");
    const std::uint64_t version = in.number();
    if (!in.faulted() && version > state_schema_version) {
        reading.state = SnapshotReading::State::newer;
        return reading;
    }
    in.expect("\",\"seq\":");
    reading.seq = in.number();
    in.expect(",\"trust\":\"");
    reading.trust = take_trust(in);
    in.expect("\",\"documents\":{\n");
    bool more = !in.rest().empty();
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
    if (in.finished() && version == state_schema_version)
        reading.state = SnapshotReading::State::good;
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
