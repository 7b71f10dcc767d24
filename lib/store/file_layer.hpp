// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace changer::store {

/// A file open for writing.
class File {
  public:
    virtual ~File() = default;

    /// Writes all of `bytes` at `offset`. After an error the file may hold any part of them.
    virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;

    /// Makes what was written durable. After an error nothing may be concluded from trying again.
    virtual Result<void> sync() = 0;

    /// Cuts or extends the file to `size` bytes.
    virtual Result<void> truncate(std::uint64_t size) = 0;

    /// Takes room on the disk for the first `size` bytes.
    virtual Result<void> allocate(std::uint64_t size) = 0;
};

/// A lock that lives as long as the object.
class FileLock {
  public:
    virtual ~FileLock() = default;
};

/// Everything the store does to a file system; tests put faults and crashes here.
///
/// Errors:  not_found — no such file; database_full — no room on the disk; database_failure —
///          anything else. Each is a sentence that names the file and what to do
class FileLayer {
  public:
    virtual ~FileLayer() = default;

    /// Reads a whole regular file.
    virtual Result<std::string> read(const std::string& path) = 0;

    /// Lists the names in a directory, sorted, without "." and "..".
    virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;

    /// Opens a file for writing; it is created, with mode 0640, if it is not there.
    virtual Result<std::unique_ptr<File>> open(const std::string& path) = 0;

    /// Renames, replacing what was at `to`.
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;

    virtual Result<void> remove(const std::string& path) = 0;

    /// Makes the directory, with mode 0750, and its parents; an existing one is success. What was
    /// made is durable: a file in it must not go because its directory does.
    virtual Result<void> make_directory(const std::string& directory) = 0;

    /// Makes creations, renames and removals in a directory durable.
    virtual Result<void> sync_directory(const std::string& directory) = 0;

    /// Locks a file against every other process, without waiting.
    /// Errors:  also busy — somebody holds the lock
    virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The machine's file system.
/// Thread:  any; a File is used by one thread
class SystemFiles final : public FileLayer {
  public:
    Result<std::string> read(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;
    Result<std::unique_ptr<File>> open(const std::string& path) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> make_directory(const std::string& directory) override;
    Result<void> sync_directory(const std::string& directory) override;
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

/// Returns the directory that a path is in.
std::string parent_of(const std::string& path);

/// Makes the error of a failed system call: "cannot write FILE: no space left on device; free
/// space on that file system".
Error file_error(std::string_view verb, std::string_view path, int error_number);

} // namespace changer::store
