// SPDX-License-Identifier: Apache-2.0
#include "changer/changer.hpp"

#include "changer/geometry.hpp"
#include "changer/volume_search.hpp"
#include "scsi/spc/log_sense.hpp"
#include "scsi/spc/test_unit_ready.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace changer {
namespace {

/// READ ELEMENT STATUS has three bytes for its allocation length.
constexpr std::size_t most_transfer = 0xFFFFFF;
/// How often a read starts over because something happened while it ran.
constexpr int most_reads = 3;

} // namespace

Changer::Changer(Device device, const ChangerOptions& options)
    : device_(std::move(device))
    , transfer_limit_(std::clamp<std::size_t>(options.transfer_limit_bytes, 512, most_transfer))
    , loaded_drive_(options.loaded_drive) {}

Result<Changer> Changer::open(Transport& transport,
                              Clock& clock,
                              const Quirks& quirks,
                              const ChangerOptions& options) {
    auto device = Device::open(
        transport,
        clock,
        quirks,
        scsi::DeviceType::changer,
        {.opening = options.opening, .ready = options.ready, .learned = options.learned});
    if (!device)
        return std::move(device).error();
    Changer changer(*std::move(device), options);
    if (auto read = changer.refresh_geometry(); !read)
        return std::move(read).error();
    return changer;
}

void Changer::absorb() {
    const Invalidations now = device_.take_invalidations();
    seen_by_us_ |= now;
    not_yet_taken_ |= now;
    if (now.geometry) {
        geometry_stale_ = true;
        door_lock_.reset();
    }
}

Result<void> Changer::refresh_geometry() {
    // Events before and during this read are what it is read for: none of them makes it stale.
    if (!std::exchange(geometry_stale_, false))
        return {};
    const auto same = device_.refresh_identity();
    auto geometry = same ? read_geometry(device_, transfer_limit_)
                         : Result<scsi::ElementAddressAssignment>(same.error());
    absorb();
    geometry_stale_ = !geometry;
    if (!geometry)
        return std::move(geometry).error();
    geometry_ = *std::move(geometry);
    return {};
}

/// Sees to it that a read finds what it is to find: where the elements are, and, on a changer that
/// knows nothing after power on, what is in them.
Result<void> Changer::before_reading() {
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return fresh;
    if (!device_.quirk().rescan_after_power_on.value_or(false) || !device_.powered_on())
        return {};
    return rescan();
}

Result<Readiness> Changer::test_ready() {
    const auto answer = device_.query_now(
        {.cdb = encode(scsi::TestUnitReady{}), .timeout = device_.timeout(CommandClass::identify)});
    absorb();
    if (answer)
        return Readiness{true};
    const Error& error = answer.error();
    // Illegal request means that this is no changer any more, or a path to nowhere (25/00).
    if (!error.sense || error.sense->key == scsi::sense_key::illegal_request)
        return error;
    return Readiness{false, error.sense};
}

Result<std::vector<scsi::ElementStatus>> Changer::read_elements(scsi::ElementType type) {
    if (auto fit = before_reading(); !fit)
        return std::move(fit).error();
    auto elements = ElementReader(device_, transfer_limit_).read_type(type, geometry_.range(type));
    absorb();
    if (elements)
        learn_access(*elements);
    return elements;
}

Result<std::vector<scsi::ElementStatus>> Changer::read_types() {
    using enum scsi::ElementType;
    std::vector<scsi::ElementStatus> all;
    for (const auto type : {storage, import_export, data_transfer, transport}) {
        auto elements = read_elements(type);
        if (!elements)
            return std::move(elements).error();
        if (type == data_transfer) {
            auto named = ElementReader(device_, transfer_limit_)
                             .add_identifiers(*elements, geometry_.data_transfer);
            absorb();
            if (!named)
                return std::move(named).error();
        }
        std::move(elements->begin(), elements->end(), std::back_inserter(all));
    }
    return all;
}

/// Whether something happened since the read that runs began.
bool Changer::disturbed() const {
    return seen_by_us_.elements || seen_by_us_.mail_slots || seen_by_us_.geometry;
}

Result<std::vector<scsi::ElementStatus>> Changer::read_elements() {
    for (int attempt = 1;; ++attempt) {
        absorb();
        seen_by_us_ = {};
        auto elements = read_types();
        if (!elements || !disturbed() || attempt == most_reads)
            return elements;
    }
}

Result<scsi::ElementStatus> Changer::read_element(scsi::ElementAddress address) {
    if (auto fit = before_reading(); !fit)
        return std::move(fit).error();
    const auto type = type_of(geometry_, address);
    if (!type)
        return Error{Code::not_found,
                     "the changer has no element " + std::to_string(number(address))};
    auto element = ElementReader(device_, transfer_limit_).read_one(*type, address);
    absorb();
    if (element)
        learn_access({*element});
    return element;
}

Result<void> Changer::scan_elements(scsi::ElementType type, const ElementVisitor& visit) {
    if (auto fit = before_reading(); !fit)
        return fit;
    auto scanned = ElementScan(device_, scan_memory_).read_type(type, geometry_.range(type), visit);
    absorb();
    return scanned;
}

Result<void> Changer::scan_elements(const ElementVisitor& visit) {
    if (auto fit = before_reading(); !fit)
        return fit;
    const unsigned count = unsigned{geometry_.transport.count} + geometry_.storage.count +
                           geometry_.import_export.count + geometry_.data_transfer.count;
    auto scanned = ElementScan(device_, scan_memory_).read_all(count, visit);
    absorb();
    return scanned;
}

Result<std::optional<scsi::ElementStatus>> Changer::read_nth(scsi::ElementType type,
                                                             std::uint16_t n) {
    if (auto fit = before_reading(); !fit)
        return std::move(fit).error();
    auto element = ElementScan(device_, scan_memory_).read_nth(type, geometry_.range(type), n);
    absorb();
    return element;
}

/// The flag means something once any element has it; the arm has none and does not count.
void Changer::learn_access(const std::vector<scsi::ElementStatus>& elements) {
    for (const scsi::ElementStatus& element : elements)
        if (element.type != scsi::ElementType::transport && element.accessible)
            device_.features().access_flag = Support::yes;
}

Result<std::optional<scsi::TapeAlertFlags>> Changer::read_alerts() {
    using Flags = std::optional<scsi::TapeAlertFlags>;
    Support& known = device_.features().alerts;
    if (known == Support::no)
        return Flags{};
    const scsi::LogSense command{.page = scsi::tape_alert::log_page};
    auto received = device_.query(
        {encode(command), command.allocation_length, device_.timeout(CommandClass::page)});
    absorb();
    if (!received) {
        const auto& sense = received.error().sense;
        if (!sense || sense->key != scsi::sense_key::illegal_request)
            return std::move(received).error().in("read the alerts");
        known = Support::no;
        return Flags{};
    }
    auto flags = scsi::decode_tape_alert(*received);
    if (!flags)
        return std::move(flags).error().in("read the alerts");
    known = Support::yes;
    return Flags{*flags};
}

RemovalAnswer Changer::prevent_removal() {
    RemovalAnswer answer = send_prevent(device_);
    absorb();
    return answer;
}

RemovalAnswer Changer::allow_removal() {
    RemovalAnswer answer = send_allow(device_);
    absorb();
    return answer;
}

Support Changer::door_lock_effective() {
    if (!door_lock_) {
        const auto read = read_door_lock_effective(device_);
        absorb();
        if (!read)
            return Support::unknown;
        door_lock_ = *read;
    }
    return device_.features().prevent == Support::no ? Support::no : *door_lock_;
}

Result<std::vector<scsi::ElementStatus>>
Changer::find_volume(const scsi::VolumeTagTemplate& wanted) {
    for (int attempt = 1; attempt <= most_reads; ++attempt) {
        if (auto fit = before_reading(); !fit)
            return std::move(fit).error();
        seen_by_us_ = {};
        auto found = search_volume_tags(device_, transfer_limit_, wanted);
        absorb();
        if (!found)
            return std::move(found).error().in("look for " + wanted.volume_identifier);
        if (disturbed()) // what was sent is forgotten, or what was found has moved
            continue;
        if (*found)
            return **std::move(found);
        break;
    }
    auto all = read_elements();
    if (!all)
        return std::move(all).error().in("look for " + wanted.volume_identifier);
    std::erase_if(*all, [&](const scsi::ElementStatus& element) {
        return !element.full || !element.volume_tag || !matches(wanted, *element.volume_tag);
    });
    return all;
}

std::vector<scsi::UnitAttention> Changer::take_unit_attentions() {
    return device_.take_unit_attentions();
}

Invalidations Changer::take_invalidations() {
    absorb();
    return std::exchange(not_yet_taken_, {});
}

} // namespace changer
