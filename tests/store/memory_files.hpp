// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace changer::test {

/// What goes wrong at one operation.
struct Fault {
    enum class Kind { no_space, io_error, crash };
    std::size_t operation = 0; ///< counted from 0, over everything that changes the disk
    Kind kind = Kind::io_error;
    std::size_t partial_bytes = 0; ///< of a write: so many get through first
};

/// A file system in memory that tells what was made durable from what was not, counts operations,
/// and fails where it is told to.
class MemoryFiles final : public store::FileLayer {
  public:
    struct Inode {
        std::string data;
        std::string durable;
    };

    Result<std::string> read(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;
    Result<std::unique_ptr<store::File>> open(const std::string& path) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> make_directory(const std::string& directory) override;
    Result<void> sync_directory(const std::string& directory) override;
    Result<std::unique_ptr<store::FileLock>> lock(const std::string& path) override;

    /// Returns the disk after a power cut: only what was made durable.
    std::unique_ptr<MemoryFiles> after_power_cut() const;

    /// Returns the disk after the process was killed: everything it wrote.
    std::unique_ptr<MemoryFiles> after_kill() const;

    /// Undoes `full_from` and `capacity_bytes`.
    void make_room();

    std::size_t operations() const { return operations_; }

    const std::vector<std::string>& log() const { return log_; }

    bool exists(const std::string& path) const { return live_.count(path) != 0; }

    std::string text(const std::string& path) const { return live_.at(path)->data; }

    void put(const std::string& path, std::string text);

    std::map<std::string, std::string> everything() const;

    std::optional<Fault> fault;
    std::optional<std::uint64_t> capacity_bytes;
    std::optional<std::size_t> full_from;  ///< from this operation on nothing grows
    std::optional<std::string> unreadable; ///< a path that cannot be read

  private:
    friend class MemoryFile;

    Result<void> happen(std::string what);
    Result<void> write(Inode& inode, const std::string& path, std::uint64_t at, std::string_view);
    std::uint64_t used() const;
    bool fits(std::uint64_t more) const;

    std::map<std::string, std::shared_ptr<Inode>> live_;
    std::map<std::string, std::shared_ptr<Inode>> durable_;
    std::set<std::string> locks_;
    std::size_t operations_ = 0;
    bool crashed_ = false;
    std::vector<std::string> log_;
};

} // namespace changer::test
