// SPDX-License-Identifier: Apache-2.0
#include "store/recorded_disk.hpp"

#include <algorithm>

namespace changer::test {

using Kind = DiskOperation::Kind;

namespace {

std::string parent(std::string path) {
    if (path.ends_with('/'))
        path.pop_back();
    const auto end = path.find_last_of('/');
    return end == std::string::npos ? std::string() : path.substr(0, end);
}

} // namespace

class RecordedFile final : public store::File {
  public:
    RecordedFile(RecordedFiles& files,
                 std::unique_ptr<store::File> below,
                 std::string path,
                 std::size_t inode)
        : files_(files)
        , below_(std::move(below))
        , path_(std::move(path))
        , inode_(inode) {}

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
        auto done = below_->write_at(offset, bytes);
        if (!done) { // a part of it may have been written
            const auto text = files_.below.read(path_);
            bytes = text && text->size() > offset ? bytes.substr(0, text->size() - offset) : "";
        }
        files_.operations.push_back({Kind::write, path_, "", inode_, offset, std::string(bytes)});
        return done;
    }

    Result<void> sync() override { return note({Kind::sync, path_, "", inode_}, below_->sync()); }

    Result<void> truncate(std::uint64_t size) override {
        return note({Kind::resize, path_, "", inode_, size}, below_->truncate(size));
    }

    Result<void> allocate(std::uint64_t size) override {
        return note({Kind::resize, path_, "", inode_, size}, below_->allocate(size));
    }

  private:
    Result<void> note(DiskOperation operation, Result<void> done) {
        if (done)
            files_.operations.push_back(std::move(operation));
        return done;
    }

    RecordedFiles& files_;
    std::unique_ptr<store::File> below_;
    std::string path_;
    std::size_t inode_;
};

Result<std::unique_ptr<store::File>> RecordedFiles::open(const std::string& path) {
    const bool is_new = !below.exists(path);
    auto file = below.open(path);
    if (!file)
        return file;
    if (is_new) {
        inodes_[path] = ++next_inode_;
        operations.push_back({Kind::create, path, "", next_inode_});
    }
    return std::unique_ptr<store::File>(
        std::make_unique<RecordedFile>(*this, std::move(*file), path, inodes_.at(path)));
}

Result<void> RecordedFiles::rename(const std::string& from, const std::string& to) {
    auto done = below.rename(from, to);
    if (done) {
        inodes_[to] = inodes_.at(from);
        operations.push_back({Kind::rename, from, to});
    }
    return done;
}

Result<void> RecordedFiles::remove(const std::string& path) {
    auto done = below.remove(path);
    if (done)
        operations.push_back({Kind::remove, path, ""});
    return done;
}

Result<void> RecordedFiles::make_directory(const std::string& directory) {
    for (auto end = directory.find('/'); true; end = directory.find('/', end + 1)) {
        const auto part = directory.substr(0, end);
        if (directories_.insert(part).second) {
            operations.push_back({Kind::make_directory, part, ""});
            operations.push_back({Kind::sync_directory, parent(part), ""});
        }
        if (end == std::string::npos)
            return {};
    }
}

Result<void> RecordedFiles::sync_directory(const std::string& directory) {
    auto done = below.sync_directory(directory);
    if (done)
        operations.push_back({Kind::sync_directory, directory, ""});
    return done;
}

namespace {

constexpr std::size_t sector_bytes = 512;
constexpr std::size_t most_name_subsets =
    16; ///< of more pending names only the first ones, in order

/// Returns the bytes of `next` in the sectors that `wanted` names, those of `old` elsewhere.
template <class Wanted>
std::string mix(const std::string& old, const std::string& next, Wanted wanted) {
    std::string mixed(next.size(), '\0');
    std::copy_n(old.begin(), std::min(old.size(), next.size()), mixed.begin());
    for (std::size_t sector = 0; sector * sector_bytes < next.size(); ++sector)
        if (wanted(sector))
            mixed.replace(sector * sector_bytes,
                          sector_bytes,
                          next.substr(sector * sector_bytes, sector_bytes));
    return mixed;
}

} // namespace

void DiskModel::apply(Names& names, const NameOperation& operation) {
    switch (operation.kind) {
    case Kind::make_directory:
    case Kind::create:
        names[operation.path] = operation.inode;
        break;
    case Kind::rename:
        names.erase(operation.path);
        names[operation.to] = operation.inode;
        break;
    default:
        names.erase(operation.path);
        break;
    }
}

void DiskModel::apply(const DiskOperation& operation) {
    const std::string& path = operation.path;
    switch (operation.kind) {
    case Kind::make_directory:
        pending_names_.push_back({operation.kind, path + "/", "", 0});
        return;
    case Kind::create:
        pending_names_.push_back({operation.kind, path, "", operation.inode});
        inodes_[operation.inode] = {};
        return;
    case Kind::rename:
    case Kind::remove: {
        Names names = durable_names_;
        for (const NameOperation& pending : pending_names_)
            apply(names, pending);
        pending_names_.push_back({operation.kind, path, operation.to, names.at(path)});
        return;
    }
    case Kind::write: {
        std::string& now = inodes_.at(operation.inode).now;
        now.resize(std::max<std::size_t>(now.size(), operation.at + operation.bytes.size()));
        now.replace(operation.at, operation.bytes.size(), operation.bytes);
        return;
    }
    case Kind::resize:
        inodes_.at(operation.inode).now.resize(operation.at);
        return;
    case Kind::sync:
        inodes_.at(operation.inode).durable = inodes_.at(operation.inode).now;
        return;
    case Kind::sync_directory:
        std::erase_if(pending_names_, [&](const NameOperation& pending) {
            if (parent(pending.path) != path)
                return false;
            apply(durable_names_, pending);
            return true;
        });
        return;
    }
}

std::vector<DiskModel::Names> DiskModel::possible_names() const {
    std::vector<Names> all;
    const std::size_t count = pending_names_.size();
    const auto add = [&](auto wanted) {
        Names names = durable_names_;
        for (std::size_t i = 0; i < count; ++i)
            if (wanted(i))
                apply(names, pending_names_[i]);
        all.push_back(std::move(names));
    };
    if (std::size_t{1} << std::min<std::size_t>(count, 10) <= most_name_subsets)
        for (std::size_t mask = 0; mask < std::size_t{1} << count; ++mask)
            add([&](std::size_t i) { return (mask >> i & 1) != 0; });
    else
        for (std::size_t length = 0; length <= count; ++length)
            add([&](std::size_t i) { return i < length; });
    return all;
}

/// Returns what may be in a file that was written to: not as before, not as it should be.
std::vector<std::string> DiskModel::torn(const Inode& inode, std::size_t most_sectors) const {
    const std::string& old = inode.durable;
    const std::string& next = inode.now;
    std::vector<std::size_t> changed;
    for (std::size_t sector = 0; sector * sector_bytes < next.size(); ++sector) {
        const std::size_t at = sector * sector_bytes;
        if (at >= old.size() || old.compare(at, sector_bytes, next, at, sector_bytes) != 0)
            changed.push_back(sector);
    }
    std::vector<std::string> all;
    const std::size_t stride = std::max<std::size_t>(1, changed.size() / most_sectors);
    for (std::size_t i = 0; i < changed.size(); i += stride) {
        const std::size_t sector = changed[i];
        all.push_back(mix(old, next, [&](std::size_t s) { return s < sector; }));
        all.push_back(all.back().substr(0, std::max(old.size(), sector * sector_bytes)));
        all.push_back(mix(old, next, [&](std::size_t s) { return s > sector; }));
        all.push_back(mix(old, next, [&](std::size_t s) { return s != sector; }));
        all.push_back(mix(old, next, [&](std::size_t s) { return s == sector; }));
    }
    if (next.size() < old.size())
        all.push_back(next + old.substr(next.size())); // written, not yet cut
    return all;
}

std::unique_ptr<MemoryFiles> DiskModel::build(const Names& names, const Bytes& bytes) {
    auto disk = std::make_unique<MemoryFiles>();
    const auto is_there = [&](const std::string& path) {
        for (std::string above = parent(path); !above.empty(); above = parent(above))
            if (names.count(above + "/") == 0)
                return false;
        return true;
    };
    for (const auto& [path, inode] : names)
        if (inode != 0 && is_there(path))
            disk->put(path, bytes.at(inode));
    return disk;
}

void DiskModel::visit(const Visitor& visit, std::size_t most_sectors) const {
    Bytes synced;
    Bytes written;
    for (const auto& [number, inode] : inodes_) {
        synced[number] = inode.durable;
        written[number] = inode.now;
    }
    const auto all_names = possible_names();
    for (const Names& names : all_names) {
        visit("without unsynced bytes", *build(names, synced));
        if (synced != written)
            visit("with unsynced bytes", *build(names, written));
    }
    for (const auto& [number, inode] : inodes_) {
        if (inode.durable == inode.now)
            continue;
        for (std::string& bytes : torn(inode, most_sectors)) {
            Bytes mixed = synced;
            mixed[number] = std::move(bytes);
            visit("with torn sectors", *build(all_names.back(), mixed));
        }
    }
}

} // namespace changer::test
