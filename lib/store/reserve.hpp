// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace changer::store {

/// A file that keeps 1 MiB of the disk free for the records that must still be written once the
/// disk is full: the outcome of a running move, and that the disk is full.
///
/// State:   `<state directory>/reserve`
/// Thread:  the store thread
class Reserve {
  public:
    static constexpr std::uint64_t size_bytes = std::uint64_t{1} << 20;

    Reserve(FileLayer& files, std::string directory)
        : files_(files)
        , directory_(std::move(directory)) {}

    /// Tells whether the room was given up: new work is refused with database_full until refill().
    bool given_up() const { return given_up_; }

    /// Removes the file, so that its room can be written to.
    void give_up();

    /// Takes the room again, if it was given up.
    /// Errors:  database_full — there is still no room for it
    Result<void> refill();

  private:
    std::string path() const { return directory_ + "/reserve"; }

    FileLayer& files_;
    std::string directory_;
    bool given_up_ = true;
};

} // namespace changer::store
