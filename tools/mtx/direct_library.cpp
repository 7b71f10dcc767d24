// SPDX-License-Identifier: Apache-2.0
#include "mtx/direct_library.hpp"

#include "mtx/raw_inquiry.hpp"
#include "scsi/smc/element_descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::mtx {
namespace {

using namespace std::chrono_literals;
using scsi::ElementStatus;
using scsi::ElementType;

/// How often everything is read again because something happened meanwhile, or half an answer came.
constexpr int most_reads = 3;

Error no_such(std::string_view what, unsigned number) {
    return {Code::not_found, fmt::format("there is no {} {}", what, number)};
}

Place place_of(unsigned number, ElementStatus status) {
    Place place{.number = number, .address = status.address, .full = status.full};
    place.seen = std::move(status);
    return place;
}

/// Whether elements of one type can be asked for.
bool has_types(const Changer& changer) {
    return changer.features().element_types != Support::no &&
           changer.quirk().element_types.value_or(true);
}

} // namespace

/// Tells once that it waits, and whether to go on.
ReadyWait DirectLibrary::waiting() const {
    return {.budget = context_.wait, .progress = [this](const NotReadyYet& look) {
                if (look.waited.count() == 0)
                    context_.say(fmt::format("mtx: {}: waiting until it is ready, {} s at most",
                                             scsi::describe(look.sense),
                                             context_.wait.count()));
                return !context_.interrupted();
            }};
}

Result<Changer*> DirectLibrary::changer(const Modifiers& modifiers) {
    if (!changer_) {
        auto opened = Changer::open(*transport_,
                                    context_.clock,
                                    quirks_,
                                    {.opening = Opening::lean,
                                     .ready = waiting(),
                                     .loaded_drive = LoadedDrive::ask_changer});
        if (!opened)
            return std::move(opened).error();
        changer_.emplace(*std::move(opened));
        // What mtx has always sent is what every changer is known to take.
        changer_->features().current_data = Support::no;
        // Before the first look, nothing can have become stale.
        changer_->take_invalidations();
        changer_->take_unit_attentions();
    }
    if (modifiers.no_barcodes)
        changer_->features().volume_tags = Support::no;
    if (modifiers.untyped)
        changer_->features().element_types = Support::no;
    return &*changer_;
}

/// Unit attentions are said: what came before them may not be true any more.
void DirectLibrary::tell_events(Changer& changer) {
    for (const scsi::UnitAttention& event : changer.take_unit_attentions())
        context_.say(fmt::format("mtx: the changer reported: {}",
                                 scsi::describe(event.sense, changer.sense_family())));
}

Result<void> DirectLibrary::begin_act() {
    const SteadyTime end = context_.clock.now().steady + context_.wait;
    for (bool said = false; !lock_; said = true) {
        auto taken = MotionLock::take(context_.environment.lock_directory, lock_key_);
        if (taken) {
            lock_.emplace(*std::move(taken));
            break;
        }
        if (taken.error().code != Code::busy || context_.interrupted() ||
            context_.clock.now().steady >= end)
            return std::move(taken).error();
        if (!said)
            context_.say(fmt::format(
                "mtx: {}: waiting, {} s at most", taken.error().what, context_.wait.count()));
        elements_.reset(); // what the other one moves
        context_.clock.sleep_for(100ms);
    }
    return {};
}

Result<InquiryFields> DirectLibrary::inquiry() {
    const auto received = read_raw_inquiry(*transport_, context_.clock);
    if (!received)
        return received.error();
    return inquiry_fields(*received);
}

Result<Elements> DirectLibrary::read_elements(Changer& changer) {
    const auto& geometry = changer.geometry();
    Elements elements;
    elements.reserve(
        geometry.storage.count, geometry.import_export.count, geometry.data_transfer.count);
    const auto add = [&](const scsi::ElementDescriptor& element) { elements.add(element); };
    if (!has_types(changer)) {
        if (auto read = changer.scan_elements(add); !read)
            return std::move(read).error();
        return elements;
    }
    // The few first: they tell how long a descriptor is.
    for (const auto type :
         {ElementType::import_export, ElementType::data_transfer, ElementType::storage})
        if (auto read = changer.scan_elements(type, add); !read)
            return std::move(read).error();
    return elements;
}

Result<const Elements*> DirectLibrary::elements(const Modifiers& modifiers) {
    if (elements_)
        return &*elements_;
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    for (int reads = 1;; ++reads) {
        (*changer)->take_invalidations();
        auto read = read_elements(**changer);
        tell_events(**changer);
        const auto changed = (*changer)->take_invalidations();
        const bool again = read ? changed.elements || changed.mail_slots || changed.geometry
                                : read.error().code == Code::malformed_response;
        if (again && reads < most_reads)
            continue;
        if (!read)
            return std::move(read).error();
        if (read->drives() == 0)
            return Error{Code::failed, "no Data Transfer Element reported"};
        if (read->slots() == 0)
            return Error{Code::failed, "no Storage Elements reported"};
        elements_.emplace(*std::move(read));
        return &*elements_;
    }
}

/// Reads one element, if its number can be proved by it alone.
Result<std::optional<Place>>
DirectLibrary::read_place(Changer& changer, ElementType type, unsigned index, unsigned number) {
    using Found = std::optional<Place>;
    // These makers leave elements out that are not installed: numbers do not follow addresses.
    const auto family = changer.sense_family();
    if (family == scsi::VendorFamily::exabyte || family == scsi::VendorFamily::quantum_atl)
        return Found{};
    auto read = changer.read_nth(type, static_cast<std::uint16_t>(index));
    tell_events(changer);
    if (!read)
        return std::move(read).error();
    const bool counts = *read && is_installed(type, (*read)->asc, (*read)->ascq);
    return counts ? Found{place_of(number, **std::move(read))} : Found{};
}

/// Reads the drives that count, in the order of their numbers.
Result<std::vector<ElementStatus>> DirectLibrary::read_drives(Changer& changer) {
    std::vector<ElementStatus> drives;
    auto read = changer.scan_elements(
        ElementType::data_transfer, [&](const scsi::ElementDescriptor& element) {
            if (is_installed(element.type(), element.asc(), element.ascq()))
                drives.push_back(scsi::decode_element_descriptor(element));
        });
    tell_events(changer);
    if (!read)
        return std::move(read).error();
    return drives;
}

/// Reads a drive: the first by itself, another with all of them, because bays without a drive that
/// come before it do not count. None: read everything.
Result<std::optional<Place>> DirectLibrary::read_drive(Changer& changer, unsigned number) {
    using Found = std::optional<Place>;
    if (number == 0 || !has_types(changer))
        return read_place(changer, ElementType::data_transfer, number, number);
    auto drives = read_drives(changer);
    if (!drives)
        return std::move(drives).error();
    return number < drives->size() ? Found{place_of(number, drives->at(number))} : Found{};
}

Result<Place> DirectLibrary::slot(unsigned number, const Modifiers& modifiers) {
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    const auto& geometry = (*changer)->geometry();
    const unsigned storage = geometry.storage.count;
    if (number == 0 || number > storage + geometry.import_export.count)
        return no_such("slot", number);
    if (!elements_) {
        const bool mail = number > storage;
        auto found = read_place(**changer,
                                mail ? ElementType::import_export : ElementType::storage,
                                mail ? number - storage - 1 : number - 1,
                                number);
        if (!found)
            return std::move(found).error();
        if (*found)
            return **std::move(found);
    }
    const auto elements = this->elements(modifiers);
    if (!elements)
        return elements.error();
    if (number > (*elements)->slots())
        return no_such("slot", number);
    return place_of(number, (*elements)->slot(number));
}

Result<Place> DirectLibrary::drive(unsigned number, const Modifiers& modifiers) {
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    if (number >= (*changer)->geometry().data_transfer.count)
        return no_such("drive", number);
    if (!elements_) {
        auto found = read_drive(**changer, number);
        if (!found)
            return std::move(found).error();
        if (*found)
            return **std::move(found);
    }
    const auto elements = this->elements(modifiers);
    if (!elements)
        return elements.error();
    if (number >= (*elements)->drives())
        return no_such("drive", number);
    return place_of(number, (*elements)->drive(number));
}

/// Takes the drive's own word for where its cartridge came from, if nothing speaks against it; none
/// if all elements have to be looked at.
Result<std::optional<Home>> DirectLibrary::reported_home(Changer& changer, unsigned drive) {
    using Found = std::optional<Home>;
    const auto read = read_drives(changer);
    if (!read)
        return read.error();
    const auto& drives = *read;
    if (drive >= drives.size() || !drives[drive].full || !drives[drive].source)
        return Found{};
    const auto source = *drives[drive].source;
    const auto claims = std::count_if(drives.begin(), drives.end(), [&](const auto& each) {
        return each.full && each.source == source;
    });
    const auto& storage = changer.geometry().storage;
    if (claims != 1 || !storage.contains(source))
        return Found{};
    const unsigned index = unsigned{number(source)} - number(storage.first);
    auto slot = read_place(changer, ElementType::storage, index, index + 1);
    if (!slot)
        return std::move(slot).error();
    if (!*slot || (*slot)->full)
        return Found{};
    return Found{Home{place_of(drive, drives[drive]), **std::move(slot)}};
}

Result<Home> DirectLibrary::home(unsigned drive, const Modifiers& modifiers) {
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    if (drive >= (*changer)->geometry().data_transfer.count)
        return no_such("drive", drive);
    if (!elements_ && has_types(**changer)) {
        auto found = reported_home(**changer, drive);
        if (!found)
            return std::move(found).error();
        if (*found)
            return **std::move(found);
    }
    const auto elements = this->elements(modifiers);
    if (!elements)
        return elements.error();
    if (drive >= (*elements)->drives())
        return no_such("drive", drive);
    return home_in(**elements, drive);
}

Result<void> DirectLibrary::move(const Place& from, const Place& to, const Modifiers& modifiers) {
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    MoveOrder order{.source = from.address,
                    .destination = to.address,
                    .invert = modifiers.invert,
                    .import_export_position = modifiers.import_export_position};
    if (from.seen && to.seen)
        order.seen = Places{*from.seen, *to.seen};
    MoveReport report = (*changer)->move(std::move(order));
    tell_events(**changer);
    if (!report.note.empty())
        context_.say("mtx: " + report.note);
    if (report.error)
        return *std::move(report.error);
    if (elements_)
        elements_->moved(from.address, to.address);
    return {};
}

Result<void> DirectLibrary::exchange(const Place& source,
                                     const Place& first_destination,
                                     const Place& second_destination,
                                     const Modifiers& modifiers) {
    const auto changer = this->changer(modifiers);
    if (!changer)
        return changer.error();
    elements_.reset();
    ExchangeReport report =
        (*changer)->exchange({.first = source.address,
                              .second = first_destination.address,
                              .third = second_destination.address,
                              .invert_first = modifiers.invert,
                              .invert_second = modifiers.invert_second,
                              .import_export_position = modifiers.import_export_position,
                              .one_command = true}); // like mtx
    tell_events(**changer);
    if (!report.note.empty())
        context_.say("mtx: " + report.note);
    return report.error ? Result<void>(*std::move(report.error)) : Result<void>();
}

Result<void> DirectLibrary::position(const Place& place) {
    const auto changer = this->changer({});
    if (!changer)
        return changer.error();
    auto done = (*changer)->position(place.address);
    tell_events(**changer);
    return done;
}

Result<void> DirectLibrary::inventory() {
    return rearrange([](Changer& changer) { return changer.rescan(); });
}

Result<void> DirectLibrary::eject() {
    return rearrange([](Changer& changer) { return changer.eject_magazine(); });
}

/// Does what may leave nothing where it was.
Result<void> DirectLibrary::rearrange(const std::function<Result<void>(Changer&)>& act) {
    const auto changer = this->changer({});
    if (!changer)
        return changer.error();
    elements_.reset();
    auto done = act(**changer);
    tell_events(**changer);
    return done;
}

} // namespace changer::mtx
