// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/engine.hpp"

#include <nlohmann/json_fwd.hpp>

namespace changer::jobs {

/// What the document "library" holds: the counters that must never run backwards, the marks of the
/// model, and who the device was.
struct LibraryRecord {
    std::string id;
    std::uint64_t generation = 0;
    std::uint64_t next_job = 1;
    std::uint64_t next_request = 1;
    library::Epoch epoch;
    std::optional<DeviceInfo> info;
};

nlohmann::json library_document(const LibraryRecord& record);

/// Errors:  malformed_document
Result<LibraryRecord> library_from_document(const nlohmann::json& document);

nlohmann::json door_document(const DoorRecord& door);

/// Errors:  malformed_document
Result<DoorRecord> door_from_document(const nlohmann::json& document);

nlohmann::json geometry_to_json(const scsi::ElementAddressAssignment& geometry);

} // namespace changer::jobs
