// SPDX-License-Identifier: Apache-2.0
#include "drive/label_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace changer {
namespace {

using Outcome = LabelReading::Outcome;

/// Unit attentions queue up after a reset; a drive that has more than this to say is in trouble.
constexpr unsigned most_rounds = 8;

/// Nothing of the medium: a unit attention, a command that was not begun, or that broke off. What
/// is known begins again at REWIND.
bool disturbed(const Error& error) {
    if (error.code == Code::device_busy)
        return true;
    if (error.code != Code::device_refused || !error.sense)
        return false;
    const auto key = error.sense->key;
    return key == scsi::sense_key::unit_attention || key == scsi::sense_key::not_ready ||
           key == scsi::sense_key::aborted_command;
}

/// What a refusal says about the medium; none: it is not the medium's fault.
///
/// Source:  SPC-4, 74/xx with DATA PROTECT: the data cannot be decrypted
std::optional<Outcome> outcome_of(const Sense& sense) {
    constexpr std::uint8_t security_error = 0x74;
    switch (drive_state(sense, scsi::VendorFamily::generic)) {
    case DriveState::incompatible:
        return Outcome::incompatible;
    case DriveState::cleaning:
    case DriveState::cleaning_refused:
        return Outcome::cleaning_cartridge;
    default:
        break;
    }
    if (sense.key == scsi::sense_key::data_protect && sense.asc == security_error)
        return Outcome::encrypted;
    return sense.key == scsi::sense_key::medium_error ? std::optional(Outcome::unreadable)
                                                      : std::nullopt;
}

std::optional<Outcome> outcome_of(const DriveStatus& status) {
    switch (status.state) {
    case DriveState::empty:
        return Outcome::no_cartridge;
    case DriveState::unloaded: // LOAD did not thread it
        return Outcome::unreadable;
    default:
        return status.sense ? outcome_of(*status.sense) : std::nullopt;
    }
}

/// One try to read a label: a result, or a reason to try again.
class Round {
  public:
    Round(HeldDrive& drive, const LabelOrder& order, std::size_t transfer)
        : drive_(drive)
        , order_(order)
        , transfer_(transfer) {}

    /// None: disturbed, or the first block wants more room; to be tried again.
    std::optional<Result<LabelReading>> run();

    std::size_t transfer() const { return transfer_; }

  private:
    std::optional<Result<LabelReading>> stop(Error error);
    std::optional<Result<LabelReading>> judge_status();
    std::optional<Result<LabelReading>> read_first();
    std::optional<Error> read_rest();
    bool wants_more_room(const TapeRecord& first);
    LabelReading told();

    HeldDrive& drive_;
    const LabelOrder& order_;
    std::size_t transfer_;
    bool ready_ = false;
    bool again_ = false;
    LabelReading reading_;
    std::vector<TapeRecord> records_;
};

std::optional<Result<LabelReading>> Round::stop(Error error) {
    if (disturbed(error)) {
        again_ = true;
        return std::nullopt;
    }
    if (!error.sense || error.code != Code::device_refused)
        return error;
    const auto outcome = outcome_of(*error.sense);
    if (!outcome)
        return error;
    reading_.outcome = *outcome;
    reading_.sense = error.sense;
    reading_.text = error.what;
    return reading_;
}

/// Waits for the tape; what is no tape is told here.
std::optional<Result<LabelReading>> Round::judge_status() {
    const auto status = drive_.load(order_.ready);
    if (!status)
        return status.error();
    ready_ = status->state == DriveState::ready;
    if (ready_)
        return std::nullopt;
    const auto outcome = outcome_of(*status);
    if (!outcome) {
        const bool loading = status->state == DriveState::loading;
        return Error{loading ? Code::device_busy : Code::device_refused,
                     loading ? "still not ready when the time for it was used up: " + status->text
                             : "not ready: " + status->text,
                     status->sense};
    }
    if (*outcome != Outcome::no_cartridge) // the chip is read without threading
        if (auto memory = drive_.read_memory())
            reading_.memory = *std::move(memory);
    reading_.outcome = *outcome;
    reading_.sense = status->sense;
    reading_.text = status->text;
    return reading_;
}

/// A drive that sends nothing of a block that is too long is asked again, with room for all of it.
bool Round::wants_more_room(const TapeRecord& first) {
    if (!first.data.empty() || first.length <= transfer_ || first.length > order_.longest_transfer)
        return false;
    transfer_ = first.length;
    return true;
}

std::optional<Result<LabelReading>> Round::read_first() {
    auto first = drive_.read_record(transfer_);
    if (!first)
        return stop(std::move(first).error());
    again_ = wants_more_room(*first);
    if (!again_)
        records_.push_back(*std::move(first));
    return std::nullopt;
}

/// Reads what this kind of label wants beside its first block; what cannot be read is left out.
std::optional<Error> Round::read_rest() {
    const LabelFormat* const format = find_label_format(records_);
    while (format && records_.size() < format->records) {
        auto record = drive_.read_record(transfer_);
        if (!record && (disturbed(record.error()) || !record.error().sense))
            return std::move(record).error();
        if (!record || record->kind == TapeRecord::Kind::end_of_data)
            break;
        records_.push_back(*std::move(record));
    }
    return std::nullopt;
}

LabelReading Round::told() {
    const TapeRecord& first = records_.front();
    if (first.kind == TapeRecord::Kind::end_of_data) {
        reading_.outcome = Outcome::blank;
        return reading_;
    }
    reading_.label = recognise_label(records_);
    reading_.outcome = reading_.label ? Outcome::labelled : Outcome::unrecognised;
    if (!reading_.label) {
        reading_.first_block = first.data;
        reading_.first_block.resize(std::min(first.data.size(), LabelReading::most_kept));
        reading_.first_block_length = first.length;
    }
    return reading_;
}

std::optional<Result<LabelReading>> Round::run() {
    if (auto told = judge_status(); told || !ready_)
        return told;
    auto memory = drive_.read_memory();
    if (!memory)
        return stop(std::move(memory).error());
    reading_.memory = *std::move(memory);
    const std::size_t met = drive_.unit_attentions_met();
    if (auto rewound = drive_.rewind(); !rewound)
        return stop(std::move(rewound).error());
    if (drive_.unit_attentions_met() != met)
        return std::nullopt; // REWIND was repeated, maybe for another cartridge
    if (auto told = read_first(); told || again_)
        return told;
    if (auto failed = read_rest())
        return stop(*std::move(failed));
    return told();
}

} // namespace

std::string_view name(Outcome outcome) {
    constexpr std::array<std::string_view, 8> names{"labelled",
                                                    "unrecognised",
                                                    "blank",
                                                    "encrypted",
                                                    "unreadable",
                                                    "incompatible",
                                                    "cleaning_cartridge",
                                                    "no_cartridge"};
    return names.at(static_cast<std::size_t>(outcome));
}

Result<LabelReading> read_label(HeldDrive& drive, const LabelOrder& order) {
    std::size_t transfer = order.first_transfer;
    for (unsigned rounds = 0; rounds < most_rounds; ++rounds) {
        Round round(drive, order, transfer);
        if (auto result = round.run()) {
            if (!*result)
                return std::move(*result).error().in("read label");
            return *std::move(*result);
        }
        transfer = round.transfer();
        drive.clock().sleep_for(std::chrono::seconds{1});
    }
    return Error{Code::device_busy,
                 fmt::format("read label: disturbed {} times, and given up", most_rounds)};
}

} // namespace changer
