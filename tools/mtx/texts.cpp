// SPDX-License-Identifier: Apache-2.0
#include "mtx/texts.hpp"

#include "scsi/spc/sense.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace changer::mtx {
namespace {

/// Source:  SPC-2, peripheral device types, in mtx's words
constexpr std::array<std::string_view, 32> device_types{
    "Disk Drive", "Tape Drive",        "Printer",    "Processor",          "Write-once",
    "CD-ROM",     "Scanner",           "Optical",    "Medium Changer",     "Communications",
    "ASC IT8",    "ASC IT8",           "RAID Array", "Enclosure Services", "RBC Simplified Disk",
    "OCR/W",      "Bridging Expander", "Reserved",   "Reserved",           "Reserved",
    "Reserved",   "Reserved",          "Reserved",   "Reserved",           "Reserved",
    "Reserved",   "Reserved",          "Reserved",   "Reserved",           "Reserved",
    "Reserved",   "Unknown",
};

constexpr std::array<std::string_view, 16> sense_keys{
    "No Sense",
    "Recovered Error",
    "Not Ready",
    "Medium Error",
    "Hardware Error",
    "Illegal Request",
    "Unit Attention",
    "Data Protect",
    "Blank Check",
    "0x09",
    "0x0a",
    "Aborted Command",
    "0x0c",
    "Volume Overflow",
    "Miscompare",
    "0x0f",
};

std::string_view yes_no(bool yes) {
    return yes ? "yes" : "no";
}

std::string characters(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
    std::string text;
    for (std::size_t i = at; i < at + count; ++i)
        text += i < bytes.size() ? static_cast<char>(bytes[i]) : '\0';
    return text;
}

void print_identity(Output& out, const InquiryFields& inquiry) {
    out.put("Product Type: ").put(device_types.at(inquiry.type & 0x1F));
    out.put("\nVendor ID: '").put(inquiry.vendor);
    out.put("'\nProduct ID: '").put(inquiry.product);
    out.put("'\nRevision: '").put(inquiry.revision).put("'\n");
}

void print_tag(Output& out, std::string_view label, const Tag& tag) {
    if (!tag.empty())
        out.put(label).put(tag.text).put_blanks(tag.blanks);
}

void print_drive(Output& out, unsigned number, const ElementView& drive, unsigned home) {
    out.put("Data Transfer Element ").put(number);
    if (!drive.full) {
        out.put(":Empty\n");
        return;
    }
    if (home > 0)
        out.put(":Full (Storage Element ").put(home).put(" Loaded)");
    else
        out.put(":Full (Unknown Storage Element Loaded)");
    print_tag(out, ":VolumeTag = ", drive.primary);
    print_tag(out, ":AlternateVolumeTag = ", drive.alternate);
    out.put("\n");
}

/// A decimal number that is counted up: there are tens of thousands of them.
class Counter {
  public:
    std::string_view next() {
        std::size_t i = digits_.size();
        while (i-- > 0 && ++digits_.at(i) > '9')
            digits_.at(i) = '0';
        first_ = std::min(first_, i);
        return {digits_.data() + first_, digits_.size() - first_};
    }

  private:
    std::array<char, 10> digits_{'0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
    std::size_t first_ = 9;
};

void print_slots(Output& out, const Elements& elements) {
    constexpr std::string_view end = "                                    \n"; // 36 blanks
    constexpr std::size_t longest = end.size() - 1;
    Counter number;
    elements.each_slot([&](bool full, bool mail, const Tag& primary, const Tag& alternate) {
        out.put("      Storage Element ").put(number.next());
        if (mail)
            out.put(" IMPORT/EXPORT");
        const bool tagged = !primary.empty();
        if (tagged)
            out.put(full ? ":Full :VolumeTag=" : ":Empty:VolumeTag=").put(primary.text);
        else
            out.put(full ? ":Full " : ":Empty");
        if (alternate.empty() && primary.blanks <= longest) {
            out.put(end.substr(longest - primary.blanks));
            return;
        }
        out.put_blanks(primary.blanks);
        print_tag(out, ":AlternateVolumeTag=", alternate);
        out.put("\n");
    });
}

} // namespace

InquiryFields inquiry_fields(std::span<const std::byte> received) {
    const auto byte = [&](std::size_t i) {
        return i < received.size() ? std::to_integer<std::uint8_t>(received[i]) : std::uint8_t{0};
    };
    constexpr unsigned to_vendor_flags = 50;
    return {.type = static_cast<std::uint8_t>(byte(0) & 0x1F),
            .vendor = characters(received, 8, 8),
            .product = characters(received, 16, 16),
            .revision = characters(received, 32, 4),
            .attached_changer = (byte(6) & 0x08) != 0,
            .tells_bar_code_reader = byte(4) > to_vendor_flags,
            .bar_code_reader = (byte(55) & 0x01) != 0};
}

void print_inquiry(Output& out, const InquiryFields& inquiry) {
    print_identity(out, inquiry);
    out.put(inquiry.attached_changer ? "Attached Changer API: Yes\n"
                                     : "Attached Changer API: No\n");
}

void print_loader_inquiry(Output& out, const InquiryFields& inquiry) {
    print_identity(out, inquiry);
    out.put(inquiry.attached_changer ? "Attached Changer: Yes\n" : "Attached Changer: No\n");
    if (inquiry.tells_bar_code_reader)
        out.put(inquiry.bar_code_reader ? "Bar Code Reader: Yes\n" : "Bar Code Reader: No\n");
}

void print_status(Output& out, std::string_view device, const Elements& elements) {
    out.put("  Storage Changer ").put(device).put(":").put(elements.drives());
    out.put(" Drives, ").put(elements.slots()).put(" Slots ( ");
    out.put(elements.mail_slots()).put(" Import/Export )\n");
    const auto& homes = elements.homes();
    for (unsigned number = 0; number < elements.drives(); ++number)
        print_drive(out, number, elements.drive(number), homes[number]);
    print_slots(out, elements);
}

std::string sense_lines(const Error& error) {
    const auto raw = from_hex(error.sense_raw);
    const auto decoded =
        raw && !raw->empty() ? scsi::decode_sense(*raw) : Result<scsi::SenseData>(Error{});
    if (!decoded)
        return {};
    const scsi::SenseData& data = *decoded;
    std::string text;
    const auto line = [&](std::string_view name, const auto& value) {
        text += fmt::format("mtx: Request Sense: {}={}\n", name, value);
    };
    line("Long Report", "yes");
    line("Valid Residual", yes_no(data.information.has_value()));
    line("Error Code",
         fmt::format("{:x} ({})",
                     std::to_integer<unsigned>(raw->front()) & 0x7F,
                     data.deferred ? "Deferred" : "Current"));
    line("Sense Key", sense_keys.at(data.sense.key & 0x0F));
    line("FileMark", yes_no(data.filemark));
    line("EOM", yes_no(data.end_of_medium));
    line("ILI", yes_no(data.incorrect_length));
    if (data.information) {
        const auto value = *data.information;
        line("Residual ",
             fmt::format(" {:02X} {:02X} {:02X} {:02X}",
                         value >> 24 & 0xFF,
                         value >> 16 & 0xFF,
                         value >> 8 & 0xFF,
                         value & 0xFF));
    }
    line("Additional Sense Code ", fmt::format(" {:02X}", data.sense.asc));
    line("Additional Sense Qualifier ", fmt::format(" {:02X}", data.sense.ascq));
    const auto& field = data.field;
    if (field)
        line("Field in Error ", fmt::format(" {:02X}", field->bit.value_or(0)));
    line("BPV", yes_no(field && field->bit));
    line("Error in CDB", yes_no(field && field->in_cdb));
    line("SKSV", yes_no(field.has_value()));
    if (field)
        line("Field Pointer ",
             fmt::format(" {:02X} {:02X}", field->byte >> 8 & 0xFF, field->byte & 0xFF));
    return text;
}

std::string_view usage() {
    return R"(Usage: mtx [-f DEVICE] WORD [NUMBER...] [WORD [NUMBER...]...]
  what there is
    status                          every drive and slot, with volume tags
    inquiry                         who the changer says it is
  cartridges (SLOT from 1, mail slots behind the others; DRIVE from 0, 0 if left out)
    load SLOT [DRIVE]
    unload [SLOT] [DRIVE]           without SLOT: back to where it came from
    transfer SLOT SLOT
    exchange SLOT SLOT [SLOT]
    first | last | next | previous [DRIVE]
  the robot
    position [SLOT]    inventory    eject
  for the words behind them
    nobarcode   invert   invert2   altres   eepos 0-3   noattach   -f DEVICE
  --version
DEVICE is /dev/sgN, a link to one, or iscsi://HOST/TARGET/LUN; else $CHANGER, $TAPE or /dev/changer.
)";
}

} // namespace changer::mtx
