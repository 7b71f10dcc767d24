// SPDX-License-Identifier: Apache-2.0
#include "hex.hpp"
#include "prefixes.hpp"
#include "scsi/ssc/drive_alert.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_attribute.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "scsi/ssc/space.hpp"

using namespace changer;
using namespace changer::scsi;
using changer::test::hex;

namespace {

template <class Command>
std::string bytes_of(const Command& command) {
    return to_hex(encode(command).view());
}

using Form = ReadPosition::Form;

const std::vector sample{
    text_attribute(attribute::medium_serial_number, "ABC123", 32),
    number_attribute(attribute::load_count, 513, 8),
    MediumAttribute{.id = 0x0805, .read_only = true, .format = MediumAttribute::Format::text},
};

} // namespace

TEST_SUITE("scsi/ssc/tape") {
    TEST_CASE("commands of drives are encoded as SSC-4 has them") {
        CHECK(bytes_of(Rewind{}) == "010000000000");
        CHECK(bytes_of(Rewind{.immediate = true}) == "010100000000");
        CHECK(bytes_of(ReadBlockLimits{}) == "050000000000");
        CHECK(bytes_of(Read{.suppress_incorrect_length = true, .length = 0x12345}) ==
              "080201234500");
        CHECK(bytes_of(Read{.fixed = true, .length = 1}) == "080100000100");
        CHECK(bytes_of(Space{.over = Space::Over::filemarks, .count = 2}) == "110100000200");
        CHECK(bytes_of(Space{.count = -1}) == "1100ffffff00");
        CHECK(bytes_of(LoadUnload{.load = true, .immediate = true, .hold = true}) ==
              "1b0100000900");
        CHECK(bytes_of(LoadUnload{.retension = true}) == "1b0000000200");
        CHECK(bytes_of(ReadPosition{}) == "34000000000000000000");
        CHECK(bytes_of(ReadPosition{.form = Form::long_form}) == "34060000000000000000");
        CHECK(bytes_of(ReadAttribute{.action = ReadAttribute::Action::list,
                                     .partition = 1,
                                     .first_attribute = 0x0401,
                                     .allocation_length = 0x10000}) ==
              "8c010000000000010401000100000000");
    }

    TEST_CASE("what is encoded is decoded") {
        const Rewind rewind{.immediate = true};
        CHECK(*decode_rewind(encode(rewind)) == rewind);
        CHECK(decode_read_block_limits(encode(ReadBlockLimits{})));
        for (const Read& read : {Read{.fixed = true, .length = 0xFFFFFF},
                                 Read{.suppress_incorrect_length = true, .length = 5}})
            CHECK(*decode_read(encode(read)) == read);
        for (const std::int32_t count : {0, 1, -1, 0x7F'FFFF, -0x80'0000}) {
            CAPTURE(count);
            const Space space{.over = Space::Over::filemarks, .count = count};
            CHECK(*decode_space(encode(space)) == space);
        }
        const LoadUnload load{.load = true, .immediate = true, .retension = true, .hold = true};
        CHECK(*decode_load_unload(encode(load)) == load);
        const ReadPosition position{.form = Form::long_form};
        CHECK(*decode_read_position(encode(position)) == position);
        const ReadAttribute attribute{.action = ReadAttribute::Action::list,
                                      .partition = 2,
                                      .first_attribute = 0x0806,
                                      .allocation_length = 77};
        CHECK(*decode_read_attribute(encode(attribute)) == attribute);
    }

    TEST_CASE("another command, another length, and what does not exist are refused") {
        const auto refuses = [](const auto& decode, const Cdb& good) {
            CHECK(decode(good));
            for (const std::size_t length : {0U, 1U, 5U, 6U, 10U, 12U, 16U})
                if (length != good.view().size())
                    CHECK_FALSE(decode(
                        Cdb::from_bytes(Bytes(length, static_cast<std::byte>(good.opcode())))));
            CHECK_FALSE(decode(Cdb(0xFF, good.view().size())));
        };
        refuses(decode_rewind, encode(Rewind{}));
        refuses(decode_read_block_limits, encode(ReadBlockLimits{}));
        refuses(decode_read, encode(Read{}));
        refuses(decode_space, encode(Space{}));
        refuses(decode_load_unload, encode(LoadUnload{}));
        refuses(decode_read_position, encode(ReadPosition{}));
        refuses(decode_read_attribute, encode(ReadAttribute{}));
        CHECK_FALSE(decode_read(Cdb(0x08, 6).put(1, 3, 1)));
        CHECK_FALSE(decode_space(Cdb(0x11, 6).put(1, 2, 1)));
        CHECK_FALSE(decode_space(Cdb(0x11, 6).put(1, 4, 1)));
        CHECK_FALSE(decode_read_position(Cdb(0x34, 10).put(1, 8, 1)));
        CHECK_FALSE(decode_read_attribute(Cdb(0x8C, 16).put(1, 5, 1)));
    }

    TEST_CASE("positions are decoded from golden bytes, and no prefix of them is") {
        const auto short_form = hex("8001 0000 00000000 00000000 00 000000 00000000");
        const auto begin = decode_tape_position(short_form, Form::short_form);
        REQUIRE(begin);
        CHECK(*begin == TapePosition{.at_beginning = true, .partition = 1, .block = 0});
        const auto unknown = hex("0400 0000 12345678 12345678 00 000000 00000000");
        CHECK_FALSE(decode_tape_position(unknown, Form::short_form)->block);
        const auto long_form = hex("40 000000 00000002 0000000100000002 0000000000000003"
                                   "0000000000000000");
        const auto far = decode_tape_position(long_form, Form::long_form);
        REQUIRE(far);
        CHECK(*far == TapePosition{
                          .near_end = true, .partition = 2, .block = 0x1'0000'0002, .filemark = 3});
        test::for_each_proper_prefix(short_form, [](std::span<const std::byte> cut) {
            CHECK_FALSE(decode_tape_position(cut, Form::short_form));
        });
        test::for_each_proper_prefix(long_form, [](std::span<const std::byte> cut) {
            CHECK_FALSE(decode_tape_position(cut, Form::long_form));
        });
    }

    TEST_CASE("positions go to bytes and back, as far as their form has room") {
        const TapePosition position{
            .at_beginning = true, .partition = 1, .block = 77, .filemark = 5};
        CHECK(*decode_tape_position(encode_tape_position(position, Form::long_form),
                                    Form::long_form) == position);
        const auto shorter = decode_tape_position(encode_tape_position(position, Form::short_form),
                                                  Form::short_form);
        CHECK(shorter->block == 77);
        CHECK_FALSE(shorter->filemark);
        const TapePosition far{.block = 0x1'0000'0000};
        CHECK_FALSE(
            decode_tape_position(encode_tape_position(far, Form::short_form), Form::short_form)
                ->block);
        const TapePosition lost{};
        CHECK(*decode_tape_position(encode_tape_position(lost, Form::long_form), Form::long_form) ==
              lost);
    }

    TEST_CASE("block limits are six bytes") {
        const auto data = hex("02 800000 0001");
        const auto limits = decode_block_limits(data);
        REQUIRE(limits);
        CHECK(*limits == BlockLimits{.granularity = 2, .maximum = 0x80'0000, .minimum = 1});
        CHECK(encode_block_limits(*limits) == data);
        test::for_each_proper_prefix(
            data, [](std::span<const std::byte> cut) { CHECK_FALSE(decode_block_limits(cut)); });
    }

    TEST_CASE("attributes are decoded from golden bytes") {
        const auto data = hex("0000001a"
                              "0401 81 0008 4142433132332020"
                              "0003 80 0002 0201"
                              "0408 80 0001 01");
        const auto decoded = decode_medium_attributes(data);
        REQUIRE(decoded);
        CHECK_FALSE(decoded->cut);
        REQUIRE(decoded->attributes.size() == 3);
        const auto* const serial = decoded->find(attribute::medium_serial_number);
        REQUIRE(serial);
        CHECK(serial->read_only);
        CHECK(serial->format == MediumAttribute::Format::ascii);
        CHECK(serial->as_text() == "ABC123");
        CHECK(decoded->find(attribute::load_count)->as_number() == 513);
        CHECK(decoded->find(attribute::medium_type)->as_number() == 1);
        CHECK_FALSE(decoded->find(attribute::barcode));
    }

    TEST_CASE("attributes go to bytes and back; a cut answer has its whole attributes only") {
        const auto whole = encode_medium_attributes(sample);
        CHECK(decode_medium_attributes(whole)->attributes == sample);
        test::for_each_proper_prefix(whole, [](std::span<const std::byte> cut) {
            const auto decoded = decode_medium_attributes(cut);
            REQUIRE(bool(decoded) == (cut.size() >= 4));
            if (!decoded)
                return;
            CHECK(decoded->cut);
            CHECK(decoded->attributes.size() < sample.size());
            for (std::size_t i = 0; i < decoded->attributes.size(); ++i)
                CHECK(decoded->attributes[i] == sample[i]);
        });
        test::for_each_hostile_length(whole, 0, 4, [](std::span<const std::byte> data) {
            CHECK(decode_medium_attributes(data));
        });
        test::for_each_hostile_length(whole, 7, 2, [](std::span<const std::byte> data) {
            CHECK(decode_medium_attributes(data));
        });
        test::for_each_altered_byte(
            whole, [](std::span<const std::byte> data) { CHECK(decode_medium_attributes(data)); });
    }

    TEST_CASE("numbers and texts are what they can be") {
        CHECK_FALSE(MediumAttribute{}.as_number());
        CHECK_FALSE(MediumAttribute{.value = Bytes(9)}.as_number());
        CHECK(MediumAttribute{.value = hex("ffffffffffffffff")}.as_number() == ~0ULL);
        CHECK(MediumAttribute{}.as_text().empty());
        CHECK(MediumAttribute{.value = hex("2000412042002000")}.as_text() == "A B");
        CHECK(text_attribute(1, "ABCDEF", 3).as_text() == "ABC");
    }

    TEST_CASE("the list of attributes is told in pairs of bytes") {
        const auto data = hex("00000006 0003 0401 0806");
        const auto ids = decode_attribute_list(data);
        REQUIRE(ids);
        CHECK(*ids == std::vector<std::uint16_t>{0x0003, 0x0401, 0x0806});
        CHECK(encode_attribute_list(*ids) == data);
        test::for_each_proper_prefix(data, [](std::span<const std::byte> cut) {
            const auto some = decode_attribute_list(cut);
            REQUIRE(bool(some) == (cut.size() >= 4));
            if (some)
                CHECK(some->size() == (cut.size() - 4) / 2);
        });
        test::for_each_hostile_length(data, 0, 4, [](std::span<const std::byte> changed) {
            CHECK(decode_attribute_list(changed));
        });
    }

    TEST_CASE("a drive's flags have a drive's names") {
        CHECK(describe_drive_alert(drive_alert::clean_now).text == "drive needs cleaning now");
        CHECK(describe_drive_alert(drive_alert::clean_now).severity == AlertSeverity::critical);
        CHECK(describe_drive_alert(drive_alert::expired_cleaning_media).text ==
              "cleaning cartridge is used up");
        CHECK(describe_drive_alert(drive_alert::cleaning_media).severity ==
              AlertSeverity::information);
        CHECK(describe_drive_alert(60).text == "a write-once cartridge was to be overwritten");
        for (const std::size_t none : {0U, 47U, 48U, 49U, 61U, 64U, 65U, 1000U})
            CHECK(describe_drive_alert(none).text.empty());
    }
}
