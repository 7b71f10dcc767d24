// SPDX-License-Identifier: Apache-2.0
#include "changer/element_reader.hpp"

#include "changer/answer_sizes.hpp"
#include "scsi/smc/read_element_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace changer {
namespace {

constexpr std::size_t report_header = 8; ///< an answer without any element
/// Below this no transfer is refused for its size.
constexpr std::size_t least_transfer = 4096;
/// Proxmox Backup Server asks for no more at once: some changers refuse more.
constexpr std::size_t most_elements = 1000;

bool illegal_request(const Error& error) {
    return error.sense && error.sense->key == scsi::sense_key::illegal_request;
}

/// Whether a refusal says that there are no (further) elements: 21/01 in every form of the command,
/// 24/00 (mhvtl) where the form was accepted before.
bool means_end(const Error& error, bool form_is_known) {
    return illegal_request(error) &&
           ((error.sense->asc == 0x21 && error.sense->ascq == 0x01) ||
            (form_is_known && error.sense->asc == 0x24 && error.sense->ascq == 0x00));
}

bool allowed(bool set, Support support) {
    return support == Support::unknown || set == (support == Support::yes);
}

std::string_view plural(scsi::ElementType type) {
    switch (type) {
    case scsi::ElementType::transport:
        return "arm";
    case scsi::ElementType::storage:
        return "slots";
    case scsi::ElementType::import_export:
        return "mail slots";
    case scsi::ElementType::data_transfer:
        return "drives";
    case scsi::ElementType::any:
        break;
    }
    return "elements";
}

} // namespace

std::size_t ElementReader::transfer_limit() const {
    const std::size_t learned = device_.features().transfer_limit_bytes.value_or(transfer_limit_);
    const std::size_t known = device_.quirk().max_transfer_bytes.value_or(transfer_limit_);
    return std::min({transfer_limit_, learned, known});
}

std::size_t ElementReader::room_for(const Portion& portion) const {
    return std::min(transfer_limit(), headers + portion.count * descriptor_room);
}

/// Whether volume tags are asked for beside what the portion wants.
Support ElementReader::known_tags(const Portion& portion) const {
    if (!portion.device_identifiers)
        return device_.features().volume_tags;
    if (const auto& says = device_.quirk().drive_identifiers)
        return *says == DriveIdentifiers::with_tags ? Support::yes : Support::no;
    return device_.features().identifiers_with_tags;
}

/// The forms worth asking in, the best first; a portion behind the first has but one.
std::vector<ElementReader::Form> ElementReader::forms(const Portion& portion, bool first) const {
    const Support tags = known_tags(portion);
    const Support current = device_.features().current_data;
    const bool best = !portion.device_identifiers;
    std::vector<Form> forms;
    const std::size_t room = room_for(portion);
    for (std::size_t size = room; size >= std::min(room, least_transfer); size /= 2)
        for (const bool volume_tags : {best, !best})
            for (const bool current_data : {true, false})
                if (allowed(volume_tags, tags) && allowed(current_data, current))
                    forms.push_back({volume_tags, current_data, size});
    if (!first)
        forms.resize(1);
    return forms;
}

/// The same question with more room. A target that ignores the count has more than there is room
/// for, and Linux's iSCSI initiator then counts bytes that arrived as missing (sg_transport.cpp).
ElementReader::Form ElementReader::roomy(Form form) const {
    form.allocation_length =
        std::max(form.allocation_length, std::min(transfer_limit_, least_transfer));
    return form;
}

void ElementReader::learn(const Portion& portion, const Form& form) {
    FeatureMemory& known = device_.features();
    known.current_data = form.current_data ? Support::yes : Support::no;
    Support& tags = portion.device_identifiers ? known.identifiers_with_tags : known.volume_tags;
    tags = form.volume_tags ? Support::yes : Support::no;
    if (form.allocation_length < room_for(portion))
        known.transfer_limit_bytes = form.allocation_length;
}

Result<ElementReader::Answered> ElementReader::ask_once(const Portion& portion, const Form& form) {
    // A changer that ignores the type sends all of them: those that were meant are picked out.
    const bool has_types = device_.quirk().element_types.value_or(true) &&
                           device_.features().element_types != Support::no;
    const scsi::ReadElementStatus command{.type = has_types ? portion.type : scsi::ElementType::any,
                                          .start = portion.start,
                                          .count = portion.count,
                                          .volume_tags = form.volume_tags,
                                          .current_data = form.current_data,
                                          .device_identifiers = portion.device_identifiers,
                                          .allocation_length =
                                              static_cast<std::uint32_t>(form.allocation_length)};
    auto received = device_.query(
        {encode(command), form.allocation_length, device_.timeout(CommandClass::read_elements)});
    if (!received)
        return std::move(received).error();
    auto report = scsi::decode_element_status(*received);
    if (!report)
        return std::move(report).error();
    const bool fits = std::size_t{report->announced_bytes} + 8 <= form.allocation_length;
    const bool some = !report->elements.empty();
    // Some identifiers are better than none; of the elements themselves every one has to be there.
    if (report->cut && (fits || !some) && !portion.device_identifiers)
        return Error{Code::malformed_response,
                     fmt::format("{} of {} bytes announced have arrived",
                                 received->size(),
                                 report->announced_bytes + 8)};
    const bool room_left = received->size() + descriptor_room <= form.allocation_length;
    const bool complete = !report->cut && (room_left || report->elements.size() >= portion.count);
    // Elements, and none of those that were meant: bytes that decode by chance look like that.
    const bool pertinent =
        received->size() <= report_header || !has_types ||
        std::any_of(report->elements.begin(), report->elements.end(), [&](const auto& element) {
            return element.type == portion.type && element.address >= portion.start;
        });
    return Answered{*std::move(report), complete, pertinent};
}

/// Asks for one portion, in the best form the changer is not known to refuse. Bytes that do not
/// decode, or tell of other elements only, are asked for once more.
Result<ElementReader::Answered> ElementReader::ask_known_forms(const Portion& portion, bool first) {
    std::optional<Error> refusal;
    for (const Form& form : forms(portion, first)) {
        auto answered = ask_once(portion, form);
        const bool doubtful =
            answered ? !answered->pertinent : answered.error().code == Code::malformed_response;
        if (doubtful)
            answered = ask_once(portion, roomy(form));
        if (answered) {
            learn(portion, form);
            return answered;
        }
        if (means_end(answered.error(), !first))
            return Answered{.report = {}, .complete = true};
        const bool too_large = answered.error().code == Code::not_enough_memory;
        if (!illegal_request(answered.error()) && !too_large)
            return std::move(answered).error();
        if (!refusal)
            refusal = std::move(answered).error();
    }
    return *std::move(refusal);
}

/// Asks for one portion; a changer that refuses what it used to take is asked in every form anew:
/// it was set up differently, or what was kept of it is wrong.
Result<ElementReader::Answered> ElementReader::ask(const Portion& portion, bool first) {
    auto answered = ask_known_forms(portion, first);
    FeatureMemory& known = device_.features();
    const bool restricted =
        known.volume_tags != Support::unknown || known.current_data != Support::unknown;
    if (answered || !first || portion.device_identifiers || !restricted ||
        !illegal_request(answered.error()))
        return answered;
    const FeatureMemory before = known;
    known.volume_tags = known.current_data = Support::unknown;
    auto again = ask_known_forms(portion, first);
    if (!again)
        known = before;
    return again ? std::move(again) : std::move(answered);
}

Result<std::vector<scsi::ElementStatus>> ElementReader::read_all(Portion portion,
                                                                 std::size_t wanted) {
    const std::size_t most = device_.quirk().max_elements_per_request.value_or(most_elements);
    std::map<scsi::ElementAddress, scsi::ElementStatus> found;
    for (bool first = true; found.size() < wanted; first = false) {
        portion.count = static_cast<std::uint16_t>(std::min(wanted - found.size(), most));
        auto answered = ask(portion, first);
        if (!answered)
            return std::move(answered).error();
        const std::size_t before = found.size();
        for (scsi::ElementStatus& element : answered->report.elements)
            if (element.type == portion.type && element.address >= portion.start)
                found.try_emplace(element.address, std::move(element));
        if (found.size() == before)
            break;
        // With fewer than the portion asked for and room left, the changer has no more.
        if (answered->complete && found.size() - before < portion.count)
            break;
        const unsigned last = number(found.rbegin()->first);
        if (last == 0xFFFF)
            break;
        portion.start = static_cast<scsi::ElementAddress>(last + 1);
    }
    std::vector<scsi::ElementStatus> elements;
    elements.reserve(found.size());
    for (auto& [address, element] : found)
        elements.push_back(std::move(element));
    return elements;
}

Result<std::vector<scsi::ElementStatus>> ElementReader::read_type(scsi::ElementType type,
                                                                  scsi::ElementRange range) {
    if (range.count == 0)
        return std::vector<scsi::ElementStatus>{};
    auto elements = read_all({.type = type, .start = range.first}, range.count);
    if (!elements)
        return std::move(elements).error().in(fmt::format("read the {}", plural(type)));
    return elements;
}

Result<scsi::ElementStatus> ElementReader::read_one(scsi::ElementType type,
                                                    scsi::ElementAddress address) {
    auto answered = ask({.type = type, .start = address}, true);
    if (!answered)
        return std::move(answered).error().in(fmt::format("read element {}", number(address)));
    for (scsi::ElementStatus& element : answered->report.elements)
        if (element.type == type && element.address == address)
            return std::move(element);
    return Error{Code::not_found,
                 fmt::format("the changer reports no element {}", number(address))};
}

Result<void> ElementReader::add_identifiers(std::vector<scsi::ElementStatus>& drives,
                                            scsi::ElementRange range) {
    Support& known = device_.features().device_identifiers;
    if (device_.quirk().drive_identifiers == DriveIdentifiers::never)
        known = Support::no;
    if (drives.empty() || known == Support::no)
        return {};
    auto named = read_all({.type = scsi::ElementType::data_transfer,
                           .start = range.first,
                           .device_identifiers = true},
                          range.count);
    if (!named) {
        if (illegal_request(named.error()))
            known = Support::no;
        const Code code = named.error().code;
        if (code == Code::device_refused || code == Code::malformed_response)
            return {};
        return std::move(named).error().in("read the drives' identifiers");
    }
    known = Support::yes;
    for (scsi::ElementStatus& drive : drives)
        for (scsi::ElementStatus& same : *named)
            if (same.address == drive.address && same.identifier)
                drive.identifier = std::move(same.identifier);
    return {};
}

} // namespace changer
