// SPDX-License-Identifier: Apache-2.0
#include "scsi/ssc/read.hpp"
#include "scsi/ssc/read_block_limits.hpp"
#include "scsi/ssc/read_position.hpp"
#include "scsi/ssc/rewind.hpp"
#include "scsi/ssc/space.hpp"
#include "sim/drives.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

constexpr std::uint32_t longest_block = 0x80'0000; // 8 MiB, as LTO drives have it

/// Answers with sense that counts what has not been done.
Response stopped(scsi::SenseData sense, std::int64_t remaining) {
    sense.information = static_cast<std::uint32_t>(remaining);
    return {.status = scsi::Status::check_condition, .sense = sense};
}

/// Why the tape cannot be read at all.
std::optional<Sense> unreadable(const World& world, const Drive& drive) {
    switch (world.cells.find(drive.address)->holds->content().kind) {
    case LabelKind::encrypted:
        return says::unable_to_decrypt;
    case LabelKind::unreadable:
        return says::unrecovered_read_error;
    default:
        return std::nullopt;
    }
}

/// Goes over records until `count` of the wanted kind are behind; negative: before.
struct Walk {
    Drive& drive;
    std::int32_t remaining;
    bool over_filemarks;

    /// One record on, or back; true if the walk ends there.
    bool step() {
        const bool forward = remaining > 0;
        const Record& record = drive.tape[forward ? drive.position : drive.position - 1];
        drive.position += forward ? 1 : std::size_t(-1);
        if (record.filemark && !over_filemarks)
            return true;
        if (record.filemark == over_filemarks)
            remaining -= forward ? 1 : -1;
        return false;
    }
};

/// Source:  SSC-4, SPACE(6): filemarks stop a walk over blocks; so do the beginning and the end
Response walk(Drive& drive, const scsi::Space& command) {
    const bool over_filemarks = command.over == scsi::Space::Over::filemarks;
    Walk walk{.drive = drive, .remaining = command.count, .over_filemarks = over_filemarks};
    while (walk.remaining != 0) {
        const auto left = std::abs(walk.remaining);
        if (walk.remaining > 0 && drive.position == drive.tape.size())
            return stopped({.sense = says::end_of_data}, left);
        if (walk.remaining < 0 && drive.position == 0)
            return stopped({.sense = says::beginning_of_partition, .end_of_medium = true}, left);
        if (walk.step())
            return stopped({.sense = says::filemark_detected, .filemark = true}, left);
    }
    return {};
}

} // namespace

/// Source:  SSC-4, READ(6): with SILI and no block length set, no length is incorrect
Response answer_read(World& world, const Task& task) {
    Drive& drive = *world.drive_of(task.lun);
    const auto command = scsi::decode_read(task.cdb);
    if (!command || command->fixed) // no block length has been set
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = drive_not_ready(world, drive))
        return refused(*sense);
    if (command->length == 0)
        return {};
    const std::int64_t requested = command->length;
    if (const auto sense = unreadable(world, drive))
        return stopped({.sense = *sense}, requested);
    if (drive.position == drive.tape.size())
        return stopped({.sense = says::end_of_data}, requested);
    const Record& record = drive.tape[drive.position++];
    if (record.filemark)
        return stopped({.sense = says::filemark_detected, .filemark = true}, requested);
    const auto length = static_cast<std::int64_t>(record.block.size());
    Response response{
        .data = Bytes(record.block.begin(), record.block.begin() + std::min(length, requested))};
    if (length == requested || command->suppress_incorrect_length)
        return response;
    auto short_or_long = stopped({.incorrect_length = true}, requested - length);
    short_or_long.data = std::move(response.data);
    return short_or_long;
}

Response answer_space(World& world, const Task& task) {
    Drive& drive = *world.drive_of(task.lun);
    const auto command = scsi::decode_space(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = drive_not_ready(world, drive))
        return refused(*sense);
    if (command->over != scsi::Space::Over::end_of_data)
        return walk(drive, *command);
    drive.position = drive.tape.size();
    return {};
}

Response answer_rewind(World& world, const Task& task) {
    Drive& drive = *world.drive_of(task.lun);
    if (!scsi::decode_rewind(task.cdb))
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = drive_not_ready(world, drive))
        return refused(*sense);
    drive.position = 0;
    return {};
}

Response answer_read_position(World& world, const Task& task) {
    const Drive& drive = *world.drive_of(task.lun);
    const auto command = scsi::decode_read_position(task.cdb);
    if (!command)
        return refused(says::invalid_field_in_cdb);
    if (const auto sense = drive_not_ready(world, drive))
        return refused(*sense);
    const auto here = drive.tape.begin() + static_cast<std::ptrdiff_t>(drive.position);
    const auto filemarks =
        std::count_if(drive.tape.begin(), here, [](const Record& each) { return each.filemark; });
    const scsi::TapePosition position{.at_beginning = drive.position == 0,
                                      .block = drive.position,
                                      .filemark = static_cast<std::uint64_t>(filemarks)};
    return {.data = scsi::encode_tape_position(position, command->form)};
}

Response answer_read_block_limits(World&, const Task& task) {
    if (!scsi::decode_read_block_limits(task.cdb))
        return refused(says::invalid_field_in_cdb);
    return {.data = scsi::encode_block_limits({.maximum = longest_block, .minimum = 1})};
}

} // namespace changer::sim
