// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine_documents.hpp"

#include "library/fields.hpp"

#include <nlohmann/json.hpp>

namespace changer::jobs {

using library::Fields;
using library::nullable;
using Json = nlohmann::json;

namespace {

Json range_to_json(const scsi::ElementRange& range) {
    return {{"first", scsi::number(range.first)}, {"count", range.count}};
}

scsi::ElementRange range_from_json(const Json& document) {
    Fields fields(document);
    return {fields.address("first").value_or(scsi::ElementAddress{}),
            static_cast<std::uint16_t>(fields.number("count", UINT16_MAX).value_or(0))};
}

/// Only who it is: what else is known of its model comes from the device when it is opened.
std::optional<DeviceInfo> info_from_json(Fields& fields) {
    if (!fields.has("identity"))
        return std::nullopt;
    Fields identity(fields.object("identity"));
    DeviceInfo info;
    info.vendor = identity.text("vendor").value_or("");
    info.product = identity.text("product").value_or("");
    info.revision = identity.text("revision").value_or("");
    info.serial = identity.text("serial");
    Fields geometry(fields.object("geometry"));
    info.geometry.transport = range_from_json(geometry.object("transport"));
    info.geometry.storage = range_from_json(geometry.object("storage"));
    info.geometry.import_export = range_from_json(geometry.object("import_export"));
    info.geometry.data_transfer = range_from_json(geometry.object("data_transfer"));
    info.family = scsi::vendor_family(info.vendor, info.product);
    return info;
}

} // namespace

Json geometry_to_json(const scsi::ElementAddressAssignment& geometry) {
    return {{"transport", range_to_json(geometry.transport)},
            {"storage", range_to_json(geometry.storage)},
            {"import_export", range_to_json(geometry.import_export)},
            {"data_transfer", range_to_json(geometry.data_transfer)}};
}

Json library_document(const LibraryRecord& record) {
    Json document{{"schema", "changer.library_record/1"},
                  {"id", record.id},
                  {"generation", record.generation},
                  {"next_job", record.next_job},
                  {"next_request", record.next_request},
                  {"epoch", to_json(record.epoch)},
                  {"identity", nullptr},
                  {"geometry", nullptr}};
    if (const auto& info = record.info) {
        document["identity"] = {{"vendor", info->vendor},
                                {"product", info->product},
                                {"revision", info->revision},
                                {"serial", nullable(info->serial)}};
        document["geometry"] = geometry_to_json(info->geometry);
    }
    return document;
}

Result<LibraryRecord> library_from_document(const Json& document) {
    Fields fields(document);
    LibraryRecord record;
    record.id = fields.text("id").value_or("");
    record.generation = fields.number("generation").value_or(0);
    record.next_job = fields.number("next_job").value_or(0);
    record.next_request = fields.number("next_request").value_or(0);
    record.epoch = library::epoch_from_json(fields.object("epoch"));
    record.info = info_from_json(fields);
    if (fields.faulted() || record.next_job == 0 || record.next_request == 0)
        return Error{Code::malformed_document, "the document of a library does not read as one"};
    return record;
}

Json door_document(const DoorRecord& door) {
    return {{"schema", "changer.door_record/1"},
            {"state", name(door.state)},
            {"since", nullable(door.since)},
            {"lock", name(door.lock)}};
}

Result<DoorRecord> door_from_document(const Json& document) {
    Fields fields(document);
    const auto state = library::from_name(std::string_view(fields.text("state").value_or("")),
                                          door::DoorState::open);
    const auto lock = library::from_name(std::string_view(fields.text("lock").value_or("")),
                                         door::LockState::not_effective);
    DoorRecord record;
    record.since = fields.time("since");
    if (!state || !lock || fields.faulted())
        return Error{Code::malformed_document, "the document of a door does not read as one"};
    record.state = *state;
    record.lock = *lock;
    return record;
}

} // namespace changer::jobs
