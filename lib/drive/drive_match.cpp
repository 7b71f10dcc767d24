// SPDX-License-Identifier: Apache-2.0
#include "drive/drive_match.hpp"

#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace changer {
namespace {

using By = DriveMatch::By;
using scsi::ElementAddress;

/// T10's designator: 8 characters of vendor, 16 of product, then the serial number.
constexpr std::size_t vendor_and_product = 24;

/// One drive, with every way to it.
struct HostDrive {
    std::vector<DrivePath> paths;

    const DrivePath& first() const { return paths.front(); }

    std::string called() const {
        const std::string& serial = first().serial;
        return serial.empty() ? first().device : fmt::format("{} ({})", first().device, serial);
    }

    bool has_name() const { return !first().serial.empty() || !first().designators.empty(); }

    std::optional<ElementAddress> element_address() const {
        for (const DrivePath& path : paths)
            if (path.element_address)
                return path.element_address;
        return std::nullopt;
    }

    bool is_called(const std::string& device) const {
        return std::any_of(paths.begin(), paths.end(), [&](const DrivePath& path) {
            return path.device == device || path.tape_node == device ||
                   std::find(path.names.begin(), path.names.end(), device) != path.names.end();
        });
    }
};

/// Two paths lead to one drive if its maker's number says so; without a number each is its own.
std::vector<HostDrive> group(std::span<const DrivePath> paths) {
    std::vector<HostDrive> drives;
    for (const DrivePath& path : paths) {
        const auto same = std::find_if(drives.begin(), drives.end(), [&](const HostDrive& drive) {
            return !path.serial.empty() && drive.first().serial == path.serial &&
                   drive.first().vendor == path.vendor;
        });
        if (same == drives.end())
            drives.push_back({{path}});
        else
            same->paths.push_back(path);
    }
    return drives;
}

std::string_view without_prefix(std::string_view text) {
    for (const std::string_view prefix : {"t10.", "naa.", "eui."})
        if (text.starts_with(prefix))
            return text.substr(prefix.size());
    return text;
}

/// Whether what the changer calls a drive is this drive's name: its serial number, alone or at the
/// end of a T10 designator, or all of a designator.
bool is_identified_by(const HostDrive& drive, const scsi::DeviceIdentifier& identifier) {
    constexpr std::uint8_t binary = 1;
    const std::string_view whole = trim_padding(identifier.identifier);
    const std::string hexadecimal = identifier.code_set == binary
                                        ? to_hex(std::as_bytes(std::span(identifier.identifier)))
                                        : std::string();
    const std::string_view serial = identifier.serial_number();
    return std::any_of(drive.paths.begin(), drive.paths.end(), [&](const DrivePath& path) {
        if (!serial.empty() && (path.serial == serial || path.serial == whole))
            return true;
        return std::any_of(
            path.designators.begin(), path.designators.end(), [&](const std::string& text) {
                const auto name = trim_padding(without_prefix(text));
                if (!hexadecimal.empty())
                    return name == hexadecimal;
                return !name.empty() &&
                       (name == whole || (!serial.empty() && name.size() > vendor_and_product &&
                                          trim_padding(name.substr(vendor_and_product)) == serial));
            });
    });
}

bool is_identified(const scsi::ElementStatus& element) {
    return element.identifier && !trim_padding(element.identifier->identifier).empty();
}

std::string at(ElementAddress address) {
    return fmt::format("@{}", scsi::number(address));
}

/// The work table: for each element the drives that each kind of evidence names.
class Matching {
  public:
    Matching(std::span<const scsi::ElementStatus> elements,
             std::span<const DrivePath> paths,
             std::span<const ConfiguredDrive> configured)
        : drives_(group(paths))
        , configured_(configured) {
        for (const scsi::ElementStatus& element : elements)
            if (element.type == scsi::ElementType::data_transfer)
                elements_.push_back(&element);
    }

    std::vector<DriveMatch> run() {
        for (const auto* element : elements_) {
            matches_.push_back({.address = element->address});
            by_identifier(*element, matches_.back());
        }
        for (std::size_t i = 0; i < elements_.size(); ++i)
            by_element_address(*elements_[i], matches_[i]);
        for (std::size_t i = 0; i < elements_.size(); ++i)
            by_configuration(matches_[i]);
        refuse_one_drive_at_two_places();
        for (std::size_t i = 0; i < elements_.size(); ++i)
            matches_[i].foreign = matches_[i].paths.empty() && is_identified(*elements_[i]) &&
                                  matches_[i].contradiction.empty();
        return std::move(matches_);
    }

  private:
    void assign(DriveMatch& match, const HostDrive& drive, By by) {
        match.by = by;
        match.paths = drive.paths;
        places_[&drive].push_back(match.address);
    }

    bool placed(const HostDrive& drive) const { return places_.contains(&drive); }

    static void contradict(DriveMatch& match, std::string why) {
        if (match.contradiction.empty())
            match.contradiction = std::move(why);
    }

    /// The drives that the library's name for one fits; where several makers' drives have the
    /// number, the maker decides.
    std::vector<const HostDrive*> identified_by(const scsi::DeviceIdentifier& identifier) const {
        std::vector<const HostDrive*> found;
        for (const HostDrive& drive : drives_)
            if (is_identified_by(drive, identifier))
                found.push_back(&drive);
        const auto of_maker = [&](const HostDrive* drive) {
            return drive->first().vendor == identifier.vendor();
        };
        if (found.size() > 1 && std::any_of(found.begin(), found.end(), of_maker))
            std::erase_if(found, [&](const HostDrive* drive) { return !of_maker(drive); });
        return found;
    }

    void by_identifier(const scsi::ElementStatus& element, DriveMatch& match) {
        if (!is_identified(element))
            return;
        for (const HostDrive* drive : identified_by(*element.identifier)) {
            if (match.by == By::identifier)
                contradict(match,
                           fmt::format("the library's name for it fits {} and {}",
                                       match.paths.front().device,
                                       drive->called()));
            assign(match, *drive, By::identifier);
            if (const auto says = drive->element_address(); says && *says != match.address)
                contradict(match,
                           fmt::format("the library has {} at {}, the drive says {}",
                                       drive->called(),
                                       at(match.address),
                                       at(*says)));
        }
    }

    /// Only where the library does not name its drive: elsewhere an equal address is another
    /// library's.
    void by_element_address(const scsi::ElementStatus& element, DriveMatch& match) {
        if (is_identified(element))
            return;
        std::vector<const HostDrive*> there;
        for (const HostDrive& drive : drives_)
            if (drive.element_address() == match.address && !placed(drive))
                there.push_back(&drive);
        if (there.size() == 1)
            assign(match, *there.front(), By::element_address);
        else if (there.size() > 1 && !configured_for(match.address))
            contradict(match,
                       fmt::format("{} and {} both say that they are at {}: configure which is",
                                   there[0]->called(),
                                   there[1]->called(),
                                   at(match.address)));
    }

    const ConfiguredDrive* configured_for(ElementAddress address) const {
        const auto found = std::find_if(configured_.begin(),
                                        configured_.end(),
                                        [&](const auto& each) { return each.address == address; });
        return found == configured_.end() ? nullptr : &*found;
    }

    /// Places a drive that nothing else has placed; checks what else has been found.
    void by_configuration(DriveMatch& match) {
        for (const ConfiguredDrive& each : configured_) {
            if (each.address != match.address)
                continue;
            const auto drive =
                std::find_if(drives_.begin(), drives_.end(), [&](const HostDrive& one) {
                    return one.is_called(each.device);
                });
            if (drive == drives_.end())
                continue; // not there now: nothing is said of it
            if (match.paths.empty()) {
                check_identifier(match, *drive);
                assign(match, *drive, By::configuration);
            } else if (match.paths != drive->paths) {
                contradict(match,
                           fmt::format("the configuration has {} at {}, {} is there by {}",
                                       drive->called(),
                                       at(match.address),
                                       match.paths.front().device,
                                       describe(match.by)));
            }
        }
    }

    /// The library names the drive at an element, and the configuration puts another one there; a
    /// drive without a name may well be the one that is meant.
    void check_identifier(DriveMatch& match, const HostDrive& drive) {
        for (const auto* element : elements_)
            if (element->address == match.address && is_identified(*element) && drive.has_name())
                contradict(
                    match,
                    fmt::format("the configuration has {} at {}, the library says that \"{}\" "
                                "is there",
                                drive.called(),
                                at(match.address),
                                printable(trim_padding(element->identifier->identifier))));
        if (const auto says = drive.element_address(); says && *says != match.address)
            contradict(match,
                       fmt::format("the configuration has {} at {}, the drive says {}",
                                   drive.called(),
                                   at(match.address),
                                   at(*says)));
    }

    void refuse_one_drive_at_two_places() {
        for (const auto& [drive, places] : places_) {
            if (std::adjacent_find(places.begin(), places.end(), std::not_equal_to<>()) ==
                places.end())
                continue;
            for (DriveMatch& match : matches_)
                if (std::find(places.begin(), places.end(), match.address) != places.end())
                    contradict(match,
                               fmt::format("{} is found both at {} and at {}",
                                           drive->called(),
                                           at(places.front()),
                                           at(places.back())));
        }
    }

    static std::string_view describe(By by) {
        return by == By::identifier      ? "the library's word"
               : by == By::configuration ? "the configuration"
                                         : "its own word";
    }

    std::vector<HostDrive> drives_;
    std::span<const ConfiguredDrive> configured_;
    std::vector<const scsi::ElementStatus*> elements_;
    std::vector<DriveMatch> matches_;
    std::map<const HostDrive*, std::vector<ElementAddress>> places_;
};

} // namespace

DrivePath drive_path(const DiscoveredDevice& device) {
    DrivePath path{.device = device.sg_node,
                   .tape_node = device.tape_node,
                   .vendor = device.vendor,
                   .product = device.product,
                   .serial = device.serial.value_or(""),
                   .designators = device.device_ids};
    if (device.by_id)
        path.names.push_back(*device.by_id);
    return path;
}

std::string_view name(By by) {
    constexpr std::array<std::string_view, 4> names{
        "nothing", "identifier", "element_address", "configuration"};
    return names.at(static_cast<std::size_t>(by));
}

std::vector<DriveMatch> match_drives(std::span<const scsi::ElementStatus> elements,
                                     std::span<const DrivePath> paths,
                                     std::span<const ConfiguredDrive> configured) {
    return Matching(elements, paths, configured).run();
}

} // namespace changer
