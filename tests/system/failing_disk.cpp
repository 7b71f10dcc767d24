// SPDX-License-Identifier: Apache-2.0
// Preloaded into a daemon: a disk that is full or broken as long as the file CHANGER_DISK says so.
// Its text is "full" (nothing can be written) or "broken" (nothing can be made durable); it holds
// for files in the directory CHANGER_DISK_DIRECTORY.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool is_in_directory(int fd) {
    const char* directory = std::getenv("CHANGER_DISK_DIRECTORY");
    char link[64];
    char path[PATH_MAX + 1];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t length = ::readlink(link, path, PATH_MAX);
    if (directory == nullptr || length <= 0)
        return false;
    path[length] = '\0';
    return std::strncmp(path, directory, std::strlen(directory)) == 0;
}

/// Tells whether the disk under `fd` is in this state.
bool disk_is(int fd, const char* state) {
    const char* file = std::getenv("CHANGER_DISK");
    if (file == nullptr || !is_in_directory(fd))
        return false;
    const int told = ::open(file, O_RDONLY | O_CLOEXEC);
    char text[16] = {};
    const ssize_t length = told < 0 ? 0 : ::read(told, text, sizeof(text) - 1);
    if (told >= 0)
        ::close(told);
    return length > 0 && std::strncmp(text, state, std::strlen(state)) == 0;
}

template <class F>
F* next(const char* name) {
    return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
    if (disk_is(fd, "full")) {
        errno = ENOSPC;
        return -1;
    }
    return next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(fd, bytes, size, offset);
}

int posix_fallocate64(int fd, off64_t offset, off64_t size) {
    if (disk_is(fd, "full"))
        return ENOSPC;
    return next<int(int, off64_t, off64_t)>("posix_fallocate64")(fd, offset, size);
}

int fdatasync(int fd) {
    if (disk_is(fd, "broken")) {
        errno = EIO;
        return -1;
    }
    return next<int(int)>("fdatasync")(fd);
}

int fsync(int fd) {
    if (disk_is(fd, "broken")) {
        errno = EIO;
        return -1;
    }
    return next<int(int)>("fsync")(fd);
}

} // extern "C"
