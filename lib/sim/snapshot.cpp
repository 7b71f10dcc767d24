// SPDX-License-Identifier: Apache-2.0
#include "sim/snapshot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace changer::sim {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name(scsi::ElementType type) {
    switch (type) {
    case scsi::ElementType::transport:
        return "transport";
    case scsi::ElementType::storage:
        return "storage";
    case scsi::ElementType::import_export:
        return "import_export";
    case scsi::ElementType::data_transfer:
        return "data_transfer";
    case scsi::ElementType::any:
        break;
    }
    return "any";
}

std::string_view name(DoorState door) {
    return door == DoorState::open ? "open" : "closed";
}

Json counts(const std::map<std::uint8_t, unsigned>& commands) {
    Json object = Json::object();
    for (const auto& [opcode, count] : commands)
        object[fmt::format("{:02x}", opcode)] = count;
    return object;
}

} // namespace

std::optional<std::string> Snapshot::at(scsi::ElementAddress address) const {
    const auto found =
        std::find_if(elements.begin(), elements.end(), [&](const ElementView& element) {
            return element.address == address;
        });
    return found == elements.end() ? std::nullopt : found->cartridge;
}

unsigned Snapshot::count(std::uint8_t opcode) const {
    const auto found = changer_commands.find(opcode);
    return found == changer_commands.end() ? 0 : found->second;
}

std::string to_json(const Snapshot& snapshot) {
    Json elements = Json::array();
    for (const auto& element : snapshot.elements)
        elements.push_back({{"address", scsi::number(element.address)},
                            {"type", name(element.type)},
                            {"cartridge", element.cartridge ? Json(*element.cartridge) : Json()},
                            {"scanned", element.scanned}});
    Json drives = Json::array();
    for (const auto& drive : snapshot.drives)
        drives.push_back({{"address", scsi::number(drive.address)},
                          {"serial_number", drive.serial_number},
                          {"installed", drive.installed},
                          {"loaded", drive.loaded},
                          {"busy", drive.busy},
                          {"needs_cleaning", drive.needs_cleaning}});
    const Json object{{"schema", "changer.sim/1"},
                      {"door", name(snapshot.door)},
                      {"mail", snapshot.mail_open ? "open" : "closed"},
                      {"magazines_out", snapshot.magazines_out},
                      {"ready", snapshot.ready},
                      {"scanning", snapshot.scanning},
                      {"moving", snapshot.moving},
                      {"locked_by", snapshot.lock_holders},
                      {"moves", snapshot.moves},
                      {"commands", counts(snapshot.changer_commands)},
                      {"drive_commands", counts(snapshot.drive_commands)},
                      {"drives", std::move(drives)},
                      {"elements", std::move(elements)}};
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const Snapshot& snapshot) {
    std::string text = fmt::format("door {}, mail slots {}, {}{}{}\nlocked by: {}\nmoves: {}\n",
                                   name(snapshot.door),
                                   snapshot.mail_open ? "open" : "closed",
                                   snapshot.ready ? "ready" : "not ready",
                                   snapshot.scanning ? ", scanning" : "",
                                   snapshot.moving ? ", moving" : "",
                                   snapshot.lock_holders.empty()
                                       ? std::string("nobody")
                                       : fmt::format("{}", fmt::join(snapshot.lock_holders, ", ")),
                                   snapshot.moves);
    if (!snapshot.magazines_out.empty())
        text += fmt::format("magazines out: {}\n", fmt::join(snapshot.magazines_out, ", "));
    for (const auto& drive : snapshot.drives)
        text += fmt::format("drive @{}: {}{}{}\n",
                            scsi::number(drive.address),
                            !drive.installed ? "none in this bay"
                            : drive.loaded   ? "loaded"
                                             : "not loaded",
                            drive.busy ? ", busy" : "",
                            drive.needs_cleaning ? ", asks to be cleaned" : "");
    for (const auto& element : snapshot.elements)
        text += fmt::format("@{:<6} {:<14} {}{}\n",
                            scsi::number(element.address),
                            name(element.type),
                            element.cartridge.value_or("-"),
                            element.scanned ? "" : " (not scanned)");
    return text;
}

} // namespace changer::sim
