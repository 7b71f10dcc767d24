// SPDX-License-Identifier: Apache-2.0
#include "jobs/on_media/plan.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace changer::jobs::on_media {

namespace {

std::optional<unsigned> digit(char c) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0)
        return std::nullopt;
    return static_cast<unsigned>(c - '0');
}

/// The generation of an LTO cartridge: "L8" at the end of its barcode; "LT" to "LZ" are WORM.
std::optional<unsigned> cartridge_generation(std::string_view barcode) {
    if (barcode.size() < 8 || barcode[barcode.size() - 2] != 'L')
        return std::nullopt;
    const char last = barcode.back();
    if (last >= 'T' && last <= 'Z')
        return static_cast<unsigned>(last - 'T') + 3;
    return digit(last);
}

/// The generation of an LTO drive: "ULT3580-TD8", "Ultrium 6-SCSI", "ULTRIUM-HH7".
std::optional<unsigned> drive_generation(std::string_view product) {
    for (const std::string_view mark : {"-TD", "-HH", "Ultrium ", "ULTRIUM "}) {
        const auto at = product.find(mark);
        if (at != std::string_view::npos && at + mark.size() < product.size())
            if (const auto generation = digit(product[at + mark.size()]))
                return generation;
    }
    return std::nullopt;
}

/// The bay of this stage that came to it first, among those that pass.
template <class Pass>
const Bay* first_of(const Bays& bays, Stage stage, Pass passes) {
    const Bay* first = nullptr;
    for (const auto& [address, bay] : bays)
        if (bay.stage == stage && passes(bay) && (first == nullptr || bay.since < first->since))
            first = &bay;
    return first;
}

const Visit* first_for(const Bay& bay, const std::deque<Visit>& pending) {
    const auto found = std::find_if(
        pending.begin(), pending.end(), [&](const Visit& visit) { return fits(bay, visit); });
    return found == pending.end() ? nullptr : &*found;
}

} // namespace

bool can_read(const DriveReach& drive, const std::optional<std::string>& barcode) {
    const auto cartridge = barcode ? cartridge_generation(*barcode) : std::nullopt;
    const auto generation = drive_generation(drive.product);
    if (!cartridge || !generation)
        return true;
    const unsigned behind = *generation <= 7 ? 2 : 1;
    return *cartridge <= *generation && *cartridge + behind >= *generation;
}

bool fits(const Bay& bay, const Visit& visit) {
    return visit.failed_in != bay.drive.address && can_read(bay.drive, visit.barcode);
}

std::optional<Carry> next_carry(const Bays& bays, const std::deque<Visit>& pending, bool load) {
    const auto* empty = first_of(bays, Stage::empty, [&](const Bay& bay) {
        return load && first_for(bay, pending) != nullptr;
    });
    if (empty != nullptr)
        return Carry{Carry::Way::to_drive, empty->drive.address, *first_for(*empty, pending)};
    const auto* ready = first_of(bays, Stage::ready, [](const Bay&) { return true; });
    if (ready != nullptr)
        return Carry{Carry::Way::home, ready->drive.address, *ready->visit};
    return std::nullopt;
}

std::optional<scsi::ElementAddress> arm_with(const library::Model& model,
                                             const std::string& media) {
    const auto* record = model.media(media);
    if (record == nullptr || !record->location)
        return std::nullopt;
    const auto* element = model.element(*record->location);
    if (element == nullptr || element->type != scsi::ElementType::transport)
        return std::nullopt;
    return element->address;
}

std::chrono::milliseconds
lower_bound(std::size_t cartridges, std::size_t drives, const Times& times) {
    if (drives == 0)
        return {};
    const auto most = static_cast<std::chrono::milliseconds::rep>(cartridges);
    const auto each =
        static_cast<std::chrono::milliseconds::rep>((cartridges + drives - 1) / drives);
    return std::max(2 * times.move * most, (2 * times.move + times.drive) * each);
}

} // namespace changer::jobs::on_media
