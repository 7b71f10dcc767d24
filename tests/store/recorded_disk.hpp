// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/memory_files.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace changer::test {

/// One operation that changed a disk.
struct DiskOperation {
    enum class Kind { make_directory, create, write, resize, sync, rename, remove, sync_directory };
    Kind kind{};
    std::string path;
    std::string to;         ///< of a rename
    std::size_t inode = 0;  ///< of create, write, resize, sync
    std::uint64_t at = 0;   ///< of a write; of a resize the new size
    std::string bytes = {}; ///< of a write
};

/// Files in memory, and the list of everything that was done to them.
class RecordedFiles final : public store::FileLayer {
  public:
    Result<std::string> read(const std::string& path) override { return below.read(path); }

    Result<std::vector<std::string>> list(const std::string& directory) override {
        return below.list(directory);
    }

    Result<std::unique_ptr<store::File>> open(const std::string& path) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> make_directory(const std::string& directory) override;
    Result<void> sync_directory(const std::string& directory) override;

    Result<std::unique_ptr<store::FileLock>> lock(const std::string& path) override {
        return below.lock(path);
    }

    MemoryFiles below;
    std::vector<DiskOperation> operations;

  private:
    friend class RecordedFile;

    std::map<std::string, std::size_t> inodes_;
    std::set<std::string> directories_;
    std::size_t next_inode_ = 0;
};

/// A disk that a list of operations was sent to, and all that may be on it when the power goes.
///
/// Source:  what POSIX promises and no more: a file's bytes are there after its sync, a name after
///          the sync of its directory; whatever came later may be there or not, in any order; of a
///          write, any 512-byte sectors, the others reading as before or as zeros
class DiskModel {
  public:
    void apply(const DiskOperation& operation);

    using Visitor = std::function<void(std::string_view what, MemoryFiles& disk)>;

    /// Calls `visit` with every disk there may be, each once. Torn sectors are tried for one file
    /// at a time; of a large write not every sector, but `most_sectors` of them.
    void visit(const Visitor& visit, std::size_t most_sectors) const;

  private:
    struct NameOperation {
        DiskOperation::Kind kind{};
        std::string path;
        std::string to;
        std::size_t inode = 0;
    };

    struct Inode {
        std::string durable;
        std::string now; ///< with everything written since the last sync
    };

    using Names = std::map<std::string, std::size_t>; ///< a directory is its path with a '/'
    using Bytes = std::map<std::size_t, std::string>;

    static void apply(Names& names, const NameOperation& operation);
    std::vector<Names> possible_names() const;
    std::vector<std::string> torn(const Inode& inode, std::size_t most_sectors) const;
    static std::unique_ptr<MemoryFiles> build(const Names& names, const Bytes& bytes);

    std::map<std::size_t, Inode> inodes_;
    Names durable_names_;
    std::vector<NameOperation> pending_names_;
};

} // namespace changer::test
