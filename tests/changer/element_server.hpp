// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/scripted_changer.hpp"
#include "scsi/smc/exchange_medium.hpp"
#include "scsi/smc/move_medium.hpp"
#include "scsi/smc/read_element_status.hpp"
#include "scsi/smc/request_volume_element_address.hpp"
#include "scsi/smc/send_volume_tag.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace changer::test {

/// A changer that knows INQUIRY, MODE SENSE, READ ELEMENT STATUS and MOVE, with the limits and the
/// mistakes of real ones, each a switch.
class ElementServer final : public Transport {
  public:
    scsi::ElementAddressAssignment geometry = small_library();
    std::vector<ElementStatus> elements;

    bool refuses_volume_tags = false;
    bool refuses_current_data = false;
    bool refuses_device_identifiers = false;
    std::size_t largest_allocation = 0xFFFF;                                ///< more: 5/24/00
    std::size_t largest_transfer = std::numeric_limits<std::size_t>::max(); ///< more: the host's no
    bool ignores_count = false;
    bool sends_eight_less = false;        ///< tgt: 8 bytes less than its header says
    bool overflow_is_missing = false;     ///< Linux's iSCSI initiator: see sg_transport.cpp
    bool announces_nothing = false;       ///< mhvtl: count 0 with elements behind it
    bool ends_with_illegal_field = false; ///< mhvtl: 5/24/00 where no element is left
    bool ends_with_illegal_address = false;
    bool ignores_type = false;            ///< Sony VGP-XL1B: answers with elements of every type
    bool wants_identifiers_alone = false; ///< IBM TS4500, drives: DVCID with VOLTAG: 5/24/00
    bool wants_identifiers_with_tags = false; ///< IBM TS4500, mail slots: DVCID without VOLTAG
    bool has_mode_pages = true;
    bool exchanges = false;         ///< has EXCHANGE MEDIUM
    bool positions = false;         ///< has POSITION TO ELEMENT and OPEN/CLOSE IMPORT/EXPORT
    bool searches = false;          ///< has SEND VOLUME TAG and REQUEST VOLUME ELEMENT ADDRESS
    std::size_t template_room = 32; ///< of the template only so many characters are looked at
    /// What happens instead of the next commands; an empty function: nothing.
    std::deque<std::function<Result<Completion>(const Request&)>> instead;
    std::uint8_t instead_of = 0; ///< what happens once instead of the n-th command of this code
    unsigned instead_of_nth = 1;
    std::function<Result<Completion>(const Request&)> instead_once;

    std::vector<scsi::Cdb> commands;     ///< all but INQUIRY and the question for times
    std::vector<ElementAddress> visited; ///< by POSITION and OPEN/CLOSE

    std::size_t count(std::uint8_t opcode) const {
        return static_cast<std::size_t>(
            std::count_if(commands.begin(), commands.end(), [&](const scsi::Cdb& cdb) {
                return cdb.opcode() == opcode;
            }));
    }

    ElementStatus* at(ElementAddress address) {
        for (ElementStatus& element : elements)
            if (element.address == address)
                return &element;
        return nullptr;
    }

    Result<Completion> execute(const Request& request) override {
        const std::uint8_t opcode = request.cdb.opcode();
        const bool counts =
            opcode != scsi::opcode::inquiry && opcode != scsi::opcode::maintenance_in;
        if (counts)
            commands.push_back(request.cdb);
        if (counts && !instead.empty()) {
            const auto happens = std::move(instead.front());
            instead.pop_front();
            if (happens)
                return happens(request);
        }
        if (instead_once && opcode == instead_of && --instead_of_nth == 0)
            return std::exchange(instead_once, nullptr)(request);
        switch (opcode) {
        case scsi::opcode::inquiry:
            return request.cdb.be(1, 1) == 0 ? good(request, encode_inquiry_data(some_changer()))
                                             : refused({0x5, 0x24, 0x00});
        case scsi::opcode::mode_sense_6:
            return has_mode_pages && request.cdb.be(2, 1) == 0x1D
                       ? good(request, mode_reply(encode_mode_page(geometry)).data)
                       : refused({0x5, 0x24, 0x00});
        case scsi::opcode::read_element_status:
            return read(request);
        case scsi::opcode::move_medium:
            return move(request);
        case scsi::opcode::test_unit_ready:
        case scsi::opcode::initialize_element_status:
            return Completion{};
        case scsi::opcode::exchange_medium:
            return exchanges ? exchange(request) : refused({0x5, 0x20, 0x00});
        case scsi::opcode::position_to_element:
            return visit(request.cdb.be(4, 2));
        case scsi::opcode::open_close_import_export_element:
            return visit(request.cdb.be(2, 2));
        case scsi::opcode::send_volume_tag:
            return look_for(request);
        case scsi::opcode::request_volume_element_address:
            return tell_found(request);
        default:
            return refused({0x5, 0x20, 0x00});
        }
    }

    static Result<Completion> good(const Request& request, const Bytes& data) {
        const std::size_t n = std::min(data.size(), request.data_in.size());
        std::copy_n(data.begin(), n, request.data_in.begin());
        return Completion{.transferred = n};
    }

    static Result<Completion> refused(Sense sense) {
        Reply reply = check_condition(sense);
        return Completion{.status = reply.status, .sense = std::move(reply.sense)};
    }

  private:
    Result<Completion> read_any(const Request& request, const scsi::ReadElementStatus& command) {
        std::vector<ElementStatus> sorted = elements;
        std::sort(sorted.begin(), sorted.end(), [](const auto& one, const auto& other) {
            return one.address < other.address;
        });
        std::vector<scsi::ElementStatusPage> pages;
        std::size_t sent = 0;
        for (const ElementStatus& element : sorted) {
            if (element.address < command.start || sent == command.count)
                continue;
            ++sent;
            if (pages.empty() || pages.back().type != element.type)
                pages.push_back({.type = element.type, .primary_volume_tags = true});
            pages.back().elements.push_back(element);
        }
        return good(request, mistaken(encode_element_status(pages), request.data_in.size()));
    }

    Result<Completion> exchange(const Request& request) {
        const auto command = scsi::decode_exchange_medium(request.cdb);
        REQUIRE(command);
        ElementStatus* source = at(command->source);
        ElementStatus* first = at(command->first_destination);
        ElementStatus* second = at(command->second_destination);
        if (!source || !first || !second)
            return refused({0x5, 0x21, 0x01});
        if (!source->full || !first->full)
            return refused({0x5, 0x3B, 0x0E});
        if (second != source && second->full)
            return refused({0x5, 0x3B, 0x0D});
        const auto made_room = std::exchange(first->volume_tag, source->volume_tag);
        source->full = false;
        source->volume_tag = "";
        second->full = true;
        second->volume_tag = made_room;
        return Completion{};
    }

    Result<Completion> visit(std::uint32_t address) {
        if (!positions)
            return refused({0x5, 0x20, 0x00});
        visited.push_back(static_cast<ElementAddress>(address));
        return Completion{};
    }

    Result<Completion> look_for(const Request& request) {
        if (!searches)
            return refused({0x5, 0x20, 0x00});
        const auto wanted = scsi::decode_volume_tag_template(request.data_out);
        REQUIRE(wanted);
        looked_for_ = *wanted;
        looked_for_->volume_identifier.resize(
            std::min(looked_for_->volume_identifier.size(), template_room));
        return Completion{};
    }

    Result<Completion> tell_found(const Request& request) {
        if (!searches || !looked_for_)
            return refused({0x5, 0x2C, 0x00});
        std::vector<scsi::ElementStatusPage> pages;
        for (const ElementStatus& element : elements)
            if (element.full && matches(*looked_for_, element.volume_tag.value_or("")))
                pages.push_back(
                    {.type = element.type, .primary_volume_tags = true, .elements = {element}});
        return good(request,
                    scsi::encode_volume_element_addresses(
                        scsi::VolumeTagAction::translate_primary_ignoring_sequence, pages));
    }

    Result<Completion> read(const Request& request) {
        if (request.data_in.size() > largest_transfer)
            return Error{Code::not_enough_memory, "the transfer is too large, nothing was sent"};
        const auto command = scsi::decode_read_element_status(request.cdb);
        REQUIRE(command);
        REQUIRE(command->allocation_length == request.data_in.size());
        REQUIRE(command->count > 0);
        if (ignores_type)
            return read_any(request, *command);
        REQUIRE(command->type != ElementType::any);
        if ((refuses_volume_tags && command->volume_tags) ||
            (refuses_current_data && command->current_data) ||
            (refuses_device_identifiers && command->device_identifiers) ||
            (wants_identifiers_alone && command->device_identifiers && command->volume_tags) ||
            (wants_identifiers_with_tags && command->device_identifiers && !command->volume_tags) ||
            command->allocation_length > largest_allocation)
            return refused({0x5, 0x24, 0x00});
        scsi::ElementStatusPage page{.type = command->type,
                                     .primary_volume_tags = command->volume_tags,
                                     .identifier_length = command->device_identifiers ? 34 : 0};
        for (const ElementStatus& element : elements)
            if (element.type == command->type && element.address >= command->start &&
                (ignores_count || page.elements.size() < command->count))
                page.elements.push_back(element);
        if (page.elements.empty() && ends_with_illegal_field)
            return refused({0x5, 0x24, 0x00});
        if (page.elements.empty() && ends_with_illegal_address)
            return refused({0x5, 0x21, 0x01});
        const auto pages = page.elements.empty() ? std::vector<scsi::ElementStatusPage>{}
                                                 : std::vector{std::move(page)};
        const Bytes whole = encode_element_status(pages);
        const std::size_t asked = request.data_in.size();
        auto answer = good(request, mistaken(whole, asked));
        const std::size_t overflow = whole.size() - std::min(whole.size(), asked);
        if (overflow_is_missing && overflow <= asked)
            answer->transferred -= std::min(answer->transferred, overflow);
        return answer;
    }

    Bytes mistaken(Bytes data, std::size_t allocation_length) const {
        if (sends_eight_less) // and does not care for whole descriptors
            data.resize(std::min(data.size() - 8, allocation_length));
        else
            data = scsi::cut_element_status(std::move(data), allocation_length);
        if (announces_nothing)
            data[2] = data[3] = std::byte{0};
        return data;
    }

    Result<Completion> move(const Request& request) {
        const auto command = scsi::decode_move_medium(request.cdb);
        REQUIRE(command);
        ElementStatus* source = at(command->source);
        ElementStatus* destination = at(command->destination);
        if (!source || !destination)
            return refused({0x5, 0x21, 0x01});
        if (!source->full)
            return refused({0x5, 0x3B, 0x0E});
        if (destination->full)
            return refused({0x5, 0x3B, 0x0D});
        destination->full = std::exchange(source->full, false);
        destination->volume_tag = std::exchange(source->volume_tag, std::string());
        return Completion{};
    }

    std::optional<scsi::VolumeTagTemplate> looked_for_;
};

/// The small library with two cartridges in its slots.
inline std::vector<ElementStatus> small_content() {
    return {slot(0x1000, "A00001L8"),
            slot(0x1001, "A00002L8"),
            slot(0x1002),
            mail(0x10),
            drive(0x100),
            arm(0)};
}

inline Changer
open_changer(ElementServer& server, Clock& clock, const ChangerOptions& options = {}) {
    auto changer = Changer::open(server, clock, Quirks::builtin(), options);
    REQUIRE(changer);
    server.commands.clear();
    return *std::move(changer);
}

} // namespace changer::test
