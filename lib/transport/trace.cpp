// SPDX-License-Identifier: Apache-2.0
#include "transport/trace.hpp"

#include "support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace changer {
namespace {

using nlohmann::json;

constexpr std::string_view schema = "changer.trace/1";
constexpr std::uint64_t max_length = std::numeric_limits<int>::max();

std::string dump_line(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

/// Reads the fields of one object; the first one that is wrong decides.
class Fields {
  public:
    explicit Fields(const json& object)
        : object_(object) {}

    std::uint64_t number(const char* name, std::uint64_t most) {
        const json* field = find(name);
        if (!field || !field->is_number_unsigned() || field->get<std::uint64_t>() > most) {
            complain(name, "a number in range");
            return 0;
        }
        return field->get<std::uint64_t>();
    }

    Bytes bytes(const char* name) {
        const json* field = find(name);
        auto value = field && field->is_string() ? from_hex(field->get_ref<const std::string&>())
                                                 : std::nullopt;
        if (!value)
            complain(name, "bytes in hexadecimal");
        return value.value_or(Bytes{});
    }

    std::string text(const char* name) {
        const json* field = find(name);
        if (field && field->is_string())
            return field->get<std::string>();
        complain(name, "text");
        return {};
    }

    bool truth(const char* name) {
        const json* field = find(name);
        if (!field || !field->is_boolean())
            complain(name, "true or false");
        return field && field->is_boolean() && field->get<bool>();
    }

    void complain(std::string_view name, std::string_view wanted) {
        if (problem_.empty())
            problem_ = fmt::format("\"{}\" is not {}", name, wanted);
    }

    const std::string& problem() const { return problem_; }

  private:
    const json* find(const char* name) const {
        const auto at = object_.find(name);
        return at == object_.end() ? nullptr : &*at;
    }

    const json& object_;
    std::string problem_;
};

Error decode_error(const json& object, Fields& entry) {
    if (!object.is_object()) {
        entry.complain("error", "an object");
        return {};
    }
    Fields fields(object);
    const auto code = code_from_name(fields.text("code"));
    Error error{code.value_or(Code::failed), fields.text("what")};
    if (!fields.problem().empty() || !code || *code == Code::ok)
        entry.complain("error", "a known code with a text");
    return error;
}

Result<TraceEntry> decode_entry(const json& object) {
    Fields fields(object);
    TraceEntry entry;
    const Bytes cdb = fields.bytes("cdb");
    if (cdb.empty() || cdb.size() > scsi::Cdb::max_length)
        fields.complain("cdb", "1 to 16 bytes");
    entry.cdb = scsi::Cdb::from_bytes(cdb);
    entry.data_in_length = fields.number("data_in_length", max_length);
    entry.data_out = fields.bytes("data_out");
    entry.timeout = std::chrono::milliseconds{fields.number("timeout_ms", max_length)};
    entry.duration = std::chrono::microseconds{
        fields.number("microseconds", std::numeric_limits<std::int64_t>::max())};
    if (const auto error = object.find("error"); error != object.end()) {
        entry.outcome = decode_error(*error, fields);
    } else {
        TraceEntry::Answer answer;
        answer.status = scsi::Status(static_cast<std::uint8_t>(fields.number("status", 0xFF)));
        answer.data = fields.bytes("data");
        answer.sense = fields.bytes("sense");
        answer.new_nexus = fields.truth("new_nexus");
        if (answer.data.size() > entry.data_in_length)
            fields.complain("data", "within data_in_length");
        entry.outcome = std::move(answer);
    }
    if (!fields.problem().empty())
        return Error{Code::malformed_document, fields.problem()};
    return entry;
}

/// Checks a header line: ours, and no newer than this reader.
Result<void> check_header(const json& schema_field) {
    if (schema_field == schema)
        return {};
    return Error{Code::malformed_document,
                 fmt::format("schema {} instead of \"{}\"",
                             schema_field.dump(-1, ' ', false, json::error_handler_t::replace),
                             schema)};
}

} // namespace

std::string encode_trace_header(std::string_view device) {
    return dump_line({{"schema", schema}, {"device", device}});
}

std::string encode_trace_entry(const TraceEntry& entry) {
    json line = {{"cdb", to_hex(entry.cdb.view())},
                 {"data_in_length", entry.data_in_length},
                 {"data_out", to_hex(entry.data_out)},
                 {"timeout_ms", std::max<std::int64_t>(entry.timeout.count(), 0)},
                 {"microseconds", std::max<std::int64_t>(entry.duration.count(), 0)}};
    if (const auto* error = std::get_if<Error>(&entry.outcome)) {
        line["error"] = {{"code", name(error->code)}, {"what", error->what}};
    } else if (const auto* answer = std::get_if<TraceEntry::Answer>(&entry.outcome)) {
        line["status"] = static_cast<std::uint8_t>(answer->status);
        line["data"] = to_hex(answer->data);
        line["sense"] = to_hex(answer->sense);
        line["new_nexus"] = answer->new_nexus;
    }
    return dump_line(line);
}

Result<std::vector<TraceEntry>> decode_trace(std::string_view text) {
    std::vector<TraceEntry> entries;
    bool headed = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (trim_padding(line).empty())
            continue;
        const auto context = fmt::format("line {}", number);
        const json object = json::parse(line, nullptr, false);
        if (!object.is_object())
            return Error{Code::malformed_document, context + ": not a JSON object"};
        if (const auto field = object.find("schema"); field != object.end()) {
            if (auto checked = check_header(*field); !checked)
                return std::move(checked).error().in(context);
            headed = true;
            continue;
        }
        if (!headed)
            return Error{Code::malformed_document, context + ": no header with a schema before it"};
        auto entry = decode_entry(object);
        if (!entry)
            return std::move(entry).error().in(context);
        entries.push_back(*std::move(entry));
    }
    if (!headed)
        return Error{Code::malformed_document, "no header with a schema"};
    return entries;
}

} // namespace changer
