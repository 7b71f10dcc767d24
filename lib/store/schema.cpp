// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer::store {

Schema built_in_schema() {
    // Version 1 is the first. The step to version 2 goes here: {.from = 1, .migrate = ...}
    return {};
}

Result<void>
migrate(DocumentSet& documents, std::uint64_t from, std::uint64_t to, const Schema& schema) {
    for (std::uint64_t version = from; version < to; ++version) {
        const auto step = std::find_if(schema.migrations.begin(),
                                       schema.migrations.end(),
                                       [&](const Migration& row) { return row.from == version; });
        if (step == schema.migrations.end())
            return Error{Code::database_failure,
                         fmt::format("it is of schema {}, which this changerd cannot read any "
                                     "more; start a version between the two once",
                                     version)};
        if (auto migrated = step->migrate(documents); !migrated)
            return Error{Code::database_failure,
                         fmt::format("it cannot be brought from schema {} to {}: {}",
                                     version,
                                     version + 1,
                                     migrated.error().what)};
    }
    return {};
}

} // namespace changer::store
