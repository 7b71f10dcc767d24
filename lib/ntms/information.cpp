// SPDX-License-Identifier: Apache-2.0
#include "ntms/objects.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

// What objects tell: the daemon's documents as the structures of ntmsapi.h.

namespace changer::ntms {
namespace {

/// A word of the API and the number that stands for it.
struct Word {
    std::string_view text;
    DWORD value = 0;
};

template <std::size_t N>
DWORD value_of(const std::array<Word, N>& words, std::string_view text, DWORD otherwise) {
    const auto* found = std::find_if(
        words.begin(), words.end(), [&](const Word& word) { return word.text == text; });
    return found == words.end() ? otherwise : found->value;
}

constexpr std::array operational_states{Word{"ready", NTMS_READY},
                                        Word{"initializing", NTMS_INITIALIZING},
                                        Word{"needs_service", NTMS_NEEDS_SERVICE},
                                        Word{"not_present", NTMS_NOT_PRESENT}};
constexpr std::array inventory_methods{Word{"none", NTMS_INVENTORY_NONE},
                                       Word{"fast", NTMS_INVENTORY_FAST},
                                       Word{"full", NTMS_INVENTORY_OMID},
                                       Word{"default", NTMS_INVENTORY_DEFAULT}};
constexpr std::array door_states{Word{"closed", NTMS_DOORSTATE_CLOSED},
                                 Word{"open", NTMS_DOORSTATE_OPEN}};
constexpr std::array slot_states{Word{"full", NTMS_SLOTSTATE_FULL},
                                 Word{"empty", NTMS_SLOTSTATE_EMPTY},
                                 Word{"not_present", NTMS_SLOTSTATE_NOTPRESENT},
                                 Word{"needs_inventory", NTMS_SLOTSTATE_NEEDSINVENTORY}};
constexpr std::array drive_states{Word{"mounted", NTMS_DRIVESTATE_MOUNTED},
                                  Word{"being_cleaned", NTMS_DRIVESTATE_BEING_CLEANED}};
constexpr std::array media_states{Word{"in_use", NTMS_MEDIASTATE_INUSE},
                                  Word{"mounted", NTMS_MEDIASTATE_MOUNTED}};
constexpr std::array job_states{Word{"queued", NTMS_LM_QUEUED},
                                Word{"running", NTMS_LM_INPROCESS},
                                Word{"waiting", NTMS_LM_WAITING},
                                Word{"passed", NTMS_LM_PASSED},
                                Word{"failed", NTMS_LM_FAILED},
                                Word{"cancelled", NTMS_LM_CANCELLED},
                                Word{"stopped", NTMS_LM_STOPPED}};
constexpr std::array operations{Word{"inventory", NTMS_LM_INVENTORY},
                                Word{"door", NTMS_LM_DOORACCESS},
                                Word{"load", NTMS_LM_MOUNT},
                                Word{"unload", NTMS_LM_DISMOUNT}};
constexpr std::array request_states{Word{"pending", NTMS_OPSTATE_SUBMITTED},
                                    Word{"completed", NTMS_OPSTATE_COMPLETE},
                                    Word{"satisfied", NTMS_OPSTATE_COMPLETE},
                                    Word{"withdrawn", NTMS_OPSTATE_COMPLETE},
                                    Word{"refused", NTMS_OPSTATE_REFUSED}};

/// Copies text that may be too long: what is left of it ends with a whole character.
template <std::size_t N>
void put(char (&field)[N], std::string_view text) {
    std::size_t length = std::min(text.size(), N - 1);
    const auto continues = [&](std::size_t at) { return (text[at] & 0xC0) == 0x80; };
    while (length > 0 && length < text.size() && continues(length))
        --length;
    std::memcpy(field, text.data(), length);
    field[length] = '\0';
}

SYSTEMTIME time_of(const Json& object, const char* member) {
    const auto wall = from_rfc3339(text_of(object, member));
    if (!wall)
        return {};
    const auto day = std::chrono::floor<std::chrono::days>(*wall);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(*wall - day)};
    const auto word = [](auto value) { return static_cast<WORD>(value); };
    return {word(static_cast<int>(date.year())),
            word(static_cast<unsigned>(date.month())),
            word(std::chrono::weekday{day}.c_encoding()),
            word(static_cast<unsigned>(date.day())),
            word(clock.hours().count()),
            word(clock.minutes().count()),
            word(clock.seconds().count()),
            word(clock.subseconds().count())};
}

DWORD count_of(const Json& object, const char* member) {
    return static_cast<DWORD>(number_of(object, member));
}

const Json& setting_of(const Json& library, const char* name) {
    return member_of(member_of(member_of(library, "settings"), name), "value");
}

std::string setting_text(const Json& library, const char* name) {
    const auto* text = setting_of(library, name).get_ptr<const std::string*>();
    return text == nullptr ? std::string() : *text;
}

/// Sets what counts 0 where there is none, and 1 as the first number where there is any.
void put_numbers(DWORD& first, DWORD& number, std::uint64_t count) {
    number = static_cast<DWORD>(count);
    first = count > 0 ? 1 : 0;
}

void fill_library(const Object& object, NTMS_OBJECTINFORMATION& info) {
    const Json& library = object.value;
    const Json& counts = member_of(library, "counts");
    auto& out = info.Info.Library;
    out.LibraryType = NTMS_LIBRARYTYPE_ONLINE;
    out.BarCodeReaderInstalled = FALSE;
    out.InventoryMethod =
        value_of(inventory_methods, setting_text(library, "inventory_method"), NTMS_INVENTORY_FAST);
    put_numbers(out.FirstDriveNumber, out.dwNumberOfDrives, number_of(counts, "drives"));
    put_numbers(out.FirstSlotNumber, out.dwNumberOfSlots, number_of(counts, "slots"));
    put_numbers(out.FirstPortNumber, out.dwNumberOfPorts, number_of(counts, "mail_slots"));
    put_numbers(out.FirstDoorNumber,
                out.dwNumberOfDoors,
                is_true(member_of(library, "door"), "present") ? 1 : 0);
    put_numbers(out.FirstChangerNumber, out.dwNumberOfChangers, 1);
    out.dwNumberOfMedia = count_of(counts, "media");
    out.dwNumberOfLibRequests = count_of(counts, "jobs");
    const Json& recovery = setting_of(library, "auto_recovery");
    out.AutoRecovery = recovery.is_boolean() && recovery.get<bool>() ? TRUE : FALSE;
    out.dwFlags = NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE;
    const auto name = text_of(library, "name");
    put(info.szName, name.empty() ? text_of(library, "id") : name);
    put(info.szDescription, text_of(library, "description"));
    info.Enabled = is_true(library, "enabled") ? TRUE : FALSE;
    info.dwOperationalState =
        value_of(operational_states, text_of(library, "operational_state"), NTMS_NOT_PRESENT);
}

void fill_door(const Object& object, NTMS_OBJECTINFORMATION& info) {
    const Json& door = member_of(object.library, "door");
    info.Info.IEDoor.Number = 1;
    info.Info.IEDoor.State = value_of(door_states, text_of(door, "state"), NTMS_DOORSTATE_UNKNOWN);
    info.Info.IEDoor.MaxOpenSecs = static_cast<WORD>(number_of(door, "max_open_seconds"));
    info.Info.IEDoor.Library = guid_from_text(text_of(object.library, "guid"));
    put(info.szName, "door");
}

void fill_slot(const Object& object, NTMS_OBJECTINFORMATION& info) {
    auto& out = info.Info.StorageSlot;
    out.Number = count_of(object.value, "number");
    out.State = value_of(slot_states, text_of(object.value, "state"), NTMS_SLOTSTATE_UNKNOWN);
    out.Library = guid_from_text(text_of(object.library, "guid"));
    put(info.szName, "slot:" + std::to_string(out.Number));
    info.dwOperationalState =
        value_of(operational_states, text_of(object.value, "operational_state"), NTMS_READY);
}

void fill_drive(const Object& object, NTMS_OBJECTINFORMATION& info) {
    auto& out = info.Info.Drive;
    out.Number = count_of(object.value, "number");
    out.State = value_of(drive_states, text_of(object.value, "state"), NTMS_DRIVESTATE_DISMOUNTED);
    put(out.szDeviceName, text_of(object.value, "device"));
    put(out.szSerialNumber, text_of(object.value, "serial"));
    out.Library = guid_from_text(text_of(object.library, "guid"));
    put(info.szName, "drive:" + std::to_string(out.Number));
    info.Enabled = is_true(object.value, "enabled") ? TRUE : FALSE;
    info.dwOperationalState =
        value_of(operational_states, text_of(object.value, "operational_state"), NTMS_READY);
}

/// Finds the identifier of an element that is named by its reference.
NTMS_GUID element_guid(const std::vector<Object>& elements, const Json& reference) {
    for (const Object& element : elements)
        if (reference.is_object() &&
            number_of(element.value, "address") == number_of(reference, "address"))
            return element.id;
    return {};
}

Result<void>
fill_medium(const Session& session, const Object& object, NTMS_OBJECTINFORMATION& info) {
    auto& out = info.Info.PhysicalMedia;
    const Json& element = member_of(object.value, "element");
    const auto library = guid_from_text(text_of(object.library, "guid"));
    auto slots = list_objects(session, NTMS_STORAGESLOT, &library);
    if (!slots)
        return std::move(slots).error();
    out.HomeSlot = element_guid(*slots, member_of(object.value, "home"));
    if (!element.is_null())
        out.CurrentLibrary = library;
    if (text_of(element, "type") == "storage") {
        out.LocationType = NTMS_STORAGESLOT;
        out.Location = element_guid(*slots, element);
    } else if (text_of(element, "type") == "data_transfer") {
        auto drives = list_objects(session, NTMS_DRIVE, &library);
        if (!drives)
            return std::move(drives).error();
        out.LocationType = NTMS_DRIVE;
        out.Location = element_guid(*drives, element);
    } else if (text_of(element, "type") == "import_export") {
        out.LocationType = NTMS_IEPORT;
    }
    const auto barcode = text_of(object.value, "barcode");
    put(out.szBarCode, barcode);
    out.BarCodeState = text_of(object.value, "barcode_state") == "ok"
                           ? NTMS_BARCODESTATE_OK
                           : NTMS_BARCODESTATE_UNREADABLE;
    out.MediaState = value_of(media_states, text_of(object.value, "use"), NTMS_MEDIASTATE_IDLE);
    out.dwNumberOfPartitions = 1;
    put(info.szName, barcode.empty() ? text_of(object.value, "id") : barcode);
    info.Created = time_of(object.value, "first_seen");
    info.Modified = time_of(object.value, "last_seen");
    info.Enabled = is_true(object.value, "enabled") ? TRUE : FALSE;
    return {};
}

/// What was put into use, or taken out of it, tells the operation's code.
DWORD operation_of(const Json& job) {
    const auto operation = text_of(job, "operation");
    const bool enable = operation == "enable";
    if (!enable && operation != "disable")
        return value_of(operations, operation, NTMS_LM_MAXWORKITEM);
    const auto object = text_of(member_of(job, "arguments"), "object");
    if (object.starts_with("media"))
        return enable ? NTMS_LM_ENABLEMEDIA : NTMS_LM_DISABLEMEDIA;
    if (object.starts_with("drive") || object.starts_with('@'))
        return enable ? NTMS_LM_ENABLEDRIVE : NTMS_LM_DISABLEDRIVE;
    return enable ? NTMS_LM_ENABLELIBRARY : NTMS_LM_DISABLELIBRARY;
}

void fill_job(const Object& object, NTMS_OBJECTINFORMATION& info) {
    const Json& job = object.value;
    const Json& arguments = member_of(job, "arguments");
    auto& out = info.Info.LibRequest;
    out.OperationCode = operation_of(job);
    if (out.OperationCode == NTMS_LM_DOORACCESS || out.OperationCode == NTMS_LM_INVENTORY)
        out.OperationOption =
            value_of(inventory_methods, text_of(arguments, "inventory"), NTMS_INVENTORY_DEFAULT);
    out.State = value_of(job_states, text_of(job, "state"), NTMS_LM_INVALID);
    out.Library = guid_from_text(text_of(object.library, "guid"));
    out.TimeQueued = time_of(job, "queued_at");
    out.TimeCompleted = time_of(job, "finished_at");
    put(out.szUser, text_of(job, "submitted_by"));
    const auto code = code_from_name(text_of(member_of(job, "error"), "code"));
    if (out.State == NTMS_LM_FAILED)
        out.dwErrorCode = code ? code_of(*code) : ERROR_GEN_FAILURE;
    const Json& priority = member_of(arguments, "priority");
    if (priority.is_number_integer())
        out.dwPriority = static_cast<DWORD>(priority.get<std::int64_t>());
    put(info.szName, text_of(job, "id"));
    put(info.szDescription, text_of(job, "phase"));
    info.Created = out.TimeQueued;
    info.Modified = time_of(job, out.TimeCompleted.wYear != 0 ? "finished_at" : "started_at");
}

void fill_request(const Object& object, NTMS_OBJECTINFORMATION& info) {
    const Json& request = object.value;
    auto& out = info.Info.OpRequest;
    const bool message = text_of(request, "type") == "message";
    out.Request = message ? NTMS_OPREQ_MESSAGE : NTMS_OPREQ_DEVICESERVICE;
    out.Submitted = time_of(request, "created_at");
    out.State = value_of(request_states, text_of(request, "state"), NTMS_OPSTATE_UNKNOWN);
    put(out.szMessage, text_of(request, "text"));
    out.Arg1Type = NTMS_LIBRARY;
    out.Arg1 = guid_from_text(text_of(object.library, "guid"));
    put(out.szUser, text_of(request, "created_by"));
    put(info.szName, text_of(request, "id"));
    info.Created = out.Submitted;
    info.Modified = time_of(request, "answered_at");
}

Result<void> fill(const Session& session, const Object& object, NTMS_OBJECTINFORMATION& info) {
    switch (info.dwType) {
    case NTMS_LIBRARY:
        fill_library(object, info);
        break;
    case NTMS_IEDOOR:
        fill_door(object, info);
        break;
    case NTMS_STORAGESLOT:
        fill_slot(object, info);
        break;
    case NTMS_DRIVE:
        fill_drive(object, info);
        break;
    case NTMS_LIBREQUEST:
        fill_job(object, info);
        break;
    case NTMS_OPREQUEST:
        fill_request(object, info);
        break;
    default:
        return fill_medium(session, object, info);
    }
    return {};
}

bool is_told(DWORD type) {
    return type == NTMS_LIBRARY || type == NTMS_IEDOOR || type == NTMS_STORAGESLOT ||
           type == NTMS_DRIVE || type == NTMS_LIBREQUEST || type == NTMS_OPREQUEST ||
           type == NTMS_PHYSICAL_MEDIA;
}

/// Reads an object as it is now.
Result<NTMS_OBJECTINFORMATION>
read_information(const Session& session, DWORD type, const NTMS_GUID& id) {
    auto object = find_object(session, type, id);
    if (!object)
        return std::move(object).error();
    NTMS_OBJECTINFORMATION info{};
    info.dwSize = sizeof info;
    info.dwType = type;
    info.ObjectGuid = object->id;
    info.Enabled = TRUE;
    if (auto filled = fill(session, *object, info); !filled)
        return std::move(filled).error();
    return info;
}

template <std::size_t N>
std::string_view text_in(const char (&field)[N]) {
    return {field, ::strnlen(field, N)};
}

/// Lists the settings that differ from what they are.
Json changes(const NTMS_OBJECTINFORMATION& now, const NTMS_OBJECTINFORMATION& wanted) {
    Json patch = Json::object();
    if (now.dwType == NTMS_IEDOOR) {
        if (now.Info.IEDoor.MaxOpenSecs != wanted.Info.IEDoor.MaxOpenSecs)
            patch["door.max_open_seconds"] = wanted.Info.IEDoor.MaxOpenSecs;
        return patch;
    }
    const auto& is = now.Info.Library;
    const auto& set = wanted.Info.Library;
    if (text_in(now.szName) != text_in(wanted.szName))
        patch["name"] = text_in(wanted.szName);
    if (text_in(now.szDescription) != text_in(wanted.szDescription))
        patch["description"] = text_in(wanted.szDescription);
    if (is.InventoryMethod != set.InventoryMethod)
        for (const Word& word : inventory_methods)
            if (word.value == set.InventoryMethod)
                patch["inventory_method"] = word.text;
    if ((is.AutoRecovery != FALSE) != (set.AutoRecovery != FALSE))
        patch["auto_recovery"] = set.AutoRecovery != FALSE;
    return patch;
}

Result<Outcome> write_information(const Session& session,
                                  const NTMS_GUID& id,
                                  const NTMS_OBJECTINFORMATION& wanted) {
    auto object = find_object(session, wanted.dwType, id);
    if (!object)
        return std::move(object).error();
    const auto now = read_information(session, wanted.dwType, id);
    if (!now)
        return now.error();
    if (wanted.dwType == NTMS_LIBRARY && wanted.Info.Library.InventoryMethod > NTMS_INVENTORY_OMID)
        return Outcome{ERROR_INVALID_PARAMETER};
    const Json patch = changes(*now, wanted);
    if (patch.empty())
        return Outcome{};
    const auto target = "/v1/libraries/" + client::encode_segment(text_of(object->library, "id"));
    auto answer =
        session.client().call({.method = "PATCH",
                               .target = target,
                               .body = patch.dump(-1, ' ', false, Json::error_handler_t::replace)});
    if (!answer)
        return std::move(answer).error();
    return Outcome{};
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

DWORD GetNtmsObjectInformation(HANDLE hSession,
                               const NTMS_GUID* lpObjectId,
                               LPNTMS_OBJECTINFORMATION lpInfo) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpObjectId == nullptr || lpInfo == nullptr || lpInfo->dwSize != sizeof *lpInfo ||
            !is_told(lpInfo->dwType))
            return Outcome{ERROR_INVALID_PARAMETER};
        const auto info = read_information(session, lpInfo->dwType, *lpObjectId);
        if (!info)
            return info.error();
        *lpInfo = *info;
        return Outcome{};
    });
}

DWORD SetNtmsObjectInformation(HANDLE hSession,
                               const NTMS_GUID* lpObjectId,
                               LPNTMS_OBJECTINFORMATION lpInfo) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpObjectId == nullptr || lpInfo == nullptr || lpInfo->dwSize != sizeof *lpInfo ||
            !is_told(lpInfo->dwType))
            return Outcome{ERROR_INVALID_PARAMETER};
        if (lpInfo->dwType != NTMS_LIBRARY && lpInfo->dwType != NTMS_IEDOOR)
            return Outcome{ERROR_CALL_NOT_IMPLEMENTED};
        return write_information(session, *lpObjectId, *lpInfo);
    });
}
