// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_attribute.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "scsi/ssc/space.hpp"

using namespace changer;
using namespace changer::scsi;

namespace {

/// A block that decodes, encodes to one that decodes to the same.
template <class Command>
void check(const Cdb& cdb, Result<Command> (*decode)(const Cdb&)) {
    const auto command = decode(cdb);
    if (!command)
        return;
    const auto again = decode(encode(*command));
    fuzz::require(again && *again == *command);
}

void check_commands(const Cdb& cdb) {
    check(cdb, decode_rewind);
    check(cdb, decode_load_unload);
    check(cdb, decode_read);
    check(cdb, decode_space);
    check(cdb, decode_read_position);
    check(cdb, decode_read_block_limits);
    check(cdb, decode_read_attribute);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    check_commands(Cdb::from_bytes(bytes));
    for (const auto form : {ReadPosition::Form::short_form, ReadPosition::Form::long_form})
        if (const auto position = decode_tape_position(bytes, form)) {
            const auto again = decode_tape_position(encode_tape_position(*position, form), form);
            fuzz::require(again && *again == *position);
        }
    if (const auto limits = decode_block_limits(bytes))
        fuzz::require(*decode_block_limits(encode_block_limits(*limits)) == *limits);
    if (const auto ids = decode_attribute_list(bytes))
        fuzz::require(*decode_attribute_list(encode_attribute_list(*ids)) == *ids);
    if (const auto decoded = decode_medium_attributes(bytes)) {
        const auto again = decode_medium_attributes(encode_medium_attributes(decoded->attributes));
        fuzz::require(again && again->attributes == decoded->attributes);
        for (const auto& attribute : decoded->attributes)
            fuzz::require(attribute.as_text().size() <= attribute.value.size() &&
                          attribute.as_number().has_value() ==
                              (!attribute.value.empty() && attribute.value.size() <= 8));
    }
    return 0;
}
