// SPDX-License-Identifier: Apache-2.0
#include "device/device.hpp"
#include "device/mode_page.hpp"
#include "mtx/attach.hpp"
#include "mtx/owner.hpp"
#include "mtx/raw_inquiry.hpp"
#include "mtx/run.hpp"
#include "mtx/texts.hpp"
#include "scsi/smc/element_address_assignment.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace changer::mtx {
namespace {

// Bits of page 1Fh, by element type.
constexpr std::uint8_t transport_bit = 0x01;
constexpr std::uint8_t storage_bit = 0x02;
constexpr std::uint8_t import_export_bit = 0x04;
constexpr std::uint8_t data_transfer_bit = 0x08;
constexpr std::uint8_t type_bits = 0x0F;

constexpr std::uint8_t transport_geometry_page = 0x1E;
constexpr std::uint8_t device_capabilities_page = 0x1F;

std::uint8_t byte(const scsi::ModePage& page, std::size_t i) {
    return i < page.content.size() ? std::to_integer<std::uint8_t>(page.content[i])
                                   : std::uint8_t{0};
}

/// Lists element types as loaderinfo does: a comma wherever any larger bit is set.
void print_types(Output& out, std::uint8_t bits, std::string_view prefix) {
    struct Type {
        std::uint8_t bit;
        std::string_view name;
    };

    constexpr std::array types{Type{data_transfer_bit, "Data Transfer"},
                               Type{import_export_bit, "Import/Export"},
                               Type{storage_bit, "Storage"},
                               Type{transport_bit, "Medium Transfer"}};
    for (const Type& type : types) {
        if ((bits & type.bit) == 0)
            continue;
        if (type.bit != data_transfer_bit && bits >= 2 * type.bit)
            out.put(", ");
        out.put(prefix).put(type.name);
    }
}

void print_targets(Output& out, std::string_view what, std::uint8_t bits, std::string_view prefix) {
    out.put(what);
    if ((bits & type_bits) != 0)
        print_types(out, bits, prefix);
    else
        out.put("None");
    out.put("\n");
}

void print_addresses(const Context& context, Device& device) {
    Output& out = context.out;
    const auto page = read_mode_page(device, scsi::ElementAddressAssignment::page);
    const auto assignment = page ? scsi::decode_element_address_assignment(*page)
                                 : Result<scsi::ElementAddressAssignment>(page.error());
    if (!assignment) {
        context.err.put(sense_lines(assignment.error()));
        out.put("EAAP: No\n");
        return;
    }
    out.put("EAAP: Yes\nNumber of Medium Transport Elements: ").put(assignment->transport.count);
    out.put("\nNumber of Storage Elements: ").put(assignment->storage.count);
    out.put("\nNumber of Import/Export Elements: ").put(assignment->import_export.count);
    out.put("\nNumber of Data Transfer Elements: ").put(assignment->data_transfer.count).put("\n");
}

void print_arm(Output& out, Device& device) {
    const auto page = read_mode_page(device, transport_geometry_page);
    if (!page) {
        out.put("Transport Geometry Descriptor Page: No\n");
        return;
    }
    out.put("Transport Geometry Descriptor Page: Yes\n");
    out.put((byte(*page, 0) & 0x01) != 0 ? "Invertable: Yes\n" : "Invertable: No\n");
}

void print_capabilities(Output& out, Device& device) {
    const auto page = read_mode_page(device, device_capabilities_page);
    if (!page) {
        out.put("Device Configuration Page: No\n");
        return;
    }
    out.put("Device Configuration Page: Yes\nStorage: ");
    print_types(out, byte(*page, 0), "");
    const std::uint8_t flags = byte(*page, 1);
    if ((flags & 0x01) != 0) {
        out.put("\nSCSI Media Changer (rev 2): Yes\nVolume Tag Reader Present: ");
        out.put((flags & 0x02) != 0 ? "Yes" : "No").put("\nAuto-Clean Enabled: ");
        out.put((flags & 0x04) != 0 ? "Yes\n" : "No\n");
    } else {
        out.put("\nSCSI Media Changer (rev 2): No\n");
    }
    print_targets(out, "Transfer Medium Transport: ", byte(*page, 2), "->");
    print_targets(out, "Transfer Storage: ", byte(*page, 3), "->");
    print_targets(out, "Transfer Import/Export: ", byte(*page, 4), "->");
    print_targets(out, "Transfer Data Transfer: ", byte(*page, 5), "->");
    print_targets(out, "Exchange Medium Transport: ", byte(*page, 10), "<>");
    print_targets(out, "Exchange Storage: ", byte(*page, 11), "<>");
    print_targets(out, "Exchange Import/Export: ", byte(*page, 12), "<>");
    print_targets(out, "Exchange Data Transfer: ", byte(*page, 13), "<>");
}

Result<void> print_device(const Context& context, Transport& transport) {
    const auto inquiry = read_raw_inquiry(transport, context.clock);
    if (!inquiry) {
        context.err.put(sense_lines(inquiry.error()));
        return Error{Code::failed, "INQUIRY Command Failed"};
    }
    print_loader_inquiry(context.out, inquiry_fields(*inquiry));
    auto device = Device::open(transport,
                               context.clock,
                               Quirks::builtin(),
                               scsi::DeviceType::changer,
                               {.opening = Opening::lean});
    if (!device)
        return Error(device.error()).in("loaderinfo");
    print_addresses(context, *device);
    print_arm(context.out, *device);
    print_capabilities(context.out, *device);
    return {};
}

Result<void> run(const Context& context, const std::string& name, const Opener& opener) {
    const NamedDevice device = look_at(name, context.environment.sysfs);
    const auto owner = owner_of(device, context.environment);
    if (!owner)
        return Error(owner.error()).in("loaderinfo");
    if (*owner)
        return Error{Code::busy,
                     "loaderinfo: " + name + " belongs to changerd (library " + **owner +
                         "): see changerctl libraries"};
    auto transport = open_device(device.name, device.url, opener);
    if (!transport)
        return std::move(transport).error();
    return print_device(context, **transport);
}

} // namespace

int run_loaderinfo(std::span<const std::string> arguments,
                   const Environment& environment,
                   const Streams& streams,
                   const Opener& opener) {
    SystemClock machine;
    Output out(streams.out);
    Output err(streams.err);
    const Context context{.environment = environment,
                          .clock = environment.clock != nullptr ? *environment.clock : machine,
                          .out = out,
                          .err = err,
                          .wait = std::chrono::seconds{0}};
    const bool understood = arguments.size() == 2 && arguments[0] == "-f";
    const auto done =
        understood ? run(context, arguments[1], opener)
                   : Result<void>(Error{Code::usage, "Usage: loaderinfo -f <generic-device>"});
    if (!done)
        context.say(done.error().what);
    out.flush();
    err.flush();
    return done && out.good() ? 0 : 1;
}

} // namespace changer::mtx
