// SPDX-License-Identifier: Apache-2.0

/// Preloaded into a program that talks to /dev/sgN: the paths of CHANGER_STANDIN_PATH (separated
/// by colons) become generic SCSI devices, served by the standin_server behind CHANGER_STANDIN (a
/// unix socket). Everything else goes to the kernel. It allocates nothing and needs nothing but
/// the C library, so that a program measured with it is measured alone.
///
/// CHANGER_STANDIN_PEAK names a file that gets the program's peak memory in KiB when it ends.
///
/// Source:  Linux drivers/scsi/sg.c, sg_open, sg_ioctl, sg_new_read
#include "standin_wire.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using standin::Answer;
using standin::Call;
using standin::Direction;

constexpr int version = 30'536;
constexpr int reserved_size = 32'768; // def_reserved_size
constexpr unsigned sg_major = 21;
constexpr unsigned long block_sector_get = 0x1267; // BLKSECTGET of <linux/fs.h>, which sg answers
constexpr unsigned long get_id_and_lun = 0x5382;   // SCSI_IOCTL_GET_IDLUN of <scsi/scsi.h>
constexpr int driver_sense = 0x08;
constexpr int masked_check_condition = 0x01; // the status byte shifted right by one

/// The descriptors that stand for a device, and the largest transfer of each.
struct Device {
    bool open = false;
    unsigned longest_transfer = 0;
    unsigned number = 0; ///< N of /dev/sgN
};

std::array<Device, 1024> devices;

Device* find(int fd) {
    if (fd < 0 || static_cast<std::size_t>(fd) >= devices.size())
        return nullptr;
    Device& device = devices.at(static_cast<std::size_t>(fd));
    return device.open ? &device : nullptr;
}

/// The place of a path in CHANGER_STANDIN_PATH; -1 if it is not there.
int place(const char* path) {
    const char* const listed = std::getenv("CHANGER_STANDIN_PATH");
    if (path == nullptr || *path == '\0' || listed == nullptr)
        return -1;
    std::string_view rest(listed);
    for (int at = 0;; ++at) {
        const auto end = rest.find(':');
        if (rest.substr(0, end) == path)
            return at;
        if (end == rest.npos)
            return -1;
        rest.remove_prefix(end + 1);
    }
}

bool send_whole(int fd, const void* data, std::size_t length) {
    const auto* at = static_cast<const char*>(data);
    while (length > 0) {
        const ssize_t sent = ::send(fd, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        length -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_whole(int fd, void* data, std::size_t length) {
    auto* at = static_cast<char*>(data);
    while (length > 0) {
        const ssize_t received = ::recv(fd, at, length, MSG_WAITALL);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return false;
        at += received;
        length -= static_cast<std::size_t>(received);
    }
    return true;
}

int fail(int error) {
    errno = error;
    return -1;
}

int connect_to_server(int flags) {
    const char* const path = std::getenv("CHANGER_STANDIN");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path)
        return fail(ENXIO);
    std::memcpy(address.sun_path, path, std::strlen(path));
    const int fd =
        ::socket(AF_UNIX, SOCK_STREAM | ((flags & O_CLOEXEC) != 0 ? SOCK_CLOEXEC : 0), 0);
    if (fd < 0)
        return -1;
    if (::connect(fd, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address) == 0)
        return fd;
    ::syscall(SYS_close, fd);
    return fail(ENXIO);
}

int open_device(const char* path, int number, int flags) {
    standin::Hello hello;
    if (std::strlen(path) >= hello.path.size())
        return fail(ENAMETOOLONG);
    std::memcpy(hello.path.data(), path, std::strlen(path));
    const int fd = connect_to_server(flags);
    if (fd < 0)
        return -1;
    standin::Welcome welcome;
    if (!send_whole(fd, &hello, sizeof hello) || !receive_whole(fd, &welcome, sizeof welcome))
        welcome.error = ENXIO;
    if (static_cast<std::size_t>(fd) >= devices.size())
        welcome.error = EMFILE;
    if (welcome.error != 0) {
        ::syscall(SYS_close, fd);
        return fail(welcome.error);
    }
    devices.at(static_cast<std::size_t>(fd)) = {.open = true,
                                                .longest_transfer = welcome.longest_transfer,
                                                .number = static_cast<unsigned>(number)};
    return fd;
}

int any_open(int directory, const char* path, int flags, unsigned mode) {
    if (const int number = place(path); number >= 0)
        return open_device(path, number, flags);
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

/// What sg_new_write refuses before it sends.
int refusal(const Device& device, const sg_io_hdr& header) {
    if (header.interface_id != 'S')
        return ENOSYS;
    if (header.cmdp == nullptr || header.cmd_len < 6 || header.cmd_len > standin::longest_cdb)
        return EMSGSIZE;
    if (header.iovec_count != 0)
        return EOPNOTSUPP; // nobody here scatters
    if (header.dxfer_len > standin::longest_data)
        return ENOMEM;
    return header.dxfer_len > device.longest_transfer ? EINVAL : 0;
}

Call call_of(const sg_io_hdr& header) {
    Call call;
    std::memcpy(call.cdb.data(), header.cmdp, header.cmd_len);
    call.cdb_length = header.cmd_len;
    call.timeout_ms = header.timeout;
    if (header.dxfer_len == 0)
        return call;
    if (header.dxfer_direction == SG_DXFER_FROM_DEV)
        call.direction = Direction::from_device;
    else if (header.dxfer_direction == SG_DXFER_TO_DEV)
        call.direction = Direction::to_device;
    if (call.direction != Direction::none)
        call.length = header.dxfer_len;
    return call;
}

/// Fills in what comes back with the data already in its place.
void complete(sg_io_hdr& header, const Call& call, const Answer& answer) {
    header.status = answer.status;
    header.masked_status = static_cast<unsigned char>(answer.status >> 1 & 0x7F);
    header.msg_status = 0;
    header.host_status = answer.host_status;
    header.driver_status = 0; // since Linux 5.14 nothing but DRIVER_SENSE
    header.sb_len_wr = 0;
    header.resid = static_cast<int>(call.length) - static_cast<int>(answer.transferred);
    header.duration = 0;
    if (answer.sense_length > 0 && (header.masked_status & masked_check_condition) != 0) {
        header.driver_status = driver_sense;
        header.sb_len_wr = static_cast<unsigned char>(
            std::min<std::uint32_t>(header.mx_sb_len, answer.sense_length));
        if (header.sbp != nullptr)
            std::memcpy(header.sbp, answer.sense.data(), header.sb_len_wr);
    }
    const bool clean = header.status == 0 && header.host_status == 0 && header.driver_status == 0;
    header.info = clean ? SG_INFO_OK : SG_INFO_CHECK;
}

int sg_io(int fd, const Device& device, sg_io_hdr& header) {
    if (const int error = refusal(device, header); error != 0)
        return fail(error);
    const Call call = call_of(header);
    Answer answer;
    if (!send_whole(fd, &call, sizeof call))
        return fail(ENODEV);
    if (call.direction == Direction::to_device && !send_whole(fd, header.dxferp, call.length))
        return fail(ENODEV);
    if (!receive_whole(fd, &answer, sizeof answer))
        return fail(ENODEV);
    if (answer.error != 0)
        return fail(answer.error);
    if (call.direction == Direction::from_device &&
        (answer.transferred > call.length || !receive_whole(fd, header.dxferp, answer.transferred)))
        return fail(ENODEV);
    complete(header, call, answer);
    return 0;
}

int answer_number(void* argument, int value) {
    std::memcpy(argument, &value, sizeof value);
    return 0;
}

/// Host, channel, target and LUN, all 0, and the adapter's unique number.
int answer_place(void* argument) {
    std::memset(argument, 0, 2 * sizeof(int));
    return 0;
}

int device_ioctl(int fd, const Device& device, unsigned long request, void* argument) {
    switch (request) {
    case SG_IO:
        return sg_io(fd, device, *static_cast<sg_io_hdr*>(argument));
    case SG_GET_VERSION_NUM:
        return answer_number(argument, version);
    case SG_GET_RESERVED_SIZE:
        return answer_number(argument, reserved_size);
    case block_sector_get:
        return answer_number(argument, static_cast<int>(device.longest_transfer));
    case get_id_and_lun:
        return answer_place(argument);
    case SG_SET_TIMEOUT:
    case SG_SET_RESERVED_SIZE:
        return 0;
    default:
        return fail(ENOTTY);
    }
}

void describe(const Device& device, struct stat& status) {
    status.st_mode = S_IFCHR | 0660;
    status.st_rdev = makedev(sg_major, device.number);
}

using Fstat = int (*)(int, struct stat*);

int any_fstat(const char* name, int fd, struct stat* status) {
    const auto next = reinterpret_cast<Fstat>(::dlsym(RTLD_NEXT, name));
    const int result = next(fd, status);
    if (const Device* const device = find(fd); result == 0 && device != nullptr)
        describe(*device, *status);
    return result;
}

/// Leaves the peak of this program's memory behind, as the kernel counts it.
///
/// Source:  proc(5), /proc/PID/status, VmHWM
struct PeakReport {
    ~PeakReport() {
        const char* const path = std::getenv("CHANGER_STANDIN_PEAK");
        if (path == nullptr)
            return;
        std::array<char, 4096> text{};
        const auto in =
            static_cast<int>(::syscall(SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY, 0));
        const ssize_t length = ::read(in, text.data(), text.size() - 1);
        ::syscall(SYS_close, in);
        const std::string_view status(text.data(),
                                      length > 0 ? static_cast<std::size_t>(length) : 0);
        const auto line = status.find("VmHWM:");
        const auto digits = status.find_first_of("0123456789", line);
        const auto end = status.find(' ', digits);
        if (line == status.npos || digits == status.npos || end == status.npos)
            return;
        const auto out = static_cast<int>(
            ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
        const auto written = ::write(out, text.data() + digits, end - digits);
        static_cast<void>(written);
        ::syscall(SYS_close, out);
    }
} peak_report;

/// Takes the mode off the arguments where open(2) has one.
unsigned mode_of(int flags, va_list arguments) {
    const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return has_mode ? va_arg(arguments, unsigned) : 0;
}

} // namespace

// The C library's names, by asm labels: its headers may declare them as macros or inline, and
// with large files under each other's names.
extern "C" {

int standin_open(const char* path, int flags, ...) asm("open");
int standin_open64(const char* path, int flags, ...) asm("open64");
int standin_openat(int directory, const char* path, int flags, ...) asm("openat");
int standin_openat64(int directory, const char* path, int flags, ...) asm("openat64");
int standin_open_2(const char* path, int flags) asm("__open_2");
int standin_open64_2(const char* path, int flags) asm("__open64_2");
int standin_close(int fd) asm("close");
int standin_ioctl(int fd, unsigned long request, ...) asm("ioctl");
int standin_fstat(int fd, struct stat* status) asm("fstat");
int standin_fstat64(int fd, struct stat* status) asm("fstat64");

int standin_open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = mode_of(flags, arguments);
    va_end(arguments);
    return any_open(AT_FDCWD, path, flags, mode);
}

int standin_open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = mode_of(flags, arguments);
    va_end(arguments);
    return any_open(AT_FDCWD, path, flags, mode);
}

int standin_openat(int directory, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = mode_of(flags, arguments);
    va_end(arguments);
    return any_open(directory, path, flags, mode);
}

int standin_openat64(int directory, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const unsigned mode = mode_of(flags, arguments);
    va_end(arguments);
    return any_open(directory, path, flags, mode);
}

int standin_open_2(const char* path, int flags) {
    return any_open(AT_FDCWD, path, flags, 0);
}

int standin_open64_2(const char* path, int flags) {
    return any_open(AT_FDCWD, path, flags, 0);
}

int standin_close(int fd) {
    if (Device* const device = find(fd); device != nullptr)
        device->open = false;
    return static_cast<int>(::syscall(SYS_close, fd));
}

int standin_ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    if (const Device* const device = find(fd); device != nullptr)
        return device_ioctl(fd, *device, request, argument);
    return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}

int standin_fstat(int fd, struct stat* status) {
    return any_fstat("fstat", fd, status);
}

int standin_fstat64(int fd, struct stat* status) {
    return any_fstat("fstat64", fd, status);
}

} // extern "C"
