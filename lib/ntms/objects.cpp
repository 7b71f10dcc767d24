// SPDX-License-Identifier: Apache-2.0
#include "ntms/objects.hpp"

#include "support/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace changer::ntms {
namespace {

NTMS_GUID guid_from(const Uuid& uuid) {
    NTMS_GUID id{};
    for (std::size_t i = 0; i < 4; ++i)
        id.Data1 = id.Data1 << 8 | uuid[i];
    id.Data2 = static_cast<std::uint16_t>(uuid[4] << 8 | uuid[5]);
    id.Data3 = static_cast<std::uint16_t>(uuid[6] << 8 | uuid[7]);
    std::copy(uuid.begin() + 8, uuid.end(), std::begin(id.Data4));
    return id;
}

/// Where the API lists what a library has.
struct Listing {
    DWORD type = 0;
    const char* path = ""; ///< behind the library; what begins with '/' has all libraries'
    const char* member = "";
};

constexpr Listing listings[] = {
    {NTMS_DRIVE, "drives", "drives"},
    {NTMS_STORAGESLOT, "elements", "elements"},
    {NTMS_PHYSICAL_MEDIA, "media", "media"},
    {NTMS_LIBREQUEST, "/v1/jobs", "jobs"},
    {NTMS_OPREQUEST, "/v1/operator-requests", "operator_requests"},
};

Result<std::vector<Json>>
list(const Session& session, const std::string& target, const char* member) {
    auto answer = session.client().get(target);
    if (!answer)
        return std::move(answer).error();
    std::vector<Json> all;
    for (const Json& value : member_of(answer->json(), member))
        all.push_back(value);
    return all;
}

bool is_of(DWORD type, const Json& value) {
    return type != NTMS_STORAGESLOT || text_of(value, "type") == "storage";
}

/// Adds what one library, or all of them together, has of a listing.
Result<void> add_listed(const Session& session,
                        const Listing& listing,
                        const std::vector<Json>& libraries,
                        std::vector<Object>& objects) {
    const bool global = listing.path[0] == '/';
    for (const Json& library : libraries) {
        const auto id = text_of(library, "id");
        const auto target =
            global ? std::string(listing.path)
                   : fmt::format("/v1/libraries/{}/{}", client::encode_segment(id), listing.path);
        auto values = list(session, target, listing.member);
        if (!values)
            return std::move(values).error();
        for (Json& value : *values) {
            const auto owner =
                global ? std::find_if(libraries.begin(),
                                      libraries.end(),
                                      [&](const Json& it) {
                                          return text_of(it, "id") == text_of(value, "library");
                                      })
                       : libraries.begin() + (&library - libraries.data());
            if (owner != libraries.end() && is_of(listing.type, value))
                objects.push_back(
                    {guid_from_text(text_of(value, "guid")), *owner, std::move(value)});
        }
        if (global)
            return {};
    }
    return {};
}

} // namespace

const Json& member_of(const Json& object, const char* member) {
    static const Json nothing;
    if (!object.is_object())
        return nothing;
    const auto found = object.find(member);
    return found == object.end() ? nothing : *found;
}

std::string text_of(const Json& object, const char* member) {
    const auto* text = member_of(object, member).get_ptr<const std::string*>();
    return text == nullptr ? std::string() : *text;
}

std::uint64_t number_of(const Json& object, const char* member) {
    const auto& value = member_of(object, member);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

bool is_true(const Json& object, const char* member) {
    const auto& value = member_of(object, member);
    return value.is_boolean() && value.get<bool>();
}

NTMS_GUID guid_from_text(std::string_view text) {
    const auto uuid = uuid_from_string(text);
    return uuid ? guid_from(*uuid) : NTMS_GUID{};
}

bool is_same(const NTMS_GUID& a, const NTMS_GUID& b) {
    return a.Data1 == b.Data1 && a.Data2 == b.Data2 && a.Data3 == b.Data3 &&
           std::equal(std::begin(a.Data4), std::end(a.Data4), std::begin(b.Data4));
}

bool is_null(const NTMS_GUID& id) {
    return is_same(id, {});
}

NTMS_GUID door_of(const Json& library) {
    const auto uuid = uuid_from_string(text_of(library, "guid"));
    return uuid ? guid_from(name_uuid(*uuid, "door")) : NTMS_GUID{};
}

Result<std::vector<Object>>
list_objects(const Session& session, DWORD type, const NTMS_GUID* library) {
    auto libraries = list(session, "/v1/libraries", "libraries");
    if (!libraries)
        return std::move(libraries).error();
    if (library != nullptr) {
        std::erase_if(*libraries, [&](const Json& it) {
            return !is_same(guid_from_text(text_of(it, "guid")), *library);
        });
        if (libraries->empty())
            return Error{Code::not_found, "there is no such library"};
    }
    std::vector<Object> objects;
    if (type == NTMS_LIBRARY || type == NTMS_IEDOOR) {
        for (const Json& it : *libraries) {
            const bool door = type == NTMS_IEDOOR;
            if (!door || is_true(member_of(it, "door"), "present"))
                objects.push_back(
                    {door ? door_of(it) : guid_from_text(text_of(it, "guid")), it, it});
        }
        return objects;
    }
    const auto* listing = std::find_if(std::begin(listings),
                                       std::end(listings),
                                       [&](const Listing& row) { return row.type == type; });
    if (listing == std::end(listings))
        return Error{Code::invalid_parameter, "objects of this type are not listed"};
    if (auto added = add_listed(session, *listing, *libraries, objects); !added)
        return std::move(added).error();
    return objects;
}

Result<Object> find_object(const Session& session, DWORD type, const NTMS_GUID& id) {
    auto objects = list_objects(session, type);
    if (!objects)
        return std::move(objects).error();
    for (Object& object : *objects)
        if (!is_null(id) && is_same(object.id, id))
            return std::move(object);
    return Error{Code::not_found, "there is no such object"};
}

std::string job_name(DWORD type, const Json& value) {
    if (type == NTMS_PHYSICAL_MEDIA)
        return "media:" + text_of(value, "id");
    return fmt::format("@{}", number_of(value, "address"));
}

Result<Json> submit(const Session& session, const Json& library, const Json& job) {
    auto answer = session.client().submit(text_of(library, "id"), job.dump());
    if (!answer)
        return std::move(answer).error();
    return answer->json();
}

} // namespace changer::ntms

using namespace changer::ntms;

DWORD EnumerateNtmsObject(HANDLE hSession,
                          const NTMS_GUID* lpContainerId,
                          LPNTMS_GUID lpList,
                          LPDWORD lpdwListSize,
                          DWORD dwType,
                          DWORD dwOptions) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpdwListSize == nullptr || dwOptions != 0)
            return Outcome{ERROR_INVALID_PARAMETER};
        const bool inside = lpContainerId != nullptr;
        if (inside && dwType == NTMS_LIBRARY)
            return Outcome{ERROR_INVALID_PARAMETER}; // no library holds another
        const auto objects = list_objects(session, dwType, lpContainerId);
        if (!objects)
            return objects.error();
        const DWORD room = lpList == nullptr ? 0 : *lpdwListSize;
        *lpdwListSize = static_cast<DWORD>(objects->size());
        if (objects->size() > room)
            return Outcome{ERROR_INSUFFICIENT_BUFFER};
        std::transform(objects->begin(), objects->end(), lpList, [](const Object& object) {
            return object.id;
        });
        return Outcome{};
    });
}
