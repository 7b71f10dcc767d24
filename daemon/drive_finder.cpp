// SPDX-License-Identifier: Apache-2.0
#include "drive_finder.hpp"

#include "drive/drive.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace changer::daemon {
namespace {

bool has_name(const DrivePath& path, const std::string& device) {
    return path.device == device || path.tape_node == device ||
           std::find(path.names.begin(), path.names.end(), device) != path.names.end();
}

/// Whether `device` is a link to one of the drive's nodes: its /dev/sgN, or one of its tape
/// driver's
/// ("st0", "nst0", and those of other densities, "nst0a").
bool leads_to(const std::string& device, const DrivePath& path) {
    std::error_code error;
    const std::string real = std::filesystem::canonical(device, error).string();
    if (error)
        return false;
    if (real == path.device)
        return true;
    if (!path.tape_node)
        return false;
    std::string node = std::filesystem::path(real).filename().string();
    std::string wanted = std::filesystem::path(*path.tape_node).filename().string();
    node.erase(0, node.starts_with('n') ? 1 : 0);
    wanted.erase(0, wanted.starts_with('n') ? 1 : 0);
    return node == wanted || (node.size() == wanted.size() + 1 && node.starts_with(wanted) &&
                              std::string_view("alm").find(node.back()) != std::string_view::npos);
}

/// Asks a drive who it is, and where; nothing but INQUIRY is sent.
Result<DrivePath> ask_drive(const std::string& device,
                            const DriveSources& sources,
                            Clock& clock,
                            const Quirks& quirks) {
    auto transport = sources.open(device);
    if (!transport)
        return std::move(transport).error();
    const auto drive = Drive::open(**transport, clock, quirks);
    if (!drive)
        return drive.error();
    const Identity& identity = drive->identity();
    DrivePath path{.device = device,
                   .vendor = identity.vendor,
                   .product = identity.product,
                   .serial = identity.serial};
    if (!identity.designator.empty())
        path.designators.push_back(identity.designator);
    path.element_address = drive->element_address();
    return path;
}

const DrivePath* find_path(std::span<const DrivePath> paths, const std::string& device) {
    const auto found = std::find_if(
        paths.begin(), paths.end(), [&](const DrivePath& path) { return path.device == device; });
    return found == paths.end() ? nullptr : &*found;
}

/// The element that a drive which the kernel knows says it is at; the kernel does not tell.
std::optional<scsi::ElementAddress> where_it_says(const DrivePath& path,
                                                  std::span<const DrivePath> known,
                                                  const DriveSources& sources,
                                                  Clock& clock,
                                                  const Quirks& quirks) {
    const DrivePath* const before = find_path(known, path.device);
    if (before != nullptr && before->serial == path.serial && before->element_address)
        return before->element_address;
    const auto asked = ask_drive(path.device, sources, clock, quirks);
    return asked ? asked->element_address : std::nullopt;
}

const DriveConfig* configuration_of(const DrivePath& path,
                                    std::span<const DriveConfig> configured) {
    const auto found = std::find_if(configured.begin(), configured.end(), [&](const auto& each) {
        return has_name(path, each.device);
    });
    return found == configured.end() ? nullptr : &*found;
}

/// The way that is used, of those there are.
const DrivePath& best_path(const DriveMatch& match, std::span<const DriveConfig> configured) {
    const auto rank = [&](const DrivePath& path) {
        const DriveConfig* const chosen = configuration_of(path, configured);
        const bool can_be_held = path.tape_node || (chosen != nullptr && chosen->exclusive);
        return std::pair(can_be_held, chosen != nullptr);
    };
    return *std::max_element(
        match.paths.begin(), match.paths.end(), [&](const auto& one, const auto& other) {
            return rank(one) < rank(other);
        });
}

std::string why_no_path(const DriveMatch& match,
                        std::span<const scsi::ElementStatus> elements,
                        const DrivePaths& paths) {
    std::string why;
    for (const auto& element : elements)
        if (match.foreign && element.address == match.address && element.identifier)
            why = fmt::format("the library names it \"{}\", and no drive that this host sees is "
                              "that one",
                              printable(trim_padding(element.identifier->identifier)));
    if (why.empty())
        why = "nothing says which drive it is: add it to \"drives\" in the configuration, with its "
              "\"element\"";
    for (const auto& [device, reason] : paths.unreachable)
        why += fmt::format("; {} could not be asked: {}", device, reason);
    return why;
}

std::string why_barred(const DrivePath& path, const DriveConfig* configured) {
    if (configured != nullptr && configured->serial && *configured->serial != path.serial)
        return fmt::format(
            "the configuration says that the serial number of {} is {}, it says \"{}\"",
            path.device,
            *configured->serial,
            printable(path.serial));
    if (!path.tape_node && (configured == nullptr || !configured->exclusive))
        return fmt::format("{} has no tape node here that could be held, so that nobody knows who "
                           "uses it; set \"exclusive\": true if nobody else does",
                           path.device);
    return {};
}

} // namespace

DrivePaths collect_drive_paths(std::span<const DriveConfig> configured,
                               std::span<const DrivePath> known,
                               const DriveSources& sources,
                               Clock& clock,
                               const Quirks& quirks) {
    DrivePaths found;
    if (const auto listed = sources.list())
        for (const DiscoveredDevice& device : *listed)
            if (device.type == scsi::DeviceType::tape)
                found.paths.push_back(drive_path(device));
    for (const DriveConfig& drive : configured) {
        const auto listed = std::find_if(found.paths.begin(), found.paths.end(), [&](auto& path) {
            return has_name(path, drive.device) || leads_to(drive.device, path);
        });
        if (listed != found.paths.end()) {
            listed->names.push_back(drive.device);
            listed->element_address = where_it_says(*listed, known, sources, clock, quirks);
            continue;
        }
        if (const DrivePath* const before = find_path(known, drive.device)) {
            found.paths.push_back(*before);
            continue;
        }
        auto asked = ask_drive(drive.device, sources, clock, quirks);
        if (asked)
            found.paths.push_back(*std::move(asked));
        else
            found.unreachable[drive.device] = to_string(asked.error());
    }
    return found;
}

std::vector<FoundDrive> find_drives(std::span<const scsi::ElementStatus> elements,
                                    const DrivePaths& paths,
                                    std::span<const DriveConfig> configured) {
    std::vector<ConfiguredDrive> placed;
    for (const DriveConfig& drive : configured)
        if (drive.element)
            placed.push_back({*drive.element, drive.device});
    std::vector<FoundDrive> found;
    for (const DriveMatch& match : match_drives(elements, paths.paths, placed)) {
        FoundDrive drive{.reach = {.address = match.address}, .target = {}};
        if (match.paths.empty()) {
            drive.reach.barred = match.contradiction.empty() ? why_no_path(match, elements, paths)
                                                             : match.contradiction;
        } else {
            const DrivePath& path = best_path(match, configured);
            const DriveConfig* const chosen = configuration_of(path, configured);
            drive.reach.product = printable(path.product);
            drive.reach.barred =
                match.contradiction.empty() ? why_barred(path, chosen) : match.contradiction;
            drive.target = {.device = path.device,
                            .tape_node = path.tape_node,
                            .exclusive = chosen != nullptr && chosen->exclusive,
                            .serial = path.serial};
        }
        drive.target.barred = drive.reach.barred;
        found.push_back(std::move(drive));
    }
    return found;
}

} // namespace changer::daemon
