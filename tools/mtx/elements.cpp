// SPDX-License-Identifier: Apache-2.0
#include "mtx/elements.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace changer::mtx {
namespace {

using scsi::ElementAddress;
using scsi::ElementType;

/// ATL and Exabyte report a slot or a drive that is not installed by these codes.
/// Source:  mtx 1.3.12; Exabyte Magnum reference
constexpr std::uint8_t not_installed = 0x83;
constexpr std::uint8_t no_slot = 0x02;
constexpr std::uint8_t no_drive = 0x04;

bool is_installed(const scsi::ElementDescriptor& element) {
    if (element.asc() != not_installed)
        return true;
    const auto type = element.type();
    return !(type == ElementType::storage && element.ascq() == no_slot) &&
           !(type == ElementType::data_transfer && element.ascq() == no_drive);
}

std::string_view characters(std::span<const std::byte> bytes) {
    // Bytes are read as the characters they are.
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

bool is_printed(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte <= 0x7F;
}

// Tags are looked at eight characters at a time: there are a hundred thousand of them.
constexpr std::size_t word_size = sizeof(std::uint64_t);
constexpr std::uint64_t eight_blanks = 0x2020'2020'2020'2020;

std::uint64_t word_at(const char* text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, word_size);
    return word;
}

/// Whether all eight are 20h to 7Fh: the highest bit clear, one of the two below it set.
bool all_printed(std::uint64_t word) {
    constexpr std::uint64_t second_bits = 0x4040'4040'4040'4040;
    constexpr std::uint64_t first_bits = second_bits << 1;
    return (word & first_bits) == 0 && ((word | word << 1) & second_bits) == second_bits;
}

} // namespace

Tag printed_part(std::span<const std::byte> bytes) {
    const std::string_view text = characters(bytes);
    std::size_t printed = 0;
    while (printed + word_size <= text.size() && all_printed(word_at(text.data() + printed)))
        printed += word_size;
    while (printed < text.size() && is_printed(text[printed]))
        ++printed;
    std::size_t length = printed;
    while (length >= word_size && word_at(text.data() + length - word_size) == eight_blanks)
        length -= word_size;
    while (length > 0 && text[length - 1] == ' ')
        --length;
    return {text.substr(0, length), printed - length};
}

void Elements::reserve(std::size_t slots, std::size_t mail_slots, std::size_t drives) {
    constexpr std::size_t usual_tag = 8;
    storage_.reserve(slots);
    mail_.reserve(mail_slots);
    drives_.reserve(drives);
    texts_.reserve((slots + mail_slots + drives) * usual_tag);
}

Elements::Stored Elements::store(const Tag& tag) {
    if (tag.text.empty() && tag.blanks == 0)
        return {};
    constexpr std::size_t longest = 0xFF;
    const Stored stored{static_cast<std::uint32_t>(texts_.size()),
                        static_cast<std::uint8_t>(std::min(tag.text.size(), longest)),
                        static_cast<std::uint8_t>(std::min(tag.blanks, longest))};
    texts_.insert(texts_.end(), tag.text.data(), tag.text.data() + stored.length);
    return stored;
}

void Elements::add(const scsi::ElementDescriptor& descriptor) {
    if (descriptor.type() == ElementType::transport || !is_installed(descriptor))
        return;
    Record record{.address = descriptor.address(), .full = descriptor.full()};
    if (const auto source = descriptor.source()) {
        record.source = *source;
        record.has_source = true;
    }
    if (descriptor.page().primary)
        record.primary = store(printed_part(descriptor.primary_tag()));
    if (descriptor.page().alternate)
        record.alternate = store(printed_part(descriptor.alternate_tag()));
    keep(descriptor.type(), record);
}

void Elements::add(ElementType type, const ElementView& element) {
    keep(type,
         Record{.address = element.address,
                .source = element.source.value_or(ElementAddress{}),
                .has_source = element.source.has_value(),
                .full = element.full,
                .primary = store(element.primary),
                .alternate = store(element.alternate)});
}

void Elements::keep(ElementType type, const Record& record) {
    homes_.clear();
    if (type == ElementType::data_transfer)
        drives_.push_back(record);
    else if (type == ElementType::import_export)
        mail_.push_back(record);
    else if (type == ElementType::storage)
        storage_.push_back(record);
}

ElementView Elements::view(const Record& record) const {
    return {.address = record.address,
            .full = record.full,
            .source = record.has_source ? std::optional(record.source) : std::nullopt,
            .primary = tag(record.primary),
            .alternate = tag(record.alternate)};
}

ElementView Elements::slot(unsigned number) const {
    const std::size_t index = number - 1;
    if (index < storage_.size())
        return view(storage_[index]);
    auto element = view(mail_[index - storage_.size()]);
    element.mail = true;
    return element;
}

ElementView Elements::drive(unsigned number) const {
    return view(drives_[number]);
}

unsigned Elements::slot_at(ElementAddress address) const {
    const auto in = [&](const std::vector<Record>& records) {
        // Without gaps in the addresses the place can be computed.
        const std::size_t guess =
            records.empty() ? 0 : std::size_t{number(address)} - number(records.front().address);
        if (guess < records.size() && records[guess].address == address)
            return guess;
        const auto found = std::find_if(records.begin(), records.end(), [&](const Record& record) {
            return record.address == address;
        });
        return static_cast<std::size_t>(found - records.begin());
    };
    if (const auto index = in(storage_); index < storage_.size())
        return static_cast<unsigned>(index + 1);
    if (const auto index = in(mail_); index < mail_.size())
        return static_cast<unsigned>(storage_.size() + index + 1);
    return 0;
}

/// The slots that the drives' own sources name, where these are to be believed; else 0.
std::vector<unsigned> Elements::reported_homes() const {
    std::vector<unsigned> named;
    for (const Record& drive : drives_)
        named.push_back(drive.full && drive.has_source ? slot_at(drive.source) : 0);
    std::vector<unsigned> homes(named.size());
    for (std::size_t i = 0; i < named.size(); ++i)
        if (named[i] != 0 && !slot(named[i]).full &&
            std::count(named.begin(), named.end(), named[i]) == 1)
            homes[i] = named[i];
    return homes;
}

const std::vector<unsigned>& Elements::homes() const {
    if (homes_.size() == drives_.size())
        return homes_;
    homes_ = reported_homes();
    std::vector<unsigned> taken = homes_;
    for (const Record& drive : drives_)
        if (drive.full && drive.has_source)
            taken.push_back(slot_at(drive.source));
    unsigned next = 1;
    for (std::size_t i = 0; i < drives_.size(); ++i) {
        if (!drives_[i].full || homes_[i] != 0)
            continue;
        while (
            next <= storage_.size() &&
            (storage_[next - 1].full || std::find(taken.begin(), taken.end(), next) != taken.end()))
            ++next;
        if (next <= storage_.size())
            homes_[i] = next++;
    }
    return homes_;
}

Elements::Record* Elements::find(ElementAddress address) {
    for (auto* records : {&storage_, &mail_, &drives_})
        for (Record& record : *records)
            if (record.address == address)
                return &record;
    return nullptr;
}

void Elements::moved(ElementAddress from, ElementAddress to) {
    homes_.clear();
    Record* const source = find(from);
    Record* const destination = find(to);
    if (source == nullptr || destination == nullptr)
        return;
    // The texts change places: what an empty element shows, blanks or nothing, stays so.
    std::swap(source->primary, destination->primary);
    std::swap(source->alternate, destination->alternate);
    source->full = false;
    destination->full = true;
    if (slot_at(from) != 0) {
        destination->source = from;
        destination->has_source = true;
    }
    source->has_source = false;
}

} // namespace changer::mtx
