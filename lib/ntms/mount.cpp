// SPDX-License-Identifier: Apache-2.0
#include "client/job_wait.hpp"
#include "ntms/objects.hpp"

#include <chrono>
#include <string>
#include <utility>

// Cartridges into drives, and back.

namespace changer::ntms {
namespace {

/// One call of MountNtmsMedia().
struct Mount {
    const NTMS_GUID* medium = nullptr;
    NTMS_GUID* drive = nullptr;
    DWORD options = 0;
    int priority = 0;
    DWORD timeout = INFINITE;
};

/// Cancels a job that its caller no longer waits for. What came of it is the daemon's to say.
void cancel(const Session& session, const std::string& id) {
    client::Client::Options options = session.client().options();
    options.interrupt_fd = -1; // the session may be closing
    const client::Client last_word(std::move(options));
    const auto told =
        last_word.call({.method = "DELETE", .target = "/v1/jobs/" + client::encode_segment(id)});
    (void)told; // lost or refused: the job goes on, and the enumeration shows it
}

Result<Outcome> follow(const Session& session, const std::string& id, DWORD timeout) {
    client::WaitOptions options;
    if (timeout != INFINITE) // in whole seconds, no fewer than asked for
        options.timeout =
            std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds(timeout));
    const auto done = client::wait_for_job(session.client(), id, options);
    if (!done) {
        const auto code = done.error().code;
        if (code == Code::wait_timeout || code == Code::interrupted)
            cancel(session, id);
        return done.error();
    }
    const auto state = text_of(done->json(), "state");
    if (state == "passed")
        return Outcome{};
    if (state == "cancelled" || state == "stopped")
        return Outcome{ERROR_CANCELLED};
    const auto code = code_from_name(text_of(member_of(done->json(), "error"), "code"));
    return Outcome{code ? code_of(*code) : ERROR_GEN_FAILURE};
}

/// Tells which drive the job's cartridge is in.
Result<Outcome> tell_drive(const Session& session, const Mount& mount) {
    const auto medium = find_object(session, NTMS_PHYSICAL_MEDIA, *mount.medium);
    if (!medium)
        return medium.error();
    const auto library = guid_from_text(text_of(medium->library, "guid"));
    const auto drives = list_objects(session, NTMS_DRIVE, &library);
    if (!drives)
        return drives.error();
    const auto at = number_of(member_of(medium->value, "element"), "address");
    for (const Object& drive : *drives)
        if (number_of(drive.value, "address") == at) {
            *mount.drive = drive.id;
            return Outcome{};
        }
    return Outcome{ERROR_INVALID_STATE}; // somebody took it out again
}

Result<Outcome> mount(const Session& session, const Mount& mount) {
    const auto medium = find_object(session, NTMS_PHYSICAL_MEDIA, *mount.medium);
    if (!medium && medium.error().code == Code::not_found)
        return Outcome{ERROR_INVALID_MEDIA};
    if (!medium)
        return medium.error();
    const Json& element = member_of(medium->value, "element");
    if (element.is_null())
        return Outcome{ERROR_MEDIA_OFFLINE};
    if (text_of(element, "type") == "data_transfer")
        return Outcome{ERROR_BUSY}; // it is mounted
    Json job{{"operation", "load"},
             {"source", job_name(NTMS_STORAGESLOT, element)},
             {"priority", mount.priority}};
    if ((mount.options & NTMS_MOUNT_SPECIFIC_DRIVE) != 0) {
        const auto drive = find_object(session, NTMS_DRIVE, *mount.drive);
        if (!drive && drive.error().code == Code::not_found)
            return Outcome{ERROR_INVALID_DRIVE_OBJECT};
        if (!drive)
            return drive.error();
        if (drive->library != medium->library &&
            text_of(drive->library, "id") != text_of(medium->library, "id"))
            return Outcome{ERROR_DRIVE_MEDIA_MISMATCH};
        job["destination"] = job_name(NTMS_DRIVE, drive->value);
    }
    const auto queued = submit(session, medium->library, job);
    if (!queued)
        return queued.error();
    auto done = follow(session, text_of(*queued, "id"), mount.timeout);
    if (!done || done->code != ERROR_SUCCESS)
        return done;
    return tell_drive(session, mount);
}

Result<Outcome> unload(const Session& session, const Json& library, const Json& element) {
    const auto queued = submit(
        session, library, {{"operation", "unload"}, {"source", job_name(NTMS_DRIVE, element)}});
    if (!queued)
        return queued.error();
    return Outcome{};
}

Result<Outcome> dismount_medium(const Session& session, const NTMS_GUID& id) {
    const auto medium = find_object(session, NTMS_PHYSICAL_MEDIA, id);
    if (!medium && medium.error().code == Code::not_found)
        return Outcome{ERROR_INVALID_MEDIA};
    if (!medium)
        return medium.error();
    const Json& element = member_of(medium->value, "element");
    if (element.is_null())
        return Outcome{ERROR_MEDIA_OFFLINE};
    if (text_of(element, "type") != "data_transfer")
        return Outcome{ERROR_MEDIA_NOT_AVAILABLE}; // it is not mounted
    return unload(session, medium->library, element);
}

Result<Outcome> dismount_drive(const Session& session, const NTMS_GUID& id) {
    const auto drive = find_object(session, NTMS_DRIVE, id);
    if (!drive && drive.error().code == Code::not_found)
        return Outcome{ERROR_INVALID_DRIVE_OBJECT};
    if (!drive)
        return drive.error();
    const Json& full = member_of(drive->value, "full");
    if (full.is_boolean() && !full.get<bool>())
        return Outcome{ERROR_INVALID_STATE};
    return unload(session, drive->library, drive->value);
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

DWORD MountNtmsMedia(HANDLE hSession,
                     LPNTMS_GUID lpMediaId,
                     LPNTMS_GUID lpDriveId,
                     DWORD dwCount,
                     DWORD dwOptions,
                     int dwPriority,
                     DWORD dwTimeout,
                     LPNTMS_MOUNT_INFORMATION lpMountInformation) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        const bool named = lpMediaId != nullptr && lpDriveId != nullptr && dwCount > 0;
        if (!named || lpMountInformation != nullptr || dwPriority < NTMS_PRIORITY_LOWEST ||
            dwPriority > NTMS_PRIORITY_HIGHEST)
            return Outcome{ERROR_INVALID_PARAMETER};
        if (dwCount > 1 || (dwOptions & NTMS_MOUNT_NOWAIT) != 0)
            return Outcome{ERROR_CALL_NOT_IMPLEMENTED};
        return mount(session, {lpMediaId, lpDriveId, dwOptions, dwPriority, dwTimeout});
    });
}

DWORD
DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        const bool known =
            dwOptions == NTMS_DISMOUNT_DEFERRED || dwOptions == NTMS_DISMOUNT_IMMEDIATE;
        if (lpMediaId == nullptr || dwCount == 0 || !known)
            return Outcome{ERROR_INVALID_PARAMETER};
        if (dwCount > 1)
            return Outcome{ERROR_CALL_NOT_IMPLEMENTED};
        return dismount_medium(session, *lpMediaId);
    });
}

DWORD DismountNtmsDrive(HANDLE hSession, const NTMS_GUID* lpDriveId) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpDriveId == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return dismount_drive(session, *lpDriveId);
    });
}
