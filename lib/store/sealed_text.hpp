// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_layer.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace changer::store {

/// Writes a file of one JSON object, whose last member is the CRC32C of every byte before that
/// member: `{"schema":...,"documents":{...},"crc32c":"1a2b3c4d"}`. What is added ends where the
/// brace of the member before it closes.
class SealedWriter {
  public:
    explicit SealedWriter(File& file)
        : file_(file) {}

    /// Collects text and hands it to the file in large pieces.
    Result<void> add(std::string_view text);

    /// Writes the checksum and makes the file durable.
    Result<void> finish();

  private:
    Result<void> flush();

    File& file_;
    std::string pending_;
    std::uint64_t offset_ = 0;
    std::uint32_t crc_ = 0;
};

/// Returns everything before the checksum member; none if there is no such member or it is wrong.
std::optional<std::string_view> unseal(std::string_view bytes);

/// Writes a sealed file that is whole or as it was before, also after a crash: `path` with ".tmp"
/// behind it, made durable, then renamed, in a directory made durable.
///
/// Errors:  those of `fill`; database_full, database_failure
Result<void> write_sealed_file(FileLayer& files,
                               const std::string& path,
                               const std::function<Result<void>(SealedWriter&)>& fill);

} // namespace changer::store
