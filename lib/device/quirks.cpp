// SPDX-License-Identifier: Apache-2.0
#include "device/quirks.hpp"

#include "device/builtin_quirks.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cassert>
#include <fstream>
#include <ios>
#include <iterator>
#include <system_error>

namespace changer {
namespace {

bool matches(const QuirkMatch& match,
             std::string_view vendor,
             std::string_view product,
             std::string_view revision) {
    return (match.vendor.empty() || match.vendor == vendor) && product.starts_with(match.product) &&
           (match.revision_from.empty() || match.revision_from <= revision) &&
           (match.revision_to.empty() || revision <= match.revision_to);
}

template <class T>
void replace(std::optional<T>& ours, const std::optional<T>& other) {
    if (other)
        ours = other;
}

template <class T>
void replace(T& ours, const T& other) {
    if (!other.empty())
        ours = other;
}

/// Takes out of a document the rows that have `quoted` somewhere in them, as a document of its own.
/// Rows are the objects two levels deep; braces within texts are no braces.
std::string rows_with(std::string_view document, std::string_view quoted) {
    std::string chosen;
    std::size_t depth = 0;
    std::size_t begin = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < document.size(); ++i) {
        const char c = document[i];
        if (in_text && c == '\\')
            ++i;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && c == '{' && ++depth == 2)
            begin = i;
        else if (!in_text && c == '}' && depth-- == 2) {
            const auto row = document.substr(begin, i + 1 - begin);
            if (row.find(quoted) != row.npos)
                chosen.append(chosen.empty() ? "" : ",").append(row);
        }
    }
    return R"({"schema":"changer.quirks/1","quirks":[)" + chosen + "]}";
}

/// More than all rows that are known; a file of this size is something else.
constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

/// Reads a file, never more than most_bytes of it, and nothing that could block: no pipe.
Result<std::string> read_file(const std::filesystem::path& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed))
        return Error{Code::malformed_document, "is not a file"};
    std::ifstream in(path, std::ios::binary);
    std::string text(most_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || !in.eof() || !in.is_open())
        return Error{Code::malformed_document,
                     in.gcount() > static_cast<std::streamsize>(most_bytes)
                         ? "is larger than a megabyte"
                         : "cannot be read"};
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

} // namespace

void Quirk::overlay(const Quirk& other) {
    replace(sense_family, other.sense_family);
    replace(lock_holds_door, other.lock_holds_door);
    replace(door_kind, other.door_kind);
    replace(unlock_hint, other.unlock_hint);
    replace(allow_is_for_everybody, other.allow_is_for_everybody);
    replace(prevent, other.prevent);
    replace(access_flag, other.access_flag);
    replace(implicit_unload, other.implicit_unload);
    replace(exchange, other.exchange);
    replace(tag_search, other.tag_search);
    replace(element_types, other.element_types);
    replace(drive_identifiers, other.drive_identifiers);
    replace(max_elements_per_request, other.max_elements_per_request);
    replace(max_transfer_bytes, other.max_transfer_bytes);
    replace(rescan, other.rescan);
    replace(rescan_after_power_on, other.rescan_after_power_on);
    replace(transport_address, other.transport_address);
    addresses.overlay(other.addresses);
    first_addresses.overlay(other.first_addresses);
    timeouts.overlay(other.timeouts);
}

const Quirks& Quirks::builtin() {
    static const Quirks quirks = [] {
        auto parsed = parse(builtin_quirks_json);
        assert(parsed && "data/quirks.json is checked by tests/device");
        return parsed ? *std::move(parsed) : Quirks{};
    }();
    return quirks;
}

Quirks Quirks::builtin_on_demand() {
    Quirks quirks;
    quirks.unread_ = builtin_quirks_json;
    return quirks;
}

Result<std::vector<std::filesystem::path>>
Quirks::files_of(const std::filesystem::path& directory) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator i(directory, failed), end; !failed && i != end;
         i.increment(failed))
        if (i->path().extension() == ".json")
            files.push_back(i->path());
    if (failed)
        return Error{failed == std::errc::no_such_file_or_directory ? Code::not_found
                                                                    : Code::malformed_document,
                     directory.string() + ": " + failed.message()};
    std::sort(files.begin(), files.end());
    return files;
}

Result<void> Quirks::add_file(const std::filesystem::path& file) {
    auto text = read_file(file);
    if (!text)
        return std::move(text).error().in(file.string());
    auto parsed = parse(*text);
    if (!parsed)
        return std::move(parsed).error().in(file.string());
    std::move(parsed->rows_.begin(), parsed->rows_.end(), std::back_inserter(rows_));
    return {};
}

Result<void> Quirks::add_directory(const std::filesystem::path& directory) {
    const auto files = files_of(directory);
    if (!files)
        return files.error().code == Code::not_found ? Result<void>() : files.error();
    Quirks added;
    for (const auto& file : *files)
        if (auto done = added.add_file(file); !done)
            return done;
    std::move(added.rows_.begin(), added.rows_.end(), std::back_inserter(rows_));
    return {};
}

Quirk Quirks::find(std::string_view vendor,
                   std::string_view product,
                   std::string_view revision) const {
    vendor = trim_padding(vendor);
    product = trim_padding(product);
    revision = trim_padding(revision);
    Quirk found;
    if (!unread_.empty())
        if (const auto read = parse(rows_with(unread_, "\"" + std::string(vendor) + "\"")))
            found = read->find(vendor, product, revision);
    for (const QuirkRow& row : rows_)
        if (std::any_of(row.matches.begin(), row.matches.end(), [&](const QuirkMatch& match) {
                return matches(match, vendor, product, revision);
            }))
            found.overlay(row.quirk);
    return found;
}

} // namespace changer
