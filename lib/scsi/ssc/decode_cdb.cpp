// SPDX-License-Identifier: Apache-2.0
#include "scsi/cdb_mismatch.hpp"
#include "scsi/ssc/load_unload.hpp"
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_attribute.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "scsi/ssc/space.hpp"

namespace changer::scsi {

Result<Rewind> decode_rewind(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::rewind, 6, "rewind"))
        return *std::move(error);
    return Rewind{.immediate = (cdb.be(1, 1) & 0x01) != 0};
}

Result<LoadUnload> decode_load_unload(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::load_unload, 6, "load unload"))
        return *std::move(error);
    return LoadUnload{.load = (cdb.be(4, 1) & 0x01) != 0,
                      .immediate = (cdb.be(1, 1) & 0x01) != 0,
                      .retension = (cdb.be(4, 1) & 0x02) != 0,
                      .hold = (cdb.be(4, 1) & 0x08) != 0};
}

Result<Read> decode_read(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::read_6, 6, "read"))
        return *std::move(error);
    const Read command{.fixed = (cdb.be(1, 1) & 0x01) != 0,
                       .suppress_incorrect_length = (cdb.be(1, 1) & 0x02) != 0,
                       .length = cdb.be(2, 3)};
    if (command.fixed && command.suppress_incorrect_length)
        return Error{Code::invalid_parameter, "read with both FIXED and SILI"};
    return command;
}

Result<Space> decode_space(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::space_6, 6, "space"))
        return *std::move(error);
    const auto over = cdb.be(1, 1) & 0x0F;
    if (over > 3 || over == 2)
        return Error{Code::invalid_parameter, "space over nothing that is known"};
    const auto count = static_cast<std::int32_t>(cdb.be(2, 3) << 8) >> 8; // 24 bits, signed
    return Space{.over = Space::Over(over), .count = count};
}

Result<ReadPosition> decode_read_position(const Cdb& cdb) {
    using Form = ReadPosition::Form;
    if (auto error = mismatch(cdb, opcode::read_position, 10, "read position"))
        return *std::move(error);
    const auto form = Form(cdb.be(1, 1) & 0x1F);
    if (form != Form::short_form && form != Form::long_form)
        return Error{Code::invalid_parameter, "read position in a form that is not known"};
    return ReadPosition{.form = form};
}

Result<ReadBlockLimits> decode_read_block_limits(const Cdb& cdb) {
    if (auto error = mismatch(cdb, opcode::read_block_limits, 6, "read block limits"))
        return *std::move(error);
    return ReadBlockLimits{};
}

Result<ReadAttribute> decode_read_attribute(const Cdb& cdb) {
    using Action = ReadAttribute::Action;
    if (auto error = mismatch(cdb, opcode::read_attribute, 16, "read attribute"))
        return *std::move(error);
    const auto action = Action(cdb.be(1, 1) & 0x1F);
    if (action != Action::values && action != Action::list)
        return Error{Code::invalid_parameter, "read attribute with an action that is not known"};
    return ReadAttribute{.action = action,
                         .partition = static_cast<std::uint8_t>(cdb.be(7, 1)),
                         .first_attribute = static_cast<std::uint16_t>(cdb.be(8, 2)),
                         .allocation_length = cdb.be(10, 4)};
}

} // namespace changer::scsi
