// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/text_table.hpp"
#include "transport/discovery.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace changer::ctl {

using nlohmann::json;

namespace {

json nullable(const std::optional<std::string>& text) {
    return text ? json(*text) : json();
}

std::string type_name(scsi::DeviceType type) {
    return type == scsi::DeviceType::changer ? "changer" : "tape";
}

json to_json(const DiscoveredDevice& device) {
    return {{"device", device.sg_node},
            {"type", type_name(device.type)},
            {"vendor", device.vendor},
            {"product", device.product},
            {"revision", device.revision},
            {"serial", nullable(device.serial)},
            {"device_ids", device.device_ids},
            {"address", to_string(device.address)},
            {"tape_node", nullable(device.tape_node)},
            {"by_id", nullable(device.by_id)}};
}

std::string view(const std::vector<DiscoveredDevice>& devices, bool colour) {
    TextTable table({"TYPE", "MODEL", "SERIAL", "DEVICE", "CONFIGURE AS"});
    for (const DiscoveredDevice& device : devices)
        table.add({type_name(device.type),
                   device.vendor + " " + device.product,
                   device.serial.value_or("-"),
                   device.tape_node.value_or(device.sg_node),
                   device.by_id.value_or(device.sg_node)});
    return table.empty() ? "no changers and no tape drives on this host\n" : table.str(colour);
}

} // namespace

Result<int> run_discover(Context& context, const Arguments& arguments) {
    const auto root = arguments.option("--sysfs-root");
    // Another tree is another machine's: udev's database knows nothing of it.
    const auto no_links = [](const std::string&) { return std::optional<std::string>(); };
    const auto devices = root ? scan_sysfs(*root, no_links) : discover_devices();
    if (!devices)
        return devices.error();
    if (!context.globals.json) {
        context.io.out << view(*devices, context.io.colour) << std::flush;
        return 0;
    }
    json document{{"schema", "changer.discover/1"}, {"devices", json::array()}};
    for (const DiscoveredDevice& device : *devices)
        document["devices"].push_back(to_json(device));
    context.io.out << json_line(document) << std::endl;
    return 0;
}

} // namespace changer::ctl
