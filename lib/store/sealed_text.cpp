// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_text.hpp"

#include "store/crc32c.hpp"

#include <fmt/format.h>

namespace changer::store {
namespace {

constexpr std::string_view crc_member = "},\"crc32c\":\"";
constexpr std::string_view crc_end = "\"}\n";
constexpr std::size_t tail_length = crc_member.size() + crc_digits + crc_end.size();
constexpr std::size_t write_chunk_bytes = std::size_t{1} << 20;

} // namespace

Result<void> SealedWriter::add(std::string_view text) {
    pending_ += text;
    return pending_.size() < write_chunk_bytes ? Result<void>() : flush();
}

Result<void> SealedWriter::flush() {
    crc_ = crc32c(pending_, crc_);
    auto written = file_.write_at(offset_, pending_);
    offset_ += pending_.size();
    pending_.clear();
    return written;
}

Result<void> SealedWriter::finish() {
    if (auto written = flush(); !written)
        return written;
    pending_ = fmt::format("{}{}{}", crc_member, crc_text(crc_), crc_end);
    if (auto written = flush(); !written)
        return written;
    return file_.sync();
}

std::optional<std::string_view> unseal(std::string_view bytes) {
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

Result<void> write_sealed_file(FileLayer& files,
                               const std::string& path,
                               const std::function<Result<void>(SealedWriter&)>& fill) {
    const std::string unfinished = path + ".tmp";
    auto file = files.open(unfinished);
    if (!file)
        return std::move(file).error();
    SealedWriter out(**file);
    auto written = (*file)->truncate(0);
    if (written)
        written = fill(out);
    if (written)
        written = out.finish();
    file->reset();
    if (written)
        written = files.rename(unfinished, path);
    if (written)
        return files.sync_directory(parent_of(path));
    // The unfinished file only takes room; whoever writes it next begins it anew.
    if (auto removed = files.remove(unfinished); !removed)
        return written;
    return written;
}

} // namespace changer::store
