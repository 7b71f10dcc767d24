// SPDX-License-Identifier: Apache-2.0
#include "changer/element_scan.hpp"

#include "changer/answer_sizes.hpp"
#include "scsi/smc/read_element_status.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace changer {
namespace {

/// Below this no transfer is refused for its size.
constexpr std::size_t least_portion = 4096;
/// Some changers look at 16 bits of the allocation length only.
constexpr std::size_t short_portion = 0xFFFF;
constexpr unsigned address_end = 0x1'0000;

/// How many elements to ask for at once: about as many times as mtx asks (Debian: 10,000 each), and
/// once more for the arm, which is not read here. More would take more memory.
unsigned share_of(unsigned count) {
    constexpr unsigned small = 2500;
    constexpr unsigned at_once = 10'000;
    if (count <= small)
        return count;
    const unsigned requests = (count + at_once - 1) / at_once + 1;
    return (count + requests - 1) / requests;
}

bool is_refusal(const Error& error, std::uint8_t asc, std::uint8_t ascq) {
    return error.sense && error.sense->key == scsi::sense_key::illegal_request &&
           error.sense->asc == asc && error.sense->ascq == ascq;
}

/// There is no element at this address or behind it.
bool means_end(const Error& error) {
    return is_refusal(error, 0x21, 0x01);
}

} // namespace

/// Whether elements of one type can be asked for.
bool ElementScan::has_types() const {
    return device_.quirk().element_types.value_or(true) &&
           device_.features().element_types != Support::no;
}

/// The most bytes one answer may have.
std::size_t ElementScan::longest() const {
    return std::min(memory_.portion_bytes,
                    device_.quirk().max_transfer_bytes.value_or(memory_.portion_bytes));
}

/// Decides what to ask for after a refusal; none: nothing else is worth asking.
std::optional<ElementScan::Portion> ElementScan::retry(const Portion& portion,
                                                       const Error& refusal) {
    Portion smaller = portion;
    const bool illegal = refusal.sense && refusal.sense->key == scsi::sense_key::illegal_request;
    if (refusal.code == Code::not_enough_memory && portion.bytes / 2 >= least_portion)
        smaller.bytes = portion.bytes / 2;
    else if (illegal && portion.bytes > short_portion)
        smaller.bytes = short_portion;
    else if (illegal && device_.features().volume_tags == Support::unknown)
        device_.features().volume_tags = Support::no;
    else
        return std::nullopt;
    if (smaller.bytes < portion.bytes)
        memory_.portion_bytes = smaller.bytes;
    return smaller;
}

/// Sends the command, in whichever form the changer takes; nothing if there is no such element, nor
/// one behind it.
Result<std::optional<Bytes>> ElementScan::fetch(Portion portion) {
    FeatureMemory& known = device_.features();
    for (;;) {
        const scsi::ReadElementStatus command{
            .type = has_types() ? portion.type : scsi::ElementType::any,
            .start = static_cast<scsi::ElementAddress>(portion.start),
            .count = static_cast<std::uint16_t>(portion.count),
            .volume_tags = known.volume_tags != Support::no,
            .current_data = known.current_data == Support::yes,
            .allocation_length = static_cast<std::uint32_t>(portion.bytes)};
        auto received = device_.query(
            {encode(command), portion.bytes, device_.timeout(CommandClass::read_elements)});
        if (received) {
            known.volume_tags = command.volume_tags ? Support::yes : Support::no;
            return std::optional(*std::move(received));
        }
        if (means_end(received.error()))
            return std::optional<Bytes>();
        const auto other = retry(portion, received.error());
        if (!other)
            return std::move(received).error();
        portion = *other;
    }
}

Result<ElementScan::Visited>
ElementScan::visit_portion(const Portion& portion, unsigned most, const ElementVisitor& visit) {
    const auto received = fetch(portion);
    if (!received)
        return received.error();
    Visited visited{.next = portion.start, .complete = true};
    if (!*received)
        return visited;
    const auto summary =
        scsi::visit_element_status(**received, [&](const scsi::ElementDescriptor& descriptor) {
            const unsigned address = number(descriptor.address());
            const bool wanted =
                portion.type == scsi::ElementType::any || descriptor.type() == portion.type;
            if (!wanted || address < portion.start || visited.count == most)
                return;
            ++visited.count;
            visited.next = std::max(visited.next, address + 1);
            memory_.descriptor_bytes = descriptor.bytes().size();
            visit(descriptor);
        });
    if (!summary)
        return summary.error();
    const bool fits = std::size_t{summary->announced_bytes} + 8 <= portion.bytes;
    if (summary->cut && fits)
        return Error{Code::malformed_response,
                     fmt::format("{} of {} bytes announced have arrived",
                                 (*received)->size(),
                                 summary->announced_bytes + 8)};
    visited.complete = !summary->cut;
    return visited;
}

Result<void> ElementScan::read_type(scsi::ElementType type,
                                    scsi::ElementRange range,
                                    const ElementVisitor& visit) {
    const std::size_t most = std::min<std::size_t>(
        device_.quirk().max_elements_per_request.value_or(0xFFFF), share_of(range.count));
    unsigned wanted = range.count;
    unsigned start = number(range.first);
    while (wanted > 0 && start < address_end) {
        const std::size_t fitting =
            std::max<std::size_t>((longest() - headers) / memory_.descriptor_bytes, 1);
        Portion portion{.type = type,
                        .start = start,
                        .count = static_cast<unsigned>(std::min<std::size_t>(
                            {wanted, std::max<std::size_t>(most, 1), fitting}))};
        // With room for one of the longest: no answer is without an element.
        portion.bytes = std::min(
            longest(), headers + descriptor_room + (portion.count - 1) * memory_.descriptor_bytes);
        const auto visited = visit_portion(portion, wanted, visit);
        if (!visited)
            return visited.error();
        // With fewer than the portion asked for and room left, the changer has no more.
        if (visited->count == 0 || (visited->complete && visited->count < portion.count))
            break;
        wanted -= std::min(wanted, visited->count);
        start = visited->next;
    }
    return {};
}

Result<void> ElementScan::read_all(unsigned count, const ElementVisitor& visit) {
    unsigned start = 0;
    while (count > 0 && start < address_end) {
        const Portion portion{.type = scsi::ElementType::any,
                              .start = start,
                              .count = std::min(count, 0xFFFFu),
                              .bytes = std::min(longest(), headers * 4 + count * descriptor_room)};
        const auto visited = visit_portion(portion, count, visit);
        if (!visited)
            return visited.error();
        if (visited->count == 0 || (visited->complete && visited->count < portion.count))
            break;
        count -= visited->count;
        start = visited->next;
    }
    return {};
}

Result<std::optional<scsi::ElementStatus>>
ElementScan::read_nth(scsi::ElementType type, scsi::ElementRange range, std::uint16_t n) {
    using Found = std::optional<scsi::ElementStatus>;
    const unsigned address = number(range.first) + n;
    if (n >= range.count || address >= address_end || !has_types())
        return Found{};
    // One more than there can be: a gap before this element leaves more behind it.
    const unsigned behind = range.count - n;
    const auto received = fetch({.type = type,
                                 .start = address,
                                 .count = std::min(behind + 1, 0xFFFFu),
                                 .bytes = headers + descriptor_room});
    if (!received)
        return received.error();
    if (!*received)
        return Found{};
    const auto report = scsi::decode_element_status(**received);
    if (!report || report->available != behind || report->elements.empty())
        return Found{};
    const scsi::ElementStatus& first = report->elements.front();
    const bool proved = first.type == type && number(first.address) == address;
    return proved ? Found{first} : Found{};
}

} // namespace changer
