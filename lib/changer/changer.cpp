// SPDX-License-Identifier: Apache-2.0
#include "changer/changer.hpp"

#include "changer/geometry.hpp"
#include "changer/mover.hpp"
#include "changer/rescan.hpp"
#include "device/timeouts.hpp"
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
    auto device =
        Device::open(transport, clock, quirks, scsi::DeviceType::changer, options.opening);
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
    auto geometry = read_geometry(device_);
    absorb();
    geometry_stale_ = !geometry;
    if (!geometry)
        return std::move(geometry).error();
    geometry_ = *std::move(geometry);
    return {};
}

Result<Readiness> Changer::test_ready() {
    const auto answer =
        device_.query({.cdb = encode(scsi::TestUnitReady{}), .timeout = timeouts::identify});
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
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return std::move(fresh).error();
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

Result<std::vector<scsi::ElementStatus>> Changer::read_elements() {
    for (int attempt = 1;; ++attempt) {
        absorb();
        seen_by_us_ = {};
        auto elements = read_types();
        const bool disturbed =
            seen_by_us_.elements || seen_by_us_.mail_slots || seen_by_us_.geometry;
        if (!elements || !disturbed || attempt == most_reads)
            return elements;
    }
}

Result<scsi::ElementStatus> Changer::read_element(scsi::ElementAddress address) {
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return std::move(fresh).error();
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
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return fresh;
    auto scanned = ElementScan(device_, scan_memory_).read_type(type, geometry_.range(type), visit);
    absorb();
    return scanned;
}

Result<void> Changer::scan_elements(const ElementVisitor& visit) {
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return fresh;
    const unsigned count = unsigned{geometry_.transport.count} + geometry_.storage.count +
                           geometry_.import_export.count + geometry_.data_transfer.count;
    auto scanned = ElementScan(device_, scan_memory_).read_all(count, visit);
    absorb();
    return scanned;
}

Result<std::optional<scsi::ElementStatus>> Changer::read_nth(scsi::ElementType type,
                                                             std::uint16_t n) {
    absorb();
    if (auto fresh = refresh_geometry(); !fresh)
        return std::move(fresh).error();
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
    auto received = device_.query({encode(command), command.allocation_length, timeouts::page});
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

Result<void> Changer::rescan() {
    auto done = rescan_elements(device_);
    absorb();
    return done;
}

MoveReport Changer::move(scsi::ElementAddress source,
                         scsi::ElementAddress destination,
                         const std::optional<std::string>& barcode) {
    return move({.source = source, .destination = destination, .barcode = barcode});
}

MoveReport Changer::move(MoveOrder order) {
    MoveReport report = Mover(*this, device_, std::move(order)).move();
    absorb();
    return report;
}

MoveReport Changer::verify_move(scsi::ElementAddress source,
                                scsi::ElementAddress destination,
                                const std::optional<std::string>& barcode) {
    MoveReport report =
        Mover(*this, device_, {.source = source, .destination = destination, .barcode = barcode})
            .settle({Code::interrupted, "the answer to the move was never seen"});
    absorb();
    return report;
}

std::vector<scsi::UnitAttention> Changer::take_unit_attentions() {
    return device_.take_unit_attentions();
}

Invalidations Changer::take_invalidations() {
    absorb();
    return std::exchange(not_yet_taken_, {});
}

} // namespace changer
