// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"
#include "store/reserve.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace changer::store {

/// Tells whether `id` can name a library: [a-z0-9-]{1,32}.
bool is_library_id(std::string_view id);

/// Checks the file that names the layout of a state directory.
/// Errors:  not_found — there is none; database_failure — it is a newer one, or no layout of
/// changer
Result<void> check_format(FileLayer& files, const std::string& directory);

/// The directory that holds what a daemon knows, owned for as long as the object lives.
///
/// State:   `format` (the layout's version), `lock`, `reserve`, `libraries/<id>/` (see Store),
///          `import.json` (an import that is not done)
/// Thread:  the store thread
class StateDirectory {
  public:
    /// Locks the directory, making it if it is not there, ends an import that was interrupted, and
    /// takes the reserve. A reserve that finds no room is no error: reserve().given_up() tells.
    ///
    /// Errors:  busy — another daemon uses it; database_failure — it cannot be used, or a newer
    ///          version wrote it (nothing is changed then)
    static Result<StateDirectory> open(std::string path, FileLayer& files);

    /// Returns the directory of one library.
    /// Errors:  invalid_parameter — the id is not [a-z0-9-]{1,32}
    Result<std::string> library_directory(std::string_view id) const;

    Reserve& reserve() { return *reserve_; }

    const std::string& path() const { return path_; }

  private:
    StateDirectory(std::string path, std::unique_ptr<FileLock> lock, FileLayer& files)
        : path_(std::move(path))
        , lock_(std::move(lock))
        , reserve_(std::make_unique<Reserve>(files, path_)) {}

    std::string path_;
    std::unique_ptr<FileLock> lock_;
    std::unique_ptr<Reserve> reserve_;
};

} // namespace changer::store
