// SPDX-License-Identifier: Apache-2.0
#include "store/memory_files.hpp"

#include <errno.h>

#include <algorithm>

namespace changer::test {

using store::file_error;

class MemoryFile final : public store::File {
  public:
    MemoryFile(MemoryFiles& files, std::shared_ptr<MemoryFiles::Inode> inode, std::string path)
        : files_(files)
        , inode_(std::move(inode))
        , path_(std::move(path)) {}

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
        return files_.write(*inode_, path_, offset, bytes);
    }

    Result<void> sync() override {
        if (auto done = files_.happen("sync " + path_); !done)
            return done;
        inode_->durable = inode_->data;
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        if (auto done = files_.happen("truncate " + path_); !done)
            return done;
        inode_->data.resize(size);
        return {};
    }

    Result<void> allocate(std::uint64_t size) override {
        if (auto done = files_.happen("allocate " + path_); !done)
            return done;
        const auto more = size > inode_->data.size() ? size - inode_->data.size() : 0;
        if (!files_.fits(more))
            return file_error("write", path_, ENOSPC);
        inode_->data.resize(std::max<std::size_t>(size, inode_->data.size()));
        return {};
    }

  private:
    MemoryFiles& files_;
    std::shared_ptr<MemoryFiles::Inode> inode_;
    std::string path_;
};

namespace {

class MemoryLock final : public store::FileLock {
  public:
    MemoryLock(std::set<std::string>& locks, std::string path)
        : locks_(locks)
        , path_(std::move(path)) {}

    ~MemoryLock() override { locks_.erase(path_); }

  private:
    std::set<std::string>& locks_;
    std::string path_;
};

} // namespace

void MemoryFiles::make_room() {
    full_from.reset();
    capacity_bytes.reset();
}

Result<void> MemoryFiles::happen(std::string what) {
    const std::size_t number = operations_++;
    if (full_from == number)
        capacity_bytes = used();
    log_.push_back(what);
    if (fault && fault->operation == number) {
        crashed_ = fault->kind == Fault::Kind::crash;
        return file_error("do", what, fault->kind == Fault::Kind::no_space ? ENOSPC : EIO);
    }
    if (crashed_)
        return file_error("do", what, EIO);
    return {};
}

std::uint64_t MemoryFiles::used() const {
    std::uint64_t bytes = 0;
    for (const auto& [path, inode] : live_)
        bytes += inode->data.size();
    return bytes;
}

bool MemoryFiles::fits(std::uint64_t more) const {
    return !capacity_bytes || used() + more <= *capacity_bytes;
}

Result<void> MemoryFiles::write(Inode& inode,
                                const std::string& path,
                                std::uint64_t at,
                                std::string_view bytes) {
    auto done = happen("write " + path);
    if (!done)
        bytes = bytes.substr(0, fault->operation + 1 == operations_ ? fault->partial_bytes : 0);
    const auto end = at + bytes.size();
    const auto more = end > inode.data.size() ? end - inode.data.size() : 0;
    if (done && !fits(more)) {
        bytes = bytes.substr(0, bytes.size() / 2); // a full disk takes a part
        done = file_error("write", path, ENOSPC);
    }
    if (inode.data.size() < at + bytes.size())
        inode.data.resize(at + bytes.size());
    inode.data.replace(at, bytes.size(), bytes);
    return done;
}

Result<std::string> MemoryFiles::read(const std::string& path) {
    if (unreadable == path)
        return file_error("read", path, EACCES);
    const auto found = live_.find(path);
    if (found == live_.end())
        return file_error("read", path, ENOENT);
    return found->second->data;
}

Result<std::vector<std::string>> MemoryFiles::list(const std::string& directory) {
    if (unreadable == directory)
        return file_error("list", directory, EACCES);
    std::set<std::string> names; // of a directory in it, the name once
    const std::string prefix = directory + "/";
    for (const auto& [path, inode] : live_)
        if (path.starts_with(prefix))
            names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
    return std::vector<std::string>(names.begin(), names.end());
}

Result<std::unique_ptr<store::File>> MemoryFiles::open(const std::string& path) {
    auto found = live_.find(path);
    if (found == live_.end()) {
        if (auto done = happen("create " + path); !done)
            return std::move(done).error();
        found = live_.emplace(path, std::make_shared<Inode>()).first;
    }
    return std::unique_ptr<store::File>(std::make_unique<MemoryFile>(*this, found->second, path));
}

Result<void> MemoryFiles::rename(const std::string& from, const std::string& to) {
    const auto found = live_.find(from);
    if (found == live_.end())
        return file_error("rename", from, ENOENT);
    if (auto done = happen("rename " + from + " " + to); !done)
        return done;
    const auto inode = found->second;
    live_.erase(found);
    live_[to] = inode;
    return {};
}

Result<void> MemoryFiles::remove(const std::string& path) {
    if (live_.count(path) == 0)
        return file_error("remove", path, ENOENT);
    if (auto done = happen("remove " + path); !done)
        return done;
    live_.erase(path);
    return {};
}

Result<void> MemoryFiles::make_directory(const std::string&) {
    return {};
}

Result<void> MemoryFiles::sync_directory(const std::string& directory) {
    if (auto done = happen("sync " + directory); !done)
        return done;
    durable_ = live_; // one directory at a time is all these tests use
    return {};
}

Result<std::unique_ptr<store::FileLock>> MemoryFiles::lock(const std::string& path) {
    if (!locks_.insert(path).second)
        return Error{Code::busy, path + " is locked"};
    return std::unique_ptr<store::FileLock>(std::make_unique<MemoryLock>(locks_, path));
}

std::unique_ptr<MemoryFiles> MemoryFiles::after_power_cut() const {
    auto disk = std::make_unique<MemoryFiles>();
    for (const auto& [path, inode] : durable_)
        disk->put(path, inode->durable);
    return disk;
}

std::unique_ptr<MemoryFiles> MemoryFiles::after_kill() const {
    auto disk = std::make_unique<MemoryFiles>();
    for (const auto& [path, inode] : live_)
        disk->put(path, inode->data);
    return disk;
}

void MemoryFiles::put(const std::string& path, std::string text) {
    live_[path] = std::make_shared<Inode>(Inode{text, text});
    durable_[path] = live_[path];
}

std::map<std::string, std::string> MemoryFiles::everything() const {
    std::map<std::string, std::string> all;
    for (const auto& [path, inode] : live_)
        all[path] = inode->data;
    return all;
}

} // namespace changer::test
