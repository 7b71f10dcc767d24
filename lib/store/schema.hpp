// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/documents.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>

namespace changer::store {

/// The version this program writes: `changer.state/1`, `changer.journal/1`. One number for both,
/// because both hold the same documents.
inline constexpr std::uint64_t schema_version = 1;

/// One step from a version of the documents to the next.
struct Migration {
    std::uint64_t from = 0;
    /// Turns documents of version `from` into those of `from + 1`.
    Result<void> (*migrate)(DocumentSet& documents) = nullptr;
};

/// A version, and the way to it from older ones.
struct Schema {
    std::uint64_t current = schema_version;
    std::span<const Migration> migrations; ///< must outlive the schema
};

/// Returns this program's schema. A change of what documents mean is a new `schema_version` and a
/// row in its table; a version without a row to the next cannot be read any more.
Schema built_in_schema();

/// Brings documents of version `from` to version `to`.
///
/// Errors:  database_failure — there is no way, or a document is in it; the documents are then of
///          no use
Result<void>
migrate(DocumentSet& documents, std::uint64_t from, std::uint64_t to, const Schema& schema);

} // namespace changer::store
