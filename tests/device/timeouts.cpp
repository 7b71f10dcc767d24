// SPDX-License-Identifier: Apache-2.0
#include "device/timeouts.hpp"

#include "device/scripted_device.hpp"
#include "scsi/smc/vendor_timeouts.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"

#include <set>

using namespace changer;
using namespace changer::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("device/timeouts");

namespace {

using enum CommandClass;
using scsi::CommandTimeouts;
using scsi::SupportedCommand;

constexpr std::string_view operation_codes = "a30c8000000000002000"
                                             "0000";
constexpr std::string_view vendor_page = "1201d0040000";
const Reply refused = check_condition({0x5, 0x20, 0x00});

Reply supported(std::vector<SupportedCommand> commands) {
    return {.data = scsi::encode_supported_commands(commands)};
}

SupportedCommand command(std::uint8_t opcode, CommandTimeouts timeouts) {
    return {.opcode = opcode, .cdb_length = 12, .timeouts = timeouts};
}

Reply ibm_table() {
    const std::array table{scsi::VendorTimeout{0x07, 11min},
                           scsi::VendorTimeout{0xA5, 25min},
                           scsi::VendorTimeout{0x2B, 10min},
                           scsi::VendorTimeout{0x12, 1min}};
    return {.data = scsi::encode_vendor_timeouts(scsi::DeviceType::changer, table)};
}

scsi::InquiryData ibm_3573() {
    scsi::InquiryData data = some_changer();
    data.vendor = "IBM";
    data.product = "3573-TL";
    return data;
}

/// A device that lists these VPD pages.
struct Asked {
    explicit Asked(const scsi::InquiryData& who = some_changer(),
                   std::vector<std::uint8_t> pages = {0x00, 0xD0},
                   const DeviceOptions& options = {}) {
        if (options.opening == Opening::lean) {
            transport.expect("120000003800", Reply{.data = scsi::encode_inquiry_data(who)});
        } else {
            expect_inquiry(transport, who);
            transport.expect("12010000ff00",
                             Reply{.data = scsi::encode_supported_vpd_pages(who.type, pages)});
        }
        auto opened =
            Device::open(transport, clock, Quirks::builtin(), scsi::DeviceType::changer, options);
        REQUIRE(opened);
        device.emplace(*std::move(opened));
    }

    ManualClock clock;
    ScriptedTransport transport;
    std::optional<Device> device;
};

} // namespace

TEST_CASE("every class of commands has a row, a name of its own and a time") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < command_class_count; ++i) {
        const auto which = static_cast<CommandClass>(i);
        const TimeoutRow& row = timeout_row(which);
        CAPTURE(row.name);
        CHECK(row.which == which);
        CHECK(names.insert(row.name).second);
        CHECK(command_class_from_name(row.name) == which);
        CHECK(row.usual >= 30s);
    }
    CHECK_FALSE(command_class_from_name("walk"));
}

TEST_CASE("nobody knows better: the usual times") {
    Asked it(some_changer(), {0x00});
    CHECK(it.device->timeout(move) == 20min);
    CHECK(it.device->timeout(exchange) == 60min);
    CHECK(it.device->timeout(rescan) == 3h);
}

TEST_CASE("a device tells by its operation codes how long to wait, and is asked once") {
    Asked it;
    it.transport.expect(operation_codes,
                        supported({command(0xA5, {.nominal = 60s, .recommended = 40min}),
                                   command(0xA6, {.nominal = 45min}),
                                   command(0x2B, {.nominal = 10s}),
                                   command(0x1B, {}),
                                   command(0x37, {.recommended = 2h}),
                                   command(0xE7, {.recommended = 1h}),
                                   command(0xB8, {.recommended = 1s})}));
    it.device->learn_timeouts();
    it.device->learn_timeouts();
    CHECK(it.device->features().command_timeouts == Support::yes);
    CHECK(it.device->timeout(move) == 40min);
    CHECK(it.device->timeout(move_drive) == 40min);
    CHECK(it.device->timeout(exchange) == 90min);      // twice the nominal time
    CHECK(it.device->timeout(position) == 15min);      // never less than usual by that
    CHECK(it.device->timeout(import_export) == 10min); // told nothing
    CHECK(it.device->timeout(rescan_range) == 2h);     // the longest of both forms
    CHECK(it.device->timeout(read_elements) == 300s);  // does not move media: not asked
}

TEST_CASE("a time that would break off moves, or never end one, is not taken at its word") {
    Asked it;
    it.transport.expect(operation_codes,
                        supported({command(0xA5, {.recommended = 1s}),
                                   command(0xA6, {.recommended = std::chrono::hours{10'000}})}));
    it.device->learn_timeouts();
    CHECK(it.device->timeout(move) == 5min);
    CHECK(it.device->timeout(exchange) == 24h);
}

TEST_CASE("the table of a 3573 is read where the operation codes tell nothing, and it is listed") {
    Asked it(ibm_3573());
    it.transport.expect(operation_codes, refused).expect(vendor_page, ibm_table());
    it.device->learn_timeouts();
    CHECK(it.device->timeout(move) == 25min);
    CHECK(it.device->timeout(position) == 10min);
    CHECK(it.device->timeout(rescan) == 11min);
    CHECK(it.device->timeout(exchange) == 60min);
    CHECK(it.device->timeout(identify) == 30s);
    Asked unlisted(ibm_3573(), {0x00});
    unlisted.transport.expect(operation_codes, refused);
    unlisted.device->learn_timeouts();
    Asked other(some_changer());
    other.transport.expect(operation_codes, refused);
    other.device->learn_timeouts();
    CHECK(other.device->features().command_timeouts == Support::no);
}

TEST_CASE("answers that make no sense leave the usual times") {
    for (const ScriptedTransport::Outcome& outcome : std::vector<ScriptedTransport::Outcome>{
             Reply{.data = hex("00")},
             Reply{.data = hex("0000ffff")},
             check_condition({0x5, 0x24, 0x00}),
             check_condition({0x4, 0x40, 0x80}),
             Error{Code::command_timeout, "no answer in time"}}) {
        Asked it;
        it.transport.expect(operation_codes, outcome);
        it.device->learn_timeouts();
        it.device->learn_timeouts();
        CHECK(it.device->timeout(move) == 20min);
    }
}

TEST_CASE("what the device tells outranks the quirk, and that the usual") {
    const auto quirks = Quirks::parse(
        R"({"schema":"changer.quirks/1","quirks":[{"name":"n","source":"s","match":[{"vendor":)"
        R"("ACME"}],"timeouts":{"move":7200,"position":7000}}]})");
    REQUIRE(quirks);
    ManualClock clock;
    ScriptedTransport transport;
    expect_identity(transport);
    auto device = Device::open(transport, clock, *quirks, scsi::DeviceType::changer);
    REQUIRE(device);
    CHECK(device->timeout(move) == 2h);
    transport.expect(operation_codes, supported({command(0xA5, {.recommended = 40min})}));
    device->learn_timeouts();
    CHECK(device->timeout(move) == 40min);
    CHECK(device->timeout(position) == 7000s);
    CHECK(device->timeout(exchange) == 60min);
}

TEST_CASE("a device that was opened lean, or is known not to tell, is not asked") {
    Asked lean(some_changer(), {}, {.opening = Opening::lean});
    lean.device->learn_timeouts();
    CHECK(lean.device->timeout(move) == 20min);
    Asked known(some_changer(), {0x00});
    known.device->features().command_timeouts = Support::no;
    known.device->learn_timeouts();
}

TEST_CASE("a drive's codes are a drive's commands, whatever a changer means by them") {
    scsi::InquiryData drive = some_changer();
    drive.type = scsi::DeviceType::tape;
    ManualClock clock;
    ScriptedTransport transport;
    Device device = open_device(transport, clock, drive);
    CHECK(device.timeout(load_tape) == 15min);
    CHECK(device.timeout(wind_tape) == 30min);
    transport.expect(operation_codes,
                     supported({command(0x1B, {.recommended = 20min}),
                                command(0x01, {.recommended = 40min}),
                                command(0x11, {.recommended = 50min}),
                                command(0xA5, {.recommended = 2h})}));
    device.learn_timeouts();
    CHECK(device.timeout(load_tape) == 20min);
    CHECK(device.timeout(wind_tape) == 50min);
    CHECK(device.timeout(read_tape) == 10min);
    CHECK(device.timeout(import_export) == 10min);
    CHECK(device.timeout(move) == 20min);
}

TEST_SUITE_END();
