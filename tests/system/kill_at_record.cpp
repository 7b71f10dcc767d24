// SPDX-License-Identifier: Apache-2.0

/// Preloaded into changerd: ends it, as `kill -9` would, at a chosen record of its journals. The
/// file that CHANGER_KILL names is read at each record: "ID N WHEN" kills at the N-th record since
/// ID was first seen there, WHEN being
///     half     when half of it is written: a torn record
///     written  when it is written, and not yet durable
///     synced   when it is durable, and nobody has been told
/// Without the file, or with another text in it, nothing happens. One thread writes journals.
#undef _FILE_OFFSET_BITS // or the C library's headers make one of the two names of pwrite

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace {

/// What the file says.
struct Order {
    std::string id;
    int record = 0;
    std::string when;
};

std::string seen_id;
int records = 0; ///< since that id was first seen
int dying = -1;  ///< the descriptor whose next sync is the last

bool is_journal(int fd) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    if (length <= 0)
        return false;
    const std::string_view text(path.data(), static_cast<std::size_t>(length));
    return text.substr(text.rfind('/') + 1).substr(0, 8) == "journal-";
}

Order order() {
    Order read;
    const char* const name = ::getenv("CHANGER_KILL");
    FILE* const file = name != nullptr ? ::fopen(name, "re") : nullptr;
    if (file == nullptr)
        return read;
    std::array<char, 64> id{};
    std::array<char, 64> when{};
    if (::fscanf(file, "%63s %d %63s", id.data(), &read.record, when.data()) == 3) {
        read.id = id.data();
        read.when = when.data();
    }
    ::fclose(file);
    return read;
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    while (true)
        ::pause();
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

ssize_t write_record(int fd, const void* bytes, size_t length, off_t offset) {
    static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite64");
    if (!is_journal(fd))
        return real(fd, bytes, length, offset);
    const Order now = order();
    if (now.id != seen_id) {
        seen_id = now.id;
        records = 0;
    }
    if (now.id.empty() || ++records != now.record)
        return real(fd, bytes, length, offset);
    if (now.when == "half") {
        real(fd, bytes, length / 2, offset);
        die();
    }
    const ssize_t written = real(fd, bytes, length, offset);
    if (now.when == "written")
        die();
    dying = fd;
    return written;
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) ssize_t
pwrite(int fd, const void* bytes, size_t length, off_t offset) {
    return write_record(fd, bytes, length, offset);
}

__attribute__((visibility("default"))) ssize_t
pwrite64(int fd, const void* bytes, size_t length, off_t offset) {
    return write_record(fd, bytes, length, offset);
}

__attribute__((visibility("default"))) int fdatasync(int fd) {
    static auto* const real = next<int(int)>("fdatasync");
    const int answer = real(fd);
    if (fd == dying)
        die();
    return answer;
}
}
