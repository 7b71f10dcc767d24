// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ntms/session.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changer::ntms {

using Json = nlohmann::json;

/// An object as the API shows it, and the library it belongs to.
struct Object {
    NTMS_GUID id{};
    Json library; ///< as the API shows it; null for what belongs to none
    Json value;   ///< for a library and its door: the library
};

/// Reads text members and others of the daemon's answers: what is not there is empty.
std::string text_of(const Json& object, const char* member);
std::uint64_t number_of(const Json& object, const char* member);
bool is_true(const Json& object, const char* member);
/// The member; null if it is not there.
const Json& member_of(const Json& object, const char* member);

NTMS_GUID guid_from_text(std::string_view text);
bool is_same(const NTMS_GUID& a, const NTMS_GUID& b);
bool is_null(const NTMS_GUID& id);

/// The door's identifier: the daemon has none, so it is made of the library's.
NTMS_GUID door_of(const Json& library);

/// Lists the objects of a type that the caller may see, in all libraries or in one.
///
/// Errors:  invalid_parameter — this type is not listed; as Client
Result<std::vector<Object>>
list_objects(const Session& session, DWORD type, const NTMS_GUID* library = nullptr);

/// Finds one object by its identifier.
///
/// Errors:  not_found; as list_objects()
Result<Object> find_object(const Session& session, DWORD type, const NTMS_GUID& id);

/// Names an element or a cartridge as jobs do: "@1000", "media:main-m1".
std::string job_name(DWORD type, const Json& value);

/// Submits a job of the library.
Result<Json> submit(const Session& session, const Json& library, const Json& job);

} // namespace changer::ntms
