// SPDX-License-Identifier: Apache-2.0
#include "mtx/owned_library.hpp"

#include "changerctl/fields.hpp"
#include "client/job_wait.hpp"
#include "mtx/held_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace changer::mtx {
namespace {

using namespace std::chrono_literals;
using client::Document;
using ctl::list;
using ctl::member;
using nlohmann::json;
using scsi::ElementAddress;
using scsi::ElementType;

/// A job is looked after in steps of this length: meanwhile someone may want the door.
constexpr std::chrono::seconds one_look{2};
/// How long a cancelled job is given to end.
constexpr std::chrono::seconds farewell{5};
/// The daemon shows barcodes without padding; changers pad them to this.
constexpr std::size_t padded_tag = 32;

std::optional<ElementType> type_named(std::string_view name) {
    if (name == "storage")
        return ElementType::storage;
    if (name == "import_export")
        return ElementType::import_export;
    if (name == "data_transfer")
        return ElementType::data_transfer;
    if (name == "transport")
        return ElementType::transport;
    return std::nullopt;
}

std::optional<ElementAddress> address(const json& object, std::string_view name) {
    const auto value = ctl::number(object, name);
    if (!value || *value < 0 || *value > 0xFFFF)
        return std::nullopt;
    return ElementAddress(static_cast<std::uint16_t>(*value));
}

/// Adds one element of the daemon's list.
Result<void> add(Elements& elements, const json& element) {
    const auto type = type_named(ctl::text(element, "type", ""));
    const auto at = address(element, "address");
    if (!type || !at)
        return not_understood();
    const auto full = ctl::flag(element, "full");
    // An element that is not there, its magazine being out, has an exception; mtx calls it empty.
    const bool absent = member(element, "exception").is_object();
    if (!full && !absent && *type != ElementType::transport)
        return Error{Code::failed,
                     fmt::format("mtx: changerd does not know yet what is in element {}: see "
                                 "changerctl status",
                                 scsi::number(*at))};
    const std::string barcode = ctl::text(element, "barcode", "");
    const std::string_view label = printed_part(std::as_bytes(std::span(barcode))).text;
    const bool shown = full.value_or(false) && !label.empty();
    elements.add(
        *type,
        {.address = *at,
         .full = full.value_or(false),
         .source = address(element, "source"),
         .primary = shown ? Tag{label, padded_tag - std::min(padded_tag, label.size())} : Tag{}});
    return {};
}

std::string place_name(const Place& place) {
    return fmt::format("@{}", scsi::number(place.address));
}

Error error_of_job(const json& job) {
    const auto& error = member(job, "error");
    const auto& sense = member(error, "sense");
    Error told{code_from_name(ctl::text(error, "code", "")).value_or(Code::failed),
               fmt::format("job {} {}: {}",
                           ctl::text(job, "id"),
                           ctl::text(job, "state"),
                           ctl::text(error, "message"))};
    const auto byte = [&](std::string_view name) {
        return static_cast<std::uint8_t>(ctl::number(sense, name).value_or(0) & 0xFF);
    };
    if (sense.is_object()) {
        told.sense = Sense{byte("key"), byte("asc"), byte("ascq")};
        told.sense_raw = ctl::text(sense, "raw", "");
    }
    return told.code == Code::ok ? not_understood() : told;
}

} // namespace

OwnedLibrary::OwnedLibrary(std::string id, const Context& context)
    : id_(std::move(id))
    , context_(context)
    , client_({.socket_path = context.environment.daemon_socket,
               .patience = context.environment.patience,
               .interrupt_fd = context.environment.interrupt_fd})
    , patient_({.socket_path = context.environment.daemon_socket,
                .patience = context.environment.patience}) {}

std::string OwnedLibrary::path(std::string_view rest) const {
    return fmt::format("/v1/libraries/{}{}", client::encode_segment(id_), rest);
}

/// Gets the library when it is there; one that starts is waited for.
Result<Document> OwnedLibrary::online() const {
    const SteadyTime end = context_.clock.now().steady + context_.wait;
    for (;;) {
        auto library = client_.get(path());
        if (!library)
            return library;
        const std::string state = ctl::text(library->json(), "state", "");
        if (state == "online")
            return library;
        if (state != "starting" || context_.interrupted() || context_.clock.now().steady >= end)
            return Error{
                Code::library_offline,
                fmt::format("library {} is {}: {}",
                            id_,
                            state,
                            ctl::text(library->json(), "detail", "see changerctl status"))};
        context_.clock.sleep_for(250ms);
    }
}

Result<InquiryFields> OwnedLibrary::inquiry() {
    const auto library = online();
    if (!library)
        return library.error();
    const auto& identity = member(library->json(), "identity");
    const auto padded = [&](std::string_view name, std::size_t length) {
        std::string field = ctl::text(identity, name, "");
        field.resize(length, ' ');
        return field;
    };
    constexpr std::uint8_t changer = 8;
    return InquiryFields{.type = changer,
                         .vendor = padded("vendor", 8),
                         .product = padded("product", 16),
                         .revision = padded("revision", 4)};
}

Result<const Elements*> OwnedLibrary::elements(const Modifiers&) {
    if (elements_)
        return &*elements_;
    if (auto library = online(); !library)
        return library.error();
    // A daemon that can looks at the library first.
    const auto answer = client_.get(path("/elements?revalidate=true"));
    if (!answer)
        return answer.error();
    Elements elements;
    for (const json& element : list(answer->json(), "elements"))
        if (auto added = add(elements, element); !added)
            return added.error();
    if (elements.drives() == 0)
        return Error{Code::failed, "no Data Transfer Element reported"};
    if (elements.slots() == 0)
        return Error{Code::failed, "no Storage Elements reported"};
    elements_.emplace(std::move(elements));
    return &*elements_;
}

Result<Place> OwnedLibrary::slot(unsigned number, const Modifiers& modifiers) {
    const auto elements = this->elements(modifiers);
    if (!elements)
        return elements.error();
    if (number == 0 || number > (*elements)->slots())
        return Error{Code::not_found, fmt::format("there is no slot {}", number)};
    return place_of(number, (*elements)->slot(number));
}

Result<Place> OwnedLibrary::drive(unsigned number, const Modifiers& modifiers) {
    const auto elements = this->elements(modifiers);
    if (!elements)
        return elements.error();
    if (number >= (*elements)->drives())
        return Error{Code::not_found, fmt::format("there is no drive {}", number)};
    return place_of(number, (*elements)->drive(number));
}

Result<Home> OwnedLibrary::home(unsigned drive, const Modifiers& modifiers) {
    if (auto known = this->drive(drive, modifiers); !known)
        return known.error();
    return home_in(*elements_, drive);
}

// --- jobs ---

/// While someone has the door, nothing moves, for as long as he likes: whoever waits is told now.
Result<void> OwnedLibrary::door_is_free() const {
    const auto door = patient_.get(path("/door"));
    if (!door)
        return door.error();
    const std::string id = ctl::text(door->json(), "job", "");
    if (id.empty())
        return {};
    const auto job = patient_.get("/v1/jobs/" + client::encode_segment(id));
    if (!job)
        return job.error();
    const std::string phase = ctl::text(job->json(), "phase", "");
    constexpr std::array<std::string_view, 3> taken{"unlocked", "open", "settling"};
    if (std::find(taken.begin(), taken.end(), phase) == taken.end())
        return {};
    return Error{
        Code::door_open,
        fmt::format(
            "job {} has the door of library {} ({}): nothing moves until it ends", id, id_, phase)};
}

Result<void> OwnedLibrary::begin_act() {
    if (auto library = online(); !library)
        return library.error();
    return door_is_free();
}

/// Cancels a job, and tells how it ended.
Result<Document> OwnedLibrary::cancel(const std::string& job, Error why) const {
    const auto asked =
        patient_.call({.method = "DELETE", .target = "/v1/jobs/" + client::encode_segment(job)});
    if (!asked)
        return Error(asked.error()).in(why.what + ": job " + job + " may go on");
    auto ended =
        client::wait_for_job(patient_, job, {.timeout = farewell, .daemon_patience = farewell});
    if (ended && ctl::text(ended->json(), "state", "") == "passed")
        return ended; // it was done before it could be cancelled
    why.what += ended ? fmt::format(": job {} {}", job, ctl::text(ended->json(), "state"))
                      : fmt::format(": job {} cannot be stopped any more, and goes on", job);
    return why;
}

Result<Document> OwnedLibrary::wait_for(const std::string& job) const {
    const SteadyTime end = BootClock::now() + context_.wait;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(end - BootClock::now());
        auto ended = client::wait_for_job(
            client_, job, {.timeout = std::clamp(left, std::chrono::seconds{0}, one_look)});
        if (ended)
            return ended;
        if (ended.error().code == Code::interrupted)
            return cancel(job, {Code::interrupted, "interrupted"});
        if (ended.error().code != Code::wait_timeout)
            return cancel(job, std::move(ended).error());
        if (BootClock::now() >= end)
            return cancel(
                job,
                {Code::wait_timeout, fmt::format("not done within {} s", context_.wait.count())});
        const auto now = client_.get("/v1/jobs/" + client::encode_segment(job));
        if (now && ctl::text(now->json(), "state", "") == "queued")
            if (auto free = door_is_free(); !free && free.error().code == Code::door_open)
                return cancel(job, std::move(free).error());
    }
}

Result<void> OwnedLibrary::run_job(const json& submission) {
    // While this lives, its connection does.
    const auto job = submit_held({.socket_path = context_.environment.daemon_socket,
                                  .library = id_,
                                  .patience = context_.environment.patience},
                                 submission);
    if (!job)
        return job.error();
    if (job->id.empty())
        return not_understood();
    const auto ended = wait_for(job->id);
    if (!ended)
        return ended.error();
    if (ctl::text(ended->json(), "state", "") != "passed")
        return error_of_job(ended->json());
    return {};
}

/// Whether the daemon's jobs can do a move as it is wanted.
Result<void> OwnedLibrary::plain(const Modifiers& modifiers) const {
    if (modifiers.invert || modifiers.invert_second)
        return not_done_there("invert");
    if (modifiers.import_export_position != 0)
        return not_done_there("eepos");
    return {};
}

Error OwnedLibrary::not_done_there(std::string_view what) const {
    return {Code::usage,
            fmt::format(
                "{}: not done, library {} belongs to changerd, which has no such job", what, id_)};
}

Result<void> OwnedLibrary::move(const Place& from, const Place& to, const Modifiers& modifiers) {
    if (auto possible = plain(modifiers); !possible)
        return possible;
    const auto is_drive = [&](const Place& place) {
        for (unsigned i = 0; i < elements_->drives(); ++i)
            if (elements_->drive(i).address == place.address)
                return true;
        return false;
    };
    const char* const operation = is_drive(to) ? "load" : is_drive(from) ? "unload" : "move";
    auto done = run_job(
        {{"operation", operation}, {"source", place_name(from)}, {"destination", place_name(to)}});
    if (done)
        elements_->moved(from.address, to.address);
    return done;
}

Result<void> OwnedLibrary::exchange(const Place& source,
                                    const Place& first_destination,
                                    const Place& second_destination,
                                    const Modifiers& modifiers) {
    if (auto possible = plain(modifiers); !possible)
        return possible;
    elements_.reset();
    json job{{"operation", "exchange"},
             {"source", place_name(source)},
             {"destination", place_name(first_destination)}};
    if (second_destination.address != source.address)
        job["second_destination"] = place_name(second_destination);
    return run_job(job);
}

Result<void> OwnedLibrary::position(const Place& place) {
    return run_job({{"operation", "position"}, {"destination", place_name(place)}});
}

Result<void> OwnedLibrary::inventory() {
    elements_.reset();
    return run_job({{"operation", "inventory"}, {"inventory", "fast"}});
}

Result<void> OwnedLibrary::eject() {
    return not_done_there("eject");
}

} // namespace changer::mtx
