// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "mtx/texts.hpp"
#include "scsi/smc/element_descriptor.hpp"
#include "scsi/spc/sense.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>

using namespace changer;
using namespace changer::mtx;
using changer::test::hex;
using scsi::ElementAddress;
using scsi::ElementType;

TEST_SUITE_BEGIN("tools/mtx/texts");

namespace {

std::string printed(const std::function<void(Output&)>& print) {
    std::string text;
    Output out([&](std::string_view more) {
        text += more;
        return true;
    });
    print(out);
    out.flush();
    return text;
}

ElementView full(unsigned address, std::string_view tag = {}, std::size_t blanks = 0) {
    return {
        .address = static_cast<ElementAddress>(address), .full = true, .primary = {tag, blanks}};
}

ElementView empty(unsigned address) {
    return {.address = static_cast<ElementAddress>(address)};
}

Error sense_error(const Bytes& raw) {
    return {.code = Code::device_refused, .what = "refused", .sense_raw = to_hex(raw)};
}

} // namespace

TEST_CASE("a status is printed byte for byte as mtx prints it") {
    Elements elements;
    auto loaded = full(0x100, "VT0007L8", 24);
    loaded.source = ElementAddress{0x401};
    elements.add(ElementType::data_transfer, loaded);
    elements.add(ElementType::data_transfer, empty(0x101));
    elements.add(ElementType::storage, full(0x400, "VT0001L8", 24));
    elements.add(ElementType::storage, empty(0x401));
    elements.add(ElementType::storage, full(0x402));
    elements.add(ElementType::import_export, full(0x10, "VT0009L8", 0));
    elements.add(ElementType::import_export, empty(0x11));
    CHECK(printed([&](Output& out) { print_status(out, "/dev/sg3", elements); }) ==
          "  Storage Changer /dev/sg3:2 Drives, 5 Slots ( 2 Import/Export )\n"
          "Data Transfer Element 0:Full (Storage Element 2 Loaded)"
          ":VolumeTag = VT0007L8                        \n"
          "Data Transfer Element 1:Empty\n"
          "      Storage Element 1:Full :VolumeTag=VT0001L8                        \n"
          "      Storage Element 2:Empty\n"
          "      Storage Element 3:Full \n"
          "      Storage Element 4 IMPORT/EXPORT:Full :VolumeTag=VT0009L8\n"
          "      Storage Element 5 IMPORT/EXPORT:Empty\n");
}

TEST_CASE("alternate tags, unknown sources and blank tags of empty slots have their own words") {
    Elements elements;
    auto drive = full(1, "A", 1);
    drive.alternate = {"B", 0};
    elements.add(ElementType::data_transfer, drive);
    auto slot = full(2, {}, 0);
    slot.alternate = {"C", 2};
    elements.add(ElementType::storage, slot);
    ElementView blank = empty(3);
    blank.primary = {"", 3};
    elements.add(ElementType::import_export, blank);
    CHECK(printed([&](Output& out) { print_status(out, "x", elements); }) ==
          "  Storage Changer x:1 Drives, 2 Slots ( 1 Import/Export )\n"
          "Data Transfer Element 0:Full (Unknown Storage Element Loaded)"
          ":VolumeTag = A :AlternateVolumeTag = B\n"
          "      Storage Element 1:Full :AlternateVolumeTag=C  \n"
          "      Storage Element 2 IMPORT/EXPORT:Empty:VolumeTag=   \n");
}

TEST_CASE("large output is written in large blocks, and all of it") {
    std::size_t writes = 0;
    std::string text;
    Output out([&](std::string_view more) {
        ++writes;
        text += more;
        return true;
    });
    for (unsigned i = 0; i < 20'000; ++i)
        out.put(i).put("\n");
    out.flush();
    CHECK(writes < 8);
    CHECK(text.substr(0, 6) == "0\n1\n2\n");
    CHECK(text.size() == 108'890);
}

TEST_CASE("what cannot be written is noted") {
    Output out([](std::string_view) { return false; });
    CHECK(out.good());
    out.put("x").flush();
    CHECK_FALSE(out.good());
}

TEST_CASE("inquiry prints the fields as they are, each in its width") {
    Bytes data = hex("0880050233000000"
                     "49424d2020202020" // IBM
                     "3033353834 4c333220202020 20202020"
                     "32433032");
    const auto text = printed([&](Output& out) { print_inquiry(out, inquiry_fields(data)); });
    CHECK(text == "Product Type: Medium Changer\n"
                  "Vendor ID: 'IBM     '\n"
                  "Product ID: '03584L32        '\n"
                  "Revision: '2C02'\n"
                  "Attached Changer API: No\n");
    data[6] = std::byte{0x08};
    data.resize(56);
    data[55] = std::byte{0x01};
    CHECK(printed([&](Output& out) { print_loader_inquiry(out, inquiry_fields(data)); }) ==
          "Product Type: Medium Changer\n"
          "Vendor ID: 'IBM     '\n"
          "Product ID: '03584L32        '\n"
          "Revision: '2C02'\n"
          "Attached Changer: Yes\n"
          "Bar Code Reader: Yes\n");
}

TEST_CASE("inquiry data of any length is printed, and nothing is read past its end") {
    const Bytes data(56, std::byte{0x41});
    for (std::size_t length = 0; length <= data.size(); ++length) {
        CAPTURE(length);
        const auto fields = inquiry_fields(std::span(data).first(length));
        CHECK(fields.vendor.size() == 8);
        CHECK(fields.product.size() == 16);
        CHECK(fields.revision.size() == 4);
    }
}

TEST_CASE("sense data is written in mtx's lines, whichever its format") {
    const scsi::SenseData data{.sense = {0x5, 0x3B, 0x0D},
                               .field = scsi::FieldPointer{.in_cdb = true, .byte = 6, .bit = 7}};
    const std::string expected = "mtx: Request Sense: Long Report=yes\n"
                                 "mtx: Request Sense: Valid Residual=no\n"
                                 "mtx: Request Sense: Error Code=70 (Current)\n"
                                 "mtx: Request Sense: Sense Key=Illegal Request\n"
                                 "mtx: Request Sense: FileMark=no\n"
                                 "mtx: Request Sense: EOM=no\n"
                                 "mtx: Request Sense: ILI=no\n"
                                 "mtx: Request Sense: Additional Sense Code = 3B\n"
                                 "mtx: Request Sense: Additional Sense Qualifier = 0D\n"
                                 "mtx: Request Sense: Field in Error = 07\n"
                                 "mtx: Request Sense: BPV=yes\n"
                                 "mtx: Request Sense: Error in CDB=yes\n"
                                 "mtx: Request Sense: SKSV=yes\n"
                                 "mtx: Request Sense: Field Pointer = 00 06\n";
    CHECK(sense_lines(sense_error(encode_sense_fixed(data))) == expected);
    std::string descriptor = expected;
    descriptor.replace(descriptor.find("=70"), 3, "=72");
    CHECK(sense_lines(sense_error(encode_sense_descriptor(data))) == descriptor);
}

TEST_CASE("a residual is shown, and an error without sense has no such lines") {
    const scsi::SenseData data{.sense = {0x4, 0x15, 0x01}, .information = 0x01020304};
    const auto text = sense_lines(sense_error(encode_sense_fixed(data)));
    CHECK(text.find("mtx: Request Sense: Valid Residual=yes\n") != text.npos);
    CHECK(text.find("mtx: Request Sense: Residual = 01 02 03 04\n") != text.npos);
    CHECK(sense_lines({Code::transport_failed, "gone"}).empty());
    for (const std::string raw : {"00", "70", "7f00", "7005"}) {
        CAPTURE(raw);
        sense_lines({.code = Code::device_refused, .what = "", .sense_raw = raw});
    }
}
