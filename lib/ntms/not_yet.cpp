// SPDX-License-Identifier: Apache-2.0
#include "ntms/objects.hpp"

// Calls that wait for what the daemon does not offer yet. One that it does moves to a file of its
// own.

using namespace changer::ntms;

namespace {

DWORD not_yet(HANDLE session) {
    return coded_in_session(session, [](const Session&) -> changer::Result<Outcome> {
        return Outcome{ERROR_CALL_NOT_IMPLEMENTED};
    });
}

} // namespace

DWORD EjectNtmsMedia(HANDLE hSession, const NTMS_GUID*, LPNTMS_GUID, DWORD) {
    return not_yet(hSession);
}

DWORD InjectNtmsMedia(HANDLE hSession, const NTMS_GUID*, LPNTMS_GUID, DWORD) {
    return not_yet(hSession);
}

DWORD IdentifyNtmsSlot(HANDLE hSession, const NTMS_GUID*, DWORD) {
    return not_yet(hSession);
}

DWORD CleanNtmsDrive(HANDLE hSession, const NTMS_GUID*) {
    return not_yet(hSession);
}

DWORD ReserveNtmsCleanerSlot(HANDLE hSession, const NTMS_GUID*, const NTMS_GUID*) {
    return not_yet(hSession);
}

DWORD ReleaseNtmsCleanerSlot(HANDLE hSession, const NTMS_GUID*) {
    return not_yet(hSession);
}

DWORD InjectNtmsCleaner(HANDLE hSession, const NTMS_GUID*, LPNTMS_GUID, DWORD, DWORD) {
    return not_yet(hSession);
}

DWORD EjectNtmsCleaner(HANDLE hSession, const NTMS_GUID*, LPNTMS_GUID, DWORD) {
    return not_yet(hSession);
}
