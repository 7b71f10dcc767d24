// SPDX-License-Identifier: Apache-2.0
#include "transport/discovery.hpp"

#include "scsi/spc/vpd.hpp"
#include "support/bytes.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <tuple>
#include <utility>

namespace changer {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 65'536 + 4; // of an attribute: a whole VPD page

/// Reads an attribute; empty if it is not there.
std::string read_attribute(const fs::path& path) {
    std::string text(most_bytes, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return text;
}

/// Reads an attribute of one line of text, without its newline and padding.
std::string read_text(const fs::path& path) {
    const std::string text = read_attribute(path);
    return std::string(trim_padding(std::string_view(text).substr(0, text.find('\n'))));
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value = 0;
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (text.empty() || result.ec != std::errc{} || result.ptr != end)
        return std::nullopt;
    return value;
}

std::optional<ScsiAddress> parse_address(std::string_view text) {
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
        part = text.substr(0, text.find(':'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    const auto host = number<unsigned>(parts[0]);
    const auto channel = number<unsigned>(parts[1]);
    const auto target = number<unsigned>(parts[2]);
    const auto lun = number<std::uint64_t>(parts[3]);
    if (!host || !channel || !target || !lun || !text.empty())
        return std::nullopt;
    return ScsiAddress{*host, *channel, *target, *lun};
}

/// Lists a directory's names in order; none if it is not there.
std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code problem;
    for (fs::directory_iterator at(directory, problem), end; !problem && at != end;
         at.increment(problem))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// True for "sg3" with prefix "sg": nothing but a number behind it.
bool numbered(std::string_view name, std::string_view prefix) {
    return name.starts_with(prefix) && number<unsigned>(name.substr(prefix.size())).has_value();
}

/// The no-rewind node without a density letter: nst0 beside nst0a, nst0l, nst0m and st0.
std::optional<std::string> tape_node(const fs::path& device) {
    for (const auto& name : names_in(device / "scsi_tape"))
        if (numbered(name, "nst"))
            return "/dev/" + name;
    return std::nullopt;
}

std::string describe(const scsi::Designator& designator) {
    std::string text;
    for (const std::byte b : designator.value)
        text += static_cast<char>(b);
    text = trim_padding(text);
    switch (designator.type) {
    case scsi::Designator::Type::naa:
        return "naa." + to_hex(designator.value);
    case scsi::Designator::Type::eui_64:
        return "eui." + to_hex(designator.value);
    case scsi::Designator::Type::t10_vendor_id:
        return "t10." + text;
    case scsi::Designator::Type::scsi_name:
        return text;
    default:
        return {};
    }
}

std::vector<std::string> device_ids(const std::string& page) {
    std::vector<std::string> ids;
    const auto designators = scsi::decode_device_identification(std::as_bytes(std::span(page)));
    if (!designators)
        return ids;
    for (const auto& designator : *designators)
        if (designator.association == scsi::Designator::Association::logical_unit)
            if (auto id = describe(designator); !id.empty())
                ids.push_back(std::move(id));
    return ids;
}

/// Reads page 80h of a device's directory; empty if there is none.
std::string unit_serial_number(const fs::path& device) {
    const auto page = read_attribute(device / "vpd_pg80");
    const auto serial = scsi::decode_unit_serial_number(std::as_bytes(std::span(page)));
    return serial ? *serial : std::string();
}

/// Reads one entry of class/scsi_generic; none if it is no changer and no tape drive.
std::optional<DiscoveredDevice> read_device(const fs::path& entry, const LinkLookup& links) {
    // "device" leads to the directory that is named after the device's address.
    std::error_code problem;
    const auto device = fs::canonical(entry / "device", problem);
    const auto address = problem ? std::nullopt : parse_address(device.filename().string());
    const auto type = number<unsigned>(read_text(device / "type"));
    constexpr std::array wanted{scsi::DeviceType::changer, scsi::DeviceType::tape};
    const auto is_type = [&](scsi::DeviceType kind) { return type == static_cast<unsigned>(kind); };
    if (!address || std::none_of(wanted.begin(), wanted.end(), is_type))
        return std::nullopt;
    const auto name = entry.filename().string();
    DiscoveredDevice found;
    found.sg_node = "/dev/" + name;
    found.type = scsi::DeviceType(static_cast<std::uint8_t>(*type));
    found.vendor = read_text(device / "vendor");
    found.product = read_text(device / "model");
    found.revision = read_text(device / "rev");
    if (auto serial = unit_serial_number(device); !serial.empty())
        found.serial = std::move(serial);
    found.device_ids = device_ids(read_attribute(device / "vpd_pg83"));
    found.address = *address;
    found.tape_node = tape_node(device);
    found.by_id = links(name);
    // Debian's rules name a drive by its tape nodes, a changer by its only one.
    if (!found.by_id && found.tape_node)
        found.by_id = links(fs::path(*found.tape_node).filename().string());
    return found;
}

/// Changers first; then as they are cabled.
bool listed_before(const DiscoveredDevice& one, const DiscoveredDevice& other) {
    const auto rank = [](const DiscoveredDevice& device) {
        return std::tuple(device.type != scsi::DeviceType::changer, device.address);
    };
    return rank(one) < rank(other);
}

} // namespace

std::string unit_serial_number_of(const fs::path& node, const fs::path& sysfs) {
    struct stat status {};

    if (::stat(node.c_str(), &status) != 0 || !S_ISCHR(status.st_mode))
        return {};
    const auto device =
        fmt::format("dev/char/{}:{}/device", major(status.st_rdev), minor(status.st_rdev));
    return unit_serial_number(sysfs / device);
}

std::optional<std::string> persistent_link(std::span<const std::string> links) {
    const auto rank = [](const std::string& link) {
        return std::pair(!link.ends_with("-changer"), std::string_view(link));
    };
    std::optional<std::string> best;
    for (const std::string& link : links)
        if (link.starts_with("/dev/tape/by-id/") && (!best || rank(link) < rank(*best)))
            best = link;
    return best;
}

std::string to_string(const ScsiAddress& address) {
    return fmt::format("{}:{}:{}:{}", address.host, address.channel, address.target, address.lun);
}

Result<std::vector<DiscoveredDevice>> scan_sysfs(const fs::path& sysfs, const LinkLookup& links) {
    const auto directory = sysfs / "class" / "scsi_generic";
    std::error_code problem;
    if (!fs::is_directory(directory, problem))
        return Error{Code::device_not_available,
                     directory.string() + ": not there; is the sg module loaded?"};
    std::vector<DiscoveredDevice> found;
    for (const auto& name : names_in(directory))
        if (numbered(name, "sg"))
            if (auto device = read_device(directory / name, links))
                found.push_back(*std::move(device));
    std::sort(found.begin(), found.end(), listed_before);
    return found;
}

Result<std::vector<DiscoveredDevice>> discover_devices() {
    return scan_sysfs("/sys", udev_link);
}

} // namespace changer
