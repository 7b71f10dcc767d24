// SPDX-License-Identifier: Apache-2.0
// What a Changer does with its robot: moves, exchanges, positions, mail slots, rescans.
#include "changer/changer.hpp"
#include "changer/exchanger.hpp"
#include "changer/geometry.hpp"
#include "changer/motion.hpp"
#include "changer/mover.hpp"
#include "changer/rescan.hpp"
#include "scsi/smc/position_to_element.hpp"
#include "scsi/spc/start_stop_unit.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace changer {
namespace {

Error lost_answer() {
    return {Code::interrupted, "the answer to the move was never seen"};
}

Error no_such_command(std::string_view what) {
    return {Code::device_refused, std::string(what) + ": the changer has no such command"};
}

} // namespace

Result<void> Changer::rescan() {
    auto done = rescan_elements(device_);
    absorb();
    if (done)
        device_.forget_power_on();
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
            .settle(lost_answer());
    absorb();
    return report;
}

ExchangeReport Changer::exchange(const ExchangeOrder& order) {
    ExchangeReport report = Exchanger(*this, device_, order).exchange();
    absorb();
    return report;
}

ExchangeReport Changer::verify_exchange(const ExchangeOrder& order) {
    ExchangeReport report = Exchanger(*this, device_, order).settle(lost_answer());
    absorb();
    return report;
}

Result<void> Changer::position(scsi::ElementAddress destination) {
    constexpr std::string_view what = "position the arm";
    Support& known = device_.features().position;
    if (known == Support::no)
        return no_such_command(what);
    device_.learn_timeouts();
    auto done = send_motion(device_, CommandClass::position, [&]() -> Result<scsi::Cdb> {
        absorb();
        if (auto fresh = refresh_geometry(); !fresh)
            return std::move(fresh).error();
        const auto type = type_of(geometry_, destination);
        if (!type || *type == scsi::ElementType::transport)
            return Error{Code::not_found,
                         fmt::format("there is no element {} to go to", number(destination))};
        return encode(scsi::PositionToElement{
            .transport = device_.quirk().transport_address.value_or(geometry_.transport.first),
            .destination = destination});
    });
    absorb();
    known = support_after(done, known);
    return done ? Result<void>() : std::move(done).error().in(what);
}

Result<void> Changer::send_import_export(scsi::ElementAddress element,
                                         scsi::OpenCloseImportExportElement::Action action) {
    using enum scsi::OpenCloseImportExportElement::Action;
    const std::string_view what = action == open ? "open the mail slot" : "close the mail slot";
    Support& known = device_.features().open_close;
    if (known == Support::no)
        return no_such_command(what);
    device_.learn_timeouts();
    auto done = send_motion(device_, CommandClass::import_export, [&]() -> Result<scsi::Cdb> {
        absorb();
        if (auto fresh = refresh_geometry(); !fresh)
            return std::move(fresh).error();
        if (!geometry_.import_export.contains(element))
            return Error{Code::not_found,
                         fmt::format("element {} is no mail slot", number(element))};
        return encode(scsi::OpenCloseImportExportElement{.element = element, .action = action});
    });
    absorb();
    known = support_after(done, known);
    return done ? Result<void>() : std::move(done).error().in(what);
}

Result<void> Changer::open_import_export(scsi::ElementAddress element) {
    return send_import_export(element, scsi::OpenCloseImportExportElement::Action::open);
}

Result<void> Changer::close_import_export(scsi::ElementAddress element) {
    return send_import_export(element, scsi::OpenCloseImportExportElement::Action::close);
}

Result<void> Changer::eject_magazine() {
    device_.learn_timeouts();
    auto done = send_motion(device_, CommandClass::import_export, []() -> Result<scsi::Cdb> {
        return encode(scsi::StartStopUnit{.load_eject = true});
    });
    absorb();
    return done ? Result<void>() : std::move(done).error().in("eject");
}

} // namespace changer
