/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of ntmsapi.h a run, for tests/system/ntms.py: calls SOCKET VERB [ARGUMENT...]. Prints the
 * return code in the first line and what the call told in the lines after it.
 */
#include "ntmsapi.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OBJECTS 512
#define THREADS 8

static HANDLE session;

static int read_guid(const char *text, NTMS_GUID *id) {
    unsigned a, b, c, d[8];
    if (sscanf(text, "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x", &a, &b, &c, d, d + 1, d + 2, d + 3, d + 4, d + 5, d + 6,
               d + 7) != 11)
        return 0;
    id->Data1 = a;
    id->Data2 = (uint16_t)b;
    id->Data3 = (uint16_t)c;
    for (int i = 0; i < 8; ++i)
        id->Data4[i] = (uint8_t)d[i];
    return 1;
}

static void print_guid(const char *name, const NTMS_GUID *id) {
    const uint8_t *d = id->Data4;
    printf("%s=%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\n", name, (unsigned)id->Data1, id->Data2, id->Data3,
           d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
}

static void print_time(const char *name, const SYSTEMTIME *t) {
    printf("%s=%04u-%02u-%02uT%02u:%02u:%02uZ/%u\n", name, t->wYear, t->wMonth, t->wDay, t->wHour, t->wMinute,
           t->wSecond, t->wDayOfWeek);
}

static void print_number(const char *name, DWORD value) {
    printf("%s=%u\n", name, (unsigned)value);
}

/* Lists as callers must: the list may grow between two calls. */
static DWORD enumerate(const NTMS_GUID *container, DWORD type, NTMS_GUID *list, DWORD *count) {
    DWORD code = ERROR_INSUFFICIENT_BUFFER;
    *count = 0;
    while (code == ERROR_INSUFFICIENT_BUFFER && *count <= MOST_OBJECTS)
        code = EnumerateNtmsObject(session, container, list, count, type, 0);
    return code;
}

static DWORD list(DWORD type, const NTMS_GUID *container) {
    NTMS_GUID ids[MOST_OBJECTS];
    DWORD count = 0;
    const DWORD code = enumerate(container, type, ids, &count);
    printf("%u\n", (unsigned)code);
    for (DWORD i = 0; code == ERROR_SUCCESS && i < count; ++i)
        print_guid("id", &ids[i]);
    return code;
}

static void print_library(const NTMS_LIBRARYINFORMATION *it) {
    print_number("LibraryType", it->LibraryType);
    print_number("InventoryMethod", it->InventoryMethod);
    print_number("AutoRecovery", (DWORD)it->AutoRecovery);
    print_number("dwNumberOfDrives", it->dwNumberOfDrives);
    print_number("dwNumberOfSlots", it->dwNumberOfSlots);
    print_number("dwNumberOfDoors", it->dwNumberOfDoors);
    print_number("dwNumberOfPorts", it->dwNumberOfPorts);
    print_number("dwNumberOfMedia", it->dwNumberOfMedia);
}

static void print_request(const NTMS_LIBREQUESTINFORMATION *it) {
    print_number("OperationCode", it->OperationCode);
    print_number("OperationOption", it->OperationOption);
    print_number("State", it->State);
    print_number("dwErrorCode", it->dwErrorCode);
    print_guid("Library", &it->Library);
    print_time("TimeQueued", &it->TimeQueued);
    print_time("TimeCompleted", &it->TimeCompleted);
    printf("szUser=%s\n", it->szUser);
}

static void print_medium(const NTMS_PMIDINFORMATION *it) {
    printf("szBarCode=%s\n", it->szBarCode);
    print_number("BarCodeState", it->BarCodeState);
    print_number("MediaState", it->MediaState);
    print_number("LocationType", it->LocationType);
    print_guid("Location", &it->Location);
    print_guid("HomeSlot", &it->HomeSlot);
    print_guid("CurrentLibrary", &it->CurrentLibrary);
}

static DWORD get(DWORD type, const NTMS_GUID *id) {
    NTMS_OBJECTINFORMATION info;
    memset(&info, 0, sizeof info);
    info.dwSize = sizeof info;
    info.dwType = type;
    const DWORD code = GetNtmsObjectInformation(session, id, &info);
    printf("%u\n", (unsigned)code);
    if (code != ERROR_SUCCESS)
        return code;
    printf("szName=%s\nszDescription=%s\n", info.szName, info.szDescription);
    print_number("Enabled", (DWORD)info.Enabled);
    print_number("dwOperationalState", info.dwOperationalState);
    print_guid("ObjectGuid", &info.ObjectGuid);
    if (type == NTMS_LIBRARY) {
        print_library(&info.Info.Library);
    } else if (type == NTMS_LIBREQUEST) {
        print_request(&info.Info.LibRequest);
    } else if (type == NTMS_PHYSICAL_MEDIA) {
        print_medium(&info.Info.PhysicalMedia);
    } else if (type == NTMS_IEDOOR) {
        print_number("State", info.Info.IEDoor.State);
        print_number("MaxOpenSecs", info.Info.IEDoor.MaxOpenSecs);
    } else if (type == NTMS_STORAGESLOT) {
        print_number("Number", info.Info.StorageSlot.Number);
        print_number("State", info.Info.StorageSlot.State);
    } else if (type == NTMS_DRIVE) {
        print_number("Number", info.Info.Drive.Number);
        print_number("State", info.Info.Drive.State);
        printf("szSerialNumber=%s\n", info.Info.Drive.szSerialNumber);
    } else {
        print_number("Request", info.Info.OpRequest.Request);
        print_number("State", info.Info.OpRequest.State);
        printf("szMessage=%s\n", info.Info.OpRequest.szMessage);
    }
    return code;
}

/* Changes one value the way every caller must: reads all, writes all. */
static DWORD set(DWORD type, const NTMS_GUID *id, const char *member, const char *value) {
    NTMS_OBJECTINFORMATION info;
    memset(&info, 0, sizeof info);
    info.dwSize = sizeof info;
    info.dwType = type;
    DWORD code = GetNtmsObjectInformation(session, id, &info);
    if (code != ERROR_SUCCESS)
        return code;
    if (strcmp(member, "szName") == 0)
        snprintf(info.szName, sizeof info.szName, "%s", value);
    else if (strcmp(member, "szDescription") == 0)
        snprintf(info.szDescription, sizeof info.szDescription, "%s", value);
    else if (strcmp(member, "InventoryMethod") == 0)
        info.Info.Library.InventoryMethod = (DWORD)atoi(value);
    else if (strcmp(member, "AutoRecovery") == 0)
        info.Info.Library.AutoRecovery = atoi(value);
    else if (strcmp(member, "MaxOpenSecs") == 0)
        info.Info.IEDoor.MaxOpenSecs = (WORD)atoi(value);
    return SetNtmsObjectInformation(session, id, &info);
}

/* Everything with a handle that is none. */
static DWORD hold_nothing(HANDLE none) {
    NTMS_GUID id;
    NTMS_OBJECTINFORMATION info;
    NTMS_NOTIFICATIONINFORMATION told;
    DWORD count = 0;
    memset(&id, 1, sizeof id);
    memset(&info, 0, sizeof info);
    const DWORD codes[] = {
        CloseNtmsSession(none),
        EnumerateNtmsObject(none, NULL, NULL, &count, NTMS_LIBRARY, 0),
        GetNtmsObjectInformation(none, &id, &info),
        SetNtmsObjectInformation(none, &id, &info),
        AccessNtmsLibraryDoor(none, &id, NTMS_INVENTORY_FAST),
        InventoryNtmsLibrary(none, &id, NTMS_INVENTORY_FAST),
        CancelNtmsLibraryRequest(none, &id),
        DeleteNtmsRequests(none, &id, NTMS_LIBREQUEST, 1),
        GetNtmsRequestOrder(none, &id, &count),
        SetNtmsRequestOrder(none, &id, 1),
        EnableNtmsObject(none, NTMS_LIBRARY, &id),
        DisableNtmsObject(none, NTMS_LIBRARY, &id),
        MountNtmsMedia(none, &id, &id, 1, 0, 0, 0, NULL),
        DismountNtmsMedia(none, &id, 1, NTMS_DISMOUNT_IMMEDIATE),
        DismountNtmsDrive(none, &id),
        SubmitNtmsOperatorRequest(none, NTMS_OPREQ_MESSAGE, "text", &id, NULL, &id),
        WaitForNtmsOperatorRequest(none, &id, 0),
        SatisfyNtmsOperatorRequest(none, &id),
        CancelNtmsOperatorRequest(none, &id),
        WaitForNtmsNotification(none, &told, 0),
        CloseNtmsNotification(none),
        EjectNtmsMedia(none, &id, &id, NTMS_EJECT_START),
    };
    if (OpenNtmsNotification(none, NTMS_LIBRARY) != INVALID_HANDLE_VALUE ||
        NtmsGetLastError() != ERROR_INVALID_HANDLE)
        return ERROR_GEN_FAILURE;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; ++i)
        if (codes[i] != ERROR_INVALID_HANDLE)
            return codes[i] == ERROR_SUCCESS ? ERROR_GEN_FAILURE : codes[i];
    return ERROR_INVALID_HANDLE;
}

static DWORD call_not_implemented(const NTMS_GUID *library) {
    NTMS_GUID id = *library;
    const DWORD codes[] = {
        EjectNtmsMedia(session, &id, &id, NTMS_EJECT_START),
        InjectNtmsMedia(session, &id, &id, NTMS_INJECT_START),
        IdentifyNtmsSlot(session, &id, NTMS_DISMOUNT_IMMEDIATE),
        CleanNtmsDrive(session, &id),
        ReserveNtmsCleanerSlot(session, &id, &id),
        ReleaseNtmsCleanerSlot(session, &id),
        InjectNtmsCleaner(session, &id, &id, 50, NTMS_INJECT_START),
        EjectNtmsCleaner(session, &id, &id, NTMS_EJECT_START),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; ++i)
        if (codes[i] != ERROR_CALL_NOT_IMPLEMENTED)
            return codes[i] == ERROR_SUCCESS ? ERROR_GEN_FAILURE : codes[i];
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static void *enumerate_often(void *code) {
    NTMS_GUID ids[MOST_OBJECTS];
    DWORD count = 0;
    for (int i = 0; i < 10 && *(DWORD *)code == ERROR_SUCCESS; ++i)
        *(DWORD *)code = enumerate(NULL, NTMS_STORAGESLOT, ids, &count);
    return NULL;
}

/* One session in several threads. */
static DWORD share(void) {
    pthread_t threads[THREADS];
    DWORD codes[THREADS] = {0};
    DWORD worst = ERROR_SUCCESS;
    for (int i = 0; i < THREADS; ++i)
        if (pthread_create(&threads[i], NULL, enumerate_often, &codes[i]) != 0)
            abort();
    for (int i = 0; i < THREADS; ++i) {
        pthread_join(threads[i], NULL);
        worst = codes[i] > worst ? codes[i] : worst;
    }
    return worst;
}

static void *wait_long(void *arguments) {
    const NTMS_GUID *request = arguments;
    static DWORD code;
    printf("waits\n");
    fflush(stdout);
    code = WaitForNtmsOperatorRequest(session, request, INFINITE);
    return &code;
}

/* A session is closed under a call that waits. */
static DWORD close_while_waiting(NTMS_GUID *request) {
    pthread_t thread;
    void *code = NULL;
    if (pthread_create(&thread, NULL, wait_long, request) != 0)
        abort();
    (void)getchar(); /* until the other process sees that the call is under way */
    CloseNtmsSession(session);
    pthread_join(thread, &code);
    return *(DWORD *)code;
}

static DWORD notify(DWORD type, DWORD timeout) {
    NTMS_NOTIFICATIONINFORMATION told;
    HANDLE handle = OpenNtmsNotification(session, type);
    if (handle == INVALID_HANDLE_VALUE)
        return NtmsGetLastError();
    printf("waits\n");
    fflush(stdout);
    DWORD code = WaitForNtmsNotification(handle, &told, timeout);
    printf("%u\n", (unsigned)code);
    if (code == ERROR_SUCCESS) {
        print_number("dwOperation", told.dwOperation);
        print_guid("ObjectId", &told.ObjectId);
    }
    return CloseNtmsNotification(handle) == ERROR_SUCCESS ? code : ERROR_GEN_FAILURE;
}

static int is(const char *verb, const char *name) {
    return strcmp(verb, name) == 0;
}

/* Calls that take an object, and at most a number. */
static int simple(const char *verb, const NTMS_GUID *id, DWORD number, DWORD *code) {
    NTMS_GUID copy = *id;
    if (is(verb, "door"))
        *code = AccessNtmsLibraryDoor(session, id, number);
    else if (is(verb, "door-null"))
        *code = AccessNtmsLibraryDoor(session, NULL, number);
    else if (is(verb, "inventory"))
        *code = InventoryNtmsLibrary(session, id, number);
    else if (is(verb, "cancel"))
        *code = CancelNtmsLibraryRequest(session, id);
    else if (is(verb, "delete"))
        *code = DeleteNtmsRequests(session, id, number, 1);
    else if (is(verb, "set-order"))
        *code = SetNtmsRequestOrder(session, id, number);
    else if (is(verb, "enable"))
        *code = EnableNtmsObject(session, number, id);
    else if (is(verb, "disable"))
        *code = DisableNtmsObject(session, number, id);
    else if (is(verb, "dismount"))
        *code = DismountNtmsMedia(session, &copy, 1, NTMS_DISMOUNT_IMMEDIATE);
    else if (is(verb, "dismount-drive"))
        *code = DismountNtmsDrive(session, id);
    else if (is(verb, "wait-request"))
        *code = WaitForNtmsOperatorRequest(session, id, number);
    else if (is(verb, "satisfy"))
        *code = SatisfyNtmsOperatorRequest(session, id);
    else if (is(verb, "refuse"))
        *code = CancelNtmsOperatorRequest(session, id);
    else if (is(verb, "close-while-waiting"))
        *code = close_while_waiting(&copy);
    else if (is(verb, "not-yet"))
        *code = call_not_implemented(id);
    else
        return 0;
    printf("%u\n", (unsigned)*code);
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    const char *verb = argv[2];
    const char *server = is(argv[1], "-") ? NULL : argv[1];
    NTMS_GUID id, other;
    memset(&id, 0, sizeof id);
    memset(&other, 0, sizeof other);
    session = OpenNtmsSession(server, "calls", 0);
    if (session == INVALID_HANDLE_VALUE) {
        printf("%u\n", (unsigned)NtmsGetLastError());
        return 0;
    }
    const int named = argc > 3 && read_guid(argv[3], &id);
    DWORD number = argc > 4 ? (DWORD)strtoul(argv[4], NULL, 10) : 0;
    DWORD code = ERROR_SUCCESS;
    if (named && simple(verb, &id, number, &code))
        return 0;
    if (is(verb, "open"))
        printf("%u\n", (unsigned)CloseNtmsSession(session));
    else if (is(verb, "closed") && CloseNtmsSession(session) == ERROR_SUCCESS)
        printf("%u\n%u\n", (unsigned)hold_nothing(session), (unsigned)hold_nothing(INVALID_HANDLE_VALUE));
    else if (is(verb, "list"))
        list((DWORD)atoi(argv[3]), argc > 4 && read_guid(argv[4], &id) ? &id : NULL);
    else if (is(verb, "get") && argc > 4 && read_guid(argv[4], &id))
        get((DWORD)atoi(argv[3]), &id);
    else if (is(verb, "set") && argc > 6 && read_guid(argv[4], &id))
        printf("%u\n", (unsigned)set((DWORD)atoi(argv[3]), &id, argv[5], argv[6]));
    else if (is(verb, "share"))
        printf("%u\n", (unsigned)share());
    else if (is(verb, "notify"))
        notify((DWORD)atoi(argv[3]), number);
    else if (is(verb, "order") && named) {
        code = GetNtmsRequestOrder(session, &id, &number);
        printf("%u\n", (unsigned)code);
        print_number("order", number);
    } else if (is(verb, "mount") && named) {
        const DWORD options = argc > 5 && read_guid(argv[5], &other) ? NTMS_MOUNT_SPECIFIC_DRIVE : 0;
        printf("%u\n", (unsigned)MountNtmsMedia(session, &id, &other, 1, options, NTMS_PRIORITY_NORMAL, number, NULL));
        print_guid("drive", &other);
    } else if (is(verb, "ask") && named) {
        printf("%u\n",
               (unsigned)SubmitNtmsOperatorRequest(session, NTMS_OPREQ_MESSAGE, argv[4], &id, NULL, &other));
        print_guid("id", &other);
    } else
        return 2;
    return 0;
}
