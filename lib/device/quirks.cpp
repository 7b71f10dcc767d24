// SPDX-License-Identifier: Apache-2.0
#include "device/quirks.hpp"

#include "device/builtin_quirks.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cassert>
#include <fstream>
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

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        return Error{Code::malformed_document, "cannot be read"};
    return text;
}

} // namespace

void Quirk::overlay(const Quirk& other) {
    replace(sense_family, other.sense_family);
    replace(lock_holds_door, other.lock_holds_door);
    replace(door_kind, other.door_kind);
    replace(unlock_hint, other.unlock_hint);
    replace(allow_is_for_everybody, other.allow_is_for_everybody);
    replace(access_flag, other.access_flag);
    replace(implicit_unload, other.implicit_unload);
    replace(device_identifiers, other.device_identifiers);
    replace(max_elements_per_request, other.max_elements_per_request);
    replace(rescan, other.rescan);
    replace(move_timeout, other.move_timeout);
}

const Quirks& Quirks::builtin() {
    static const Quirks quirks = [] {
        auto parsed = parse(builtin_quirks_json);
        assert(parsed && "data/quirks.json is checked by tests/device");
        return parsed ? *std::move(parsed) : Quirks{};
    }();
    return quirks;
}

Result<void> Quirks::add_directory(const std::filesystem::path& directory) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator i(directory, failed), end; !failed && i != end;
         i.increment(failed))
        if (i->path().extension() == ".json")
            files.push_back(i->path());
    if (failed == std::errc::no_such_file_or_directory)
        return {};
    if (failed)
        return Error{Code::malformed_document, directory.string() + ": " + failed.message()};
    std::sort(files.begin(), files.end());
    std::vector<QuirkRow> added;
    for (const auto& file : files) {
        auto text = read_file(file);
        if (!text)
            return std::move(text).error().in(file.string());
        auto parsed = parse(*text);
        if (!parsed)
            return std::move(parsed).error().in(file.string());
        std::move(parsed->rows_.begin(), parsed->rows_.end(), std::back_inserter(added));
    }
    std::move(added.begin(), added.end(), std::back_inserter(rows_));
    return {};
}

Quirk Quirks::find(std::string_view vendor,
                   std::string_view product,
                   std::string_view revision) const {
    vendor = trim_padding(vendor);
    product = trim_padding(product);
    revision = trim_padding(revision);
    Quirk found;
    for (const QuirkRow& row : rows_)
        if (std::any_of(row.matches.begin(), row.matches.end(), [&](const QuirkMatch& match) {
                return matches(match, vendor, product, revision);
            }))
            found.overlay(row.quirk);
    return found;
}

} // namespace changer
