/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHANGER_NTMSAPI_H
#define CHANGER_NTMSAPI_H

#include <stdint.h>

/*
 * The calls of Removable Storage Manager that concern libraries, answered by changerd: same names,
 * values and return codes. Text is UTF-8, a DWORD is 32 bits wide, a GUID 16 bytes; there are no wide
 * variants. Every structure is fixed: dwSize says which one the caller was compiled with.
 *
 * Sessions may be used by several threads at once. A call that only queues returns when the request is
 * on the daemon's disk. Failed calls that return no code leave it in NtmsGetLastError().
 *
 *   here                                            | since
 *   OpenNtmsSession, CloseNtmsSession               | 0.1
 *   EnumerateNtmsObject, GetNtmsObjectInformation   | 0.1  library, drive, door, slot, physical media,
 *                                                   |      library request, operator request
 *   SetNtmsObjectInformation                        | 0.1  library, door
 *   AccessNtmsLibraryDoor                           | 0.1
 *   InventoryNtmsLibrary                            | 0.1  FAST, OMID, DEFAULT, STOP
 *   CancelNtmsLibraryRequest, DeleteNtmsRequests    | 0.1
 *   GetNtmsRequestOrder, SetNtmsRequestOrder        | 0.1
 *   EnableNtmsObject, DisableNtmsObject             | 0.1  library, drive, physical media
 *   MountNtmsMedia, DismountNtmsMedia/Drive         | 0.1  one medium a call
 *   Submit-, WaitFor-, Satisfy-, CancelNtmsOperatorRequest | 0.1  submitted: messages
 *   Open-, WaitFor-, CloseNtmsNotification          | 0.1
 *
 *   declared, and answers ERROR_CALL_NOT_IMPLEMENTED for now:
 *   EjectNtmsMedia, InjectNtmsMedia, IdentifyNtmsSlot, CleanNtmsDrive, ReserveNtmsCleanerSlot,
 *   ReleaseNtmsCleanerSlot, InjectNtmsCleaner, EjectNtmsCleaner
 *
 *   not here, and not meant to be: media pools and what is allocated from them, labels written by
 *   applications (UpdateNtmsOmidInfo), change detection of stand-alone drives, object security (the
 *   daemon's configuration has the rights), export and import (changerd has them), UI options.
 */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define NTMS_API __attribute__((visibility("default")))
#else
#define NTMS_API
#endif

typedef uint32_t DWORD;
typedef DWORD *LPDWORD;
typedef uint16_t WORD;
typedef int32_t BOOL;
typedef void *HANDLE;
typedef const char *LPCSTR;

#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif
#ifndef INFINITE
#define INFINITE 0xFFFFFFFFu
#endif

/* "6ba7b810-9dad-11d1-80b4-00c04fd430c8" has Data1 0x6ba7b810, Data2 0x9dad, Data3 0x11d1. */
typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
typedef GUID NTMS_GUID;
typedef GUID *LPNTMS_GUID;

/* UTC. All zero: not known. */
typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek; /* 0: Sunday */
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME;

/* Return codes. */
#define ERROR_SUCCESS 0u
#define ERROR_ACCESS_DENIED 5u
#define ERROR_INVALID_HANDLE 6u
#define ERROR_NOT_ENOUGH_MEMORY 8u
#define ERROR_WRITE_PROTECT 19u
#define ERROR_NOT_READY 21u
#define ERROR_GEN_FAILURE 31u
#define ERROR_SHARING_VIOLATION 32u
#define ERROR_INVALID_PARAMETER 87u
#define ERROR_CALL_NOT_IMPLEMENTED 120u
#define ERROR_INSUFFICIENT_BUFFER 122u
#define ERROR_BUSY 170u
#define ERROR_NO_DATA 232u
#define ERROR_IO_DEVICE 1117u
#define ERROR_INVALID_COMPUTERNAME 1210u
#define ERROR_CANCELLED 1223u
#define ERROR_TIMEOUT 1460u
#define ERROR_NOT_CONNECTED 2250u
#define ERROR_INVALID_MEDIA 4300u
#define ERROR_INVALID_LIBRARY 4301u
#define ERROR_INVALID_MEDIA_POOL 4302u
#define ERROR_DRIVE_MEDIA_MISMATCH 4303u
#define ERROR_MEDIA_OFFLINE 4304u
#define ERROR_LIBRARY_OFFLINE 4305u
#define ERROR_EMPTY 4306u
#define ERROR_NOT_EMPTY 4307u
#define ERROR_MEDIA_UNAVAILABLE 4308u
#define ERROR_RESOURCE_DISABLED 4309u
#define ERROR_INVALID_CLEANER 4310u
#define ERROR_UNABLE_TO_CLEAN 4311u
#define ERROR_OBJECT_NOT_FOUND 4312u
#define ERROR_DATABASE_FAILURE 4313u
#define ERROR_DATABASE_FULL 4314u
#define ERROR_MEDIA_INCOMPATIBLE 4315u
#define ERROR_RESOURCE_NOT_PRESENT 4316u
#define ERROR_INVALID_OPERATION 4317u
#define ERROR_MEDIA_NOT_AVAILABLE 4318u
#define ERROR_DEVICE_NOT_AVAILABLE 4319u
#define ERROR_REQUEST_REFUSED 4320u
#define ERROR_INVALID_DRIVE_OBJECT 4321u
#define ERROR_LIBRARY_FULL 4322u
#define ERROR_MEDIUM_NOT_ACCESSIBLE 4323u
#define ERROR_UNABLE_TO_LOAD_MEDIUM 4324u
#define ERROR_UNABLE_TO_INVENTORY_DRIVE 4325u
#define ERROR_UNABLE_TO_INVENTORY_SLOT 4326u
#define ERROR_UNABLE_TO_INVENTORY_TRANSPORT 4327u
#define ERROR_TRANSPORT_FULL 4328u
#define ERROR_CONTROLLING_IEPORT 4329u
#define ERROR_UNABLE_TO_EJECT_MOUNTED_MEDIA 4330u
#define ERROR_CLEANER_SLOT_SET 4331u
#define ERROR_CLEANER_SLOT_NOT_SET 4332u
#define ERROR_CLEANER_CARTRIDGE_SPENT 4333u
#define ERROR_UNEXPECTED_OMID 4334u
#define ERROR_CANT_DELETE_LAST_ITEM 4335u
#define ERROR_NO_SUPPORTING_DRIVES 4339u
#define ERROR_CLEANER_CARTRIDGE_INSTALLED 4340u
#define ERROR_IEPORT_FULL 4341u
#define ERROR_INVALID_STATE 5023u

enum NtmsObjectsTypes {
    NTMS_UNKNOWN = 0,
    NTMS_OBJECT = 1,
    NTMS_CHANGER = 2,
    NTMS_CHANGER_TYPE = 3,
    NTMS_COMPUTER = 4,
    NTMS_DRIVE = 5,
    NTMS_DRIVE_TYPE = 6,
    NTMS_IEDOOR = 7,
    NTMS_IEPORT = 8,
    NTMS_LIBRARY = 9,
    NTMS_LIBREQUEST = 10,
    NTMS_LOGICAL_MEDIA = 11,
    NTMS_MEDIA_POOL = 12,
    NTMS_MEDIA_TYPE = 13,
    NTMS_PARTITION = 14,
    NTMS_PHYSICAL_MEDIA = 15,
    NTMS_STORAGESLOT = 16,
    NTMS_OPREQUEST = 17,
    NTMS_UI_DESTINATION = 18,
    NTMS_NUMBER_OF_OBJECT_TYPES = 19
};

enum NtmsOperationalState {
    NTMS_READY = 0,
    NTMS_INITIALIZING = 10,
    NTMS_NEEDS_SERVICE = 20,
    NTMS_NOT_PRESENT = 21
};

enum NtmsInventoryMethod {
    NTMS_INVENTORY_NONE = 0,
    NTMS_INVENTORY_FAST = 1,
    NTMS_INVENTORY_OMID = 2,
    NTMS_INVENTORY_DEFAULT = 3,
    NTMS_INVENTORY_SLOT = 4,
    NTMS_INVENTORY_STOP = 5,
    NTMS_INVENTORY_MAX = 6
};

enum NtmsLibraryType {
    NTMS_LIBRARYTYPE_UNKNOWN = 0,
    NTMS_LIBRARYTYPE_OFFLINE = 1,
    NTMS_LIBRARYTYPE_ONLINE = 2,
    NTMS_LIBRARYTYPE_STANDALONE = 3
};

enum NtmsDoorState { NTMS_DOORSTATE_UNKNOWN = 0, NTMS_DOORSTATE_CLOSED = 1, NTMS_DOORSTATE_OPEN = 2 };

enum NtmsSlotState {
    NTMS_SLOTSTATE_UNKNOWN = 0,
    NTMS_SLOTSTATE_FULL = 1,
    NTMS_SLOTSTATE_EMPTY = 2,
    NTMS_SLOTSTATE_NOTPRESENT = 3,
    NTMS_SLOTSTATE_NEEDSINVENTORY = 4
};

enum NtmsDriveState {
    NTMS_DRIVESTATE_DISMOUNTED = 0,
    NTMS_DRIVESTATE_MOUNTED = 1,
    NTMS_DRIVESTATE_LOADED = 2,
    NTMS_DRIVESTATE_UNLOADED = 5,
    NTMS_DRIVESTATE_BEING_CLEANED = 6,
    NTMS_DRIVESTATE_DISMOUNTABLE = 7
};

enum NtmsBarCodeState { NTMS_BARCODESTATE_OK = 1, NTMS_BARCODESTATE_UNREADABLE = 2 };

enum NtmsMediaState {
    NTMS_MEDIASTATE_IDLE = 0,
    NTMS_MEDIASTATE_INUSE = 1,
    NTMS_MEDIASTATE_MOUNTED = 2,
    NTMS_MEDIASTATE_LOADED = 3,
    NTMS_MEDIASTATE_UNLOADED = 4,
    NTMS_MEDIASTATE_OPERROR = 5,
    NTMS_MEDIASTATE_OPREQ = 6
};

enum NtmsLmOperation {
    NTMS_LM_REMOVE = 0,
    NTMS_LM_DISABLECHANGER = 1,
    NTMS_LM_DISABLELIBRARY = 1,
    NTMS_LM_ENABLECHANGER = 2,
    NTMS_LM_ENABLELIBRARY = 2,
    NTMS_LM_DISABLEDRIVE = 3,
    NTMS_LM_ENABLEDRIVE = 4,
    NTMS_LM_DISABLEMEDIA = 5,
    NTMS_LM_ENABLEMEDIA = 6,
    NTMS_LM_UPDATEOMID = 7,
    NTMS_LM_INVENTORY = 8,
    NTMS_LM_DOORACCESS = 9,
    NTMS_LM_EJECT = 10,
    NTMS_LM_EJECTCLEANER = 11,
    NTMS_LM_INJECT = 12,
    NTMS_LM_INJECTCLEANER = 13,
    NTMS_LM_PROCESSOMID = 14,
    NTMS_LM_CLEANDRIVE = 15,
    NTMS_LM_DISMOUNT = 16,
    NTMS_LM_MOUNT = 17,
    NTMS_LM_WRITESCRATCH = 18,
    NTMS_LM_CLASSIFY = 19,
    NTMS_LM_RESERVECLEANER = 20,
    NTMS_LM_RELEASECLEANER = 21,
    NTMS_LM_MAXWORKITEM = 22
};

enum NtmsLmState {
    NTMS_LM_QUEUED = 0,
    NTMS_LM_INPROCESS = 1,
    NTMS_LM_PASSED = 2,
    NTMS_LM_FAILED = 3,
    NTMS_LM_INVALID = 4,
    NTMS_LM_WAITING = 5,
    NTMS_LM_DEFERRED = 6,
    NTMS_LM_DEFFERED = 6,
    NTMS_LM_CANCELLED = 7,
    NTMS_LM_STOPPED = 8
};

enum NtmsOpreqCommand {
    NTMS_OPREQ_UNKNOWN = 0,
    NTMS_OPREQ_NEWMEDIA = 1,
    NTMS_OPREQ_CLEANER = 2,
    NTMS_OPREQ_DEVICESERVICE = 3,
    NTMS_OPREQ_MOVEMEDIA = 4,
    NTMS_OPREQ_MESSAGE = 5
};

enum NtmsOpreqState {
    NTMS_OPSTATE_UNKNOWN = 0,
    NTMS_OPSTATE_SUBMITTED = 1,
    NTMS_OPSTATE_ACTIVE = 2,
    NTMS_OPSTATE_INPROGRESS = 3,
    NTMS_OPSTATE_REFUSED = 4,
    NTMS_OPSTATE_COMPLETE = 5
};

enum NtmsMountOptions {
    NTMS_MOUNT_READ = 0x1,
    NTMS_MOUNT_WRITE = 0x2,
    NTMS_MOUNT_ERROR_NOT_AVAILABLE = 0x4,
    NTMS_MOUNT_ERROR_OFFLINE = 0x8,
    NTMS_MOUNT_SPECIFIC_DRIVE = 0x10,
    NTMS_MOUNT_NOWAIT = 0x20
};

enum NtmsMountPriority {
    NTMS_PRIORITY_DEFAULT = 0,
    NTMS_PRIORITY_HIGHEST = 15,
    NTMS_PRIORITY_HIGH = 7,
    NTMS_PRIORITY_NORMAL = 0,
    NTMS_PRIORITY_LOW = -7,
    NTMS_PRIORITY_LOWEST = -15
};

enum NtmsDismountOptions { NTMS_DISMOUNT_DEFERRED = 1, NTMS_DISMOUNT_IMMEDIATE = 2 };

enum NtmsEjectOperation {
    NTMS_EJECT_START = 0,
    NTMS_EJECT_STOP = 1,
    NTMS_EJECT_QUEUE = 2,
    NTMS_EJECT_FORCE = 3,
    NTMS_EJECT_IMMEDIATE = 4,
    NTMS_EJECT_ASK_USER = 5
};

enum NtmsInjectOperation {
    NTMS_INJECT_START = 0,
    NTMS_INJECT_STOP = 1,
    NTMS_INJECT_RETRACT = 2,
    NTMS_INJECT_STARTMANY = 3
};

enum NtmsNotificationOperations {
    NTMS_OBJ_UPDATE = 1,
    NTMS_OBJ_INSERT = 2,
    NTMS_OBJ_DELETE = 3,
    NTMS_EVENT_SIGNAL = 4,
    NTMS_EVENT_COMPLETE = 5
};

#define NTMS_LIBRARYFLAG_FIXEDOFFLINE 0x01u
#define NTMS_LIBRARYFLAG_CLEANERPRESENT 0x02u
#define NTMS_LIBRARYFLAG_AUTODETECTCHANGE 0x04u
#define NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING 0x08u
#define NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE 0x10u

#define NTMS_OBJECTNAME_LENGTH 64
#define NTMS_DESCRIPTION_LENGTH 127
#define NTMS_DEVICENAME_LENGTH 64
#define NTMS_SERIALNUMBER_LENGTH 32
#define NTMS_REVISION_LENGTH 32
#define NTMS_BARCODE_LENGTH 64
#define NTMS_SEQUENCE_LENGTH 32
#define NTMS_MESSAGE_LENGTH 256
#define NTMS_COMPUTERNAME_LENGTH 64
#define NTMS_APPLICATIONNAME_LENGTH 64
#define NTMS_USERNAME_LENGTH 64

typedef struct _NTMS_LIBRARYINFORMATION {
    DWORD LibraryType;
    NTMS_GUID CleanerSlot;
    NTMS_GUID CleanerSlotDefault;
    BOOL LibrarySupportsDriveCleaning;
    BOOL BarCodeReaderInstalled;
    DWORD InventoryMethod; /* writable */
    DWORD dwCleanerUsesRemaining;
    DWORD FirstDriveNumber;
    DWORD dwNumberOfDrives;
    DWORD FirstSlotNumber;
    DWORD dwNumberOfSlots;
    DWORD FirstDoorNumber;
    DWORD dwNumberOfDoors;
    DWORD FirstPortNumber;
    DWORD dwNumberOfPorts;
    DWORD FirstChangerNumber;
    DWORD dwNumberOfChangers;
    DWORD dwNumberOfMedia;
    DWORD dwNumberOfMediaTypes;
    DWORD dwNumberOfLibRequests;
    GUID Reserved;
    BOOL AutoRecovery; /* writable */
    DWORD dwFlags;
} NTMS_LIBRARYINFORMATION;

typedef struct _NTMS_IEDOORINFORMATION {
    DWORD Number;
    DWORD State;
    WORD MaxOpenSecs; /* writable */
    NTMS_GUID Library;
} NTMS_IEDOORINFORMATION;

typedef struct _NTMS_STORAGESLOTINFORMATION {
    DWORD Number;
    DWORD State;
    NTMS_GUID Library;
} NTMS_STORAGESLOTINFORMATION;

typedef struct _NTMS_DRIVEINFORMATION {
    DWORD Number;
    DWORD State;
    NTMS_GUID DriveType;
    char szDeviceName[NTMS_DEVICENAME_LENGTH];
    char szSerialNumber[NTMS_SERIALNUMBER_LENGTH];
    char szRevision[NTMS_REVISION_LENGTH];
    WORD ScsiPort;
    WORD ScsiBus;
    WORD ScsiTarget;
    WORD ScsiLun;
    DWORD dwMountCount;
    SYSTEMTIME LastCleanedTs;
    NTMS_GUID SavedPartitionId;
    NTMS_GUID Library;
    GUID Reserved;
    DWORD dwDeferDismountDelay;
} NTMS_DRIVEINFORMATION;

typedef struct _NTMS_PMIDINFORMATION {
    NTMS_GUID CurrentLibrary;
    NTMS_GUID MediaPool;
    NTMS_GUID Location;
    DWORD LocationType;
    NTMS_GUID MediaType;
    NTMS_GUID HomeSlot;
    char szBarCode[NTMS_BARCODE_LENGTH];
    DWORD BarCodeState;
    char szSequenceNumber[NTMS_SEQUENCE_LENGTH];
    DWORD MediaState;
    DWORD dwNumberOfPartitions;
    DWORD dwMediaTypeCode;
    DWORD dwDensityCode;
    NTMS_GUID MountedPartition;
} NTMS_PMIDINFORMATION;

typedef struct _NTMS_LIBREQUESTINFORMATION {
    DWORD OperationCode;
    DWORD OperationOption; /* of a door or an inventory: its NTMS_INVENTORY_ action */
    DWORD State;
    NTMS_GUID PartitionId;
    NTMS_GUID DriveId;
    NTMS_GUID PhysMediaId;
    NTMS_GUID Library;
    NTMS_GUID SlotId;
    SYSTEMTIME TimeQueued;
    SYSTEMTIME TimeCompleted;
    char szApplication[NTMS_APPLICATIONNAME_LENGTH];
    char szUser[NTMS_USERNAME_LENGTH];
    char szComputer[NTMS_COMPUTERNAME_LENGTH];
    DWORD dwErrorCode; /* valid when State is NTMS_LM_FAILED */
    NTMS_GUID WorkItemId;
    DWORD dwPriority;
} NTMS_LIBREQUESTINFORMATION;

typedef struct _NTMS_OPREQUESTINFORMATION {
    DWORD Request;
    SYSTEMTIME Submitted;
    DWORD State;
    char szMessage[NTMS_MESSAGE_LENGTH];
    DWORD Arg1Type;
    NTMS_GUID Arg1;
    DWORD Arg2Type;
    NTMS_GUID Arg2;
    char szApplication[NTMS_APPLICATIONNAME_LENGTH];
    char szUser[NTMS_USERNAME_LENGTH];
    char szComputer[NTMS_COMPUTERNAME_LENGTH];
} NTMS_OPREQUESTINFORMATION;

typedef struct _NTMS_OBJECTINFORMATION {
    DWORD dwSize; /* sizeof(NTMS_OBJECTINFORMATION), set by the caller */
    DWORD dwType; /* set by the caller */
    SYSTEMTIME Created;
    SYSTEMTIME Modified;
    NTMS_GUID ObjectGuid;
    BOOL Enabled;
    DWORD dwOperationalState;
    char szName[NTMS_OBJECTNAME_LENGTH];
    char szDescription[NTMS_DESCRIPTION_LENGTH];
    union {
        NTMS_DRIVEINFORMATION Drive;
        NTMS_IEDOORINFORMATION IEDoor;
        NTMS_LIBRARYINFORMATION Library;
        NTMS_LIBREQUESTINFORMATION LibRequest;
        NTMS_OPREQUESTINFORMATION OpRequest;
        NTMS_PMIDINFORMATION PhysicalMedia;
        NTMS_STORAGESLOTINFORMATION StorageSlot;
    } Info;
} NTMS_OBJECTINFORMATION, *LPNTMS_OBJECTINFORMATION;

typedef struct _NTMS_MOUNT_INFORMATION {
    DWORD dwSize;
    void *lpReserved;
} NTMS_MOUNT_INFORMATION, *LPNTMS_MOUNT_INFORMATION;

typedef struct _NTMS_NOTIFICATIONINFORMATION {
    DWORD dwOperation;
    NTMS_GUID ObjectId; /* all zero: any of the type */
} NTMS_NOTIFICATIONINFORMATION, *LPNTMS_NOTIFICATIONINFORMATION;

/* The code of the last call of this thread that returned no code itself. Here it stands for
 * GetLastError(), a name that other libraries have. */
NTMS_API DWORD NtmsGetLastError(void);

/* lpServer: NULL, or the path of the daemon's socket. lpApplication: not used, the daemon shows the
 * user. dwOptions: 0.
 * INVALID_HANDLE_VALUE on failure: ERROR_INVALID_COMPUTERNAME, ERROR_INVALID_PARAMETER,
 * ERROR_NOT_CONNECTED, ERROR_NOT_ENOUGH_MEMORY, ERROR_ACCESS_DENIED. */
NTMS_API HANDLE OpenNtmsSession(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions);

/* Calls of the session that wait return ERROR_CANCELLED. */
NTMS_API DWORD CloseNtmsSession(HANDLE hSession);

/* lpContainerId: a library, or NULL for everything there is. *lpdwListSize: in the room, out the
 * number of objects; ERROR_INSUFFICIENT_BUFFER where it is larger than the room. */
NTMS_API DWORD EnumerateNtmsObject(HANDLE hSession, const NTMS_GUID *lpContainerId, LPNTMS_GUID lpList,
                                   LPDWORD lpdwListSize, DWORD dwType, DWORD dwOptions);
NTMS_API DWORD GetNtmsObjectInformation(HANDLE hSession, const NTMS_GUID *lpObjectId,
                                        LPNTMS_OBJECTINFORMATION lpInfo);
/* Library: szName, szDescription, InventoryMethod, AutoRecovery. Door: MaxOpenSecs. What is the same
 * as before is not sent; a value that the daemon's configuration has fixed is ERROR_BUSY. */
NTMS_API DWORD SetNtmsObjectInformation(HANDLE hSession, const NTMS_GUID *lpObjectId,
                                        LPNTMS_OBJECTINFORMATION lpInfo);

NTMS_API DWORD AccessNtmsLibraryDoor(HANDLE hSession, const NTMS_GUID *lpLibrary, DWORD dwAction);
NTMS_API DWORD InventoryNtmsLibrary(HANDLE hSession, const NTMS_GUID *lpLibrary, DWORD dwAction);
NTMS_API DWORD CancelNtmsLibraryRequest(HANDLE hSession, const NTMS_GUID *lpRequestId);
/* The daemon forgets finished requests by itself: only the parameters are checked. */
NTMS_API DWORD DeleteNtmsRequests(HANDLE hSession, const NTMS_GUID *lpRequestId, DWORD dwType, DWORD dwCount);
/* 0: it is in no queue. */
NTMS_API DWORD GetNtmsRequestOrder(HANDLE hSession, const NTMS_GUID *lpRequestId, LPDWORD lpdwOrderNumber);
/* 1: next, 0xFFFFFFFF: last. */
NTMS_API DWORD SetNtmsRequestOrder(HANDLE hSession, const NTMS_GUID *lpRequestId, DWORD dwOrderNumber);
NTMS_API DWORD EnableNtmsObject(HANDLE hSession, DWORD dwType, const NTMS_GUID *lpObjectId);
NTMS_API DWORD DisableNtmsObject(HANDLE hSession, DWORD dwType, const NTMS_GUID *lpObjectId);

/* dwCount: 1. lpDriveId: in where NTMS_MOUNT_SPECIFIC_DRIVE, out the drive. dwTimeout: milliseconds,
 * or INFINITE. lpMountInformation: NULL. */
NTMS_API DWORD MountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpDriveId, DWORD dwCount,
                              DWORD dwOptions, int dwPriority, DWORD dwTimeout,
                              LPNTMS_MOUNT_INFORMATION lpMountInformation);
/* dwCount: 1. NTMS_DISMOUNT_DEFERRED is done at once too. Both return when it is queued. */
NTMS_API DWORD DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions);
NTMS_API DWORD DismountNtmsDrive(HANDLE hSession, const NTMS_GUID *lpDriveId);

/* NTMS_OPREQ_MESSAGE alone; lpArg1Id: the library it concerns. */
NTMS_API DWORD SubmitNtmsOperatorRequest(HANDLE hSession, DWORD dwRequest, LPCSTR lpMessage,
                                         const NTMS_GUID *lpArg1Id, const NTMS_GUID *lpArg2Id,
                                         LPNTMS_GUID lpRequestId);
/* dwTimeout: milliseconds; 0 looks once, INFINITE waits. */
NTMS_API DWORD WaitForNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID *lpRequestId, DWORD dwTimeout);
NTMS_API DWORD SatisfyNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID *lpRequestId);
NTMS_API DWORD CancelNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID *lpRequestId);

/* One thread waits on a handle at a time. INVALID_HANDLE_VALUE on failure. */
NTMS_API HANDLE OpenNtmsNotification(HANDLE hSession, DWORD dwType);
NTMS_API DWORD WaitForNtmsNotification(HANDLE hNotification, LPNTMS_NOTIFICATIONINFORMATION lpInformation,
                                       DWORD dwTimeout);
/* ERROR_BUSY while a thread waits. */
NTMS_API DWORD CloseNtmsNotification(HANDLE hNotification);

/* ERROR_CALL_NOT_IMPLEMENTED for now. */
NTMS_API DWORD EjectNtmsMedia(HANDLE hSession, const NTMS_GUID *lpMediaId, LPNTMS_GUID lpEjectOperation,
                              DWORD dwAction);
NTMS_API DWORD InjectNtmsMedia(HANDLE hSession, const NTMS_GUID *lpLibraryId, LPNTMS_GUID lpInjectOperation,
                               DWORD dwAction);
NTMS_API DWORD IdentifyNtmsSlot(HANDLE hSession, const NTMS_GUID *lpSlotId, DWORD dwOption);
NTMS_API DWORD CleanNtmsDrive(HANDLE hSession, const NTMS_GUID *lpDriveId);
NTMS_API DWORD ReserveNtmsCleanerSlot(HANDLE hSession, const NTMS_GUID *lpLibrary, const NTMS_GUID *lpSlot);
NTMS_API DWORD ReleaseNtmsCleanerSlot(HANDLE hSession, const NTMS_GUID *lpLibrary);
NTMS_API DWORD InjectNtmsCleaner(HANDLE hSession, const NTMS_GUID *lpLibrary, LPNTMS_GUID lpInjectOperation,
                                 DWORD dwNumberOfCleansLeft, DWORD dwAction);
NTMS_API DWORD EjectNtmsCleaner(HANDLE hSession, const NTMS_GUID *lpLibrary, LPNTMS_GUID lpEjectOperation,
                                DWORD dwAction);

#ifdef __cplusplus
}
#endif

#endif
