// SPDX-License-Identifier: Apache-2.0
#include "changer/motion_lock.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace changer {
namespace {

constexpr mode_t for_everybody = 0666; ///< whoever may open the device may lock it

/// A file name that holds any key, and no key's name is another's.
std::string file_name(std::string_view key) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    std::string name = "changer-";
    for (const char c : key) {
        if (plain.find(c) != plain.npos)
            name += c;
        else
            name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    constexpr std::size_t longest = 240;
    if (name.size() > longest)
        name.resize(longest);
    return name + ".lock";
}

/// Opens the file, makes it if there is none. In a directory like /run/lock the kernel refuses
/// O_CREAT on somebody else's file (fs.protected_regular), so that it is tried without first.
UniqueFd open_file(const std::string& path) {
    constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    UniqueFd fd(::open(path.c_str(), flags));
    if (fd || errno != ENOENT)
        return fd;
    fd.reset(::open(path.c_str(), flags | O_CREAT | O_EXCL, for_everybody));
    if (fd)
        ::fchmod(fd.get(), for_everybody); // in spite of the umask
    else if (errno == EEXIST)
        fd.reset(::open(path.c_str(), flags));
    return fd;
}

Error unusable(const std::string& path, int error) {
    const Code code = error == EACCES || error == EPERM ? Code::access_denied : Code::failed;
    return {code,
            fmt::format("the lock file {} cannot be used: {}",
                        path,
                        std::generic_category().message(error))};
}

} // namespace

Result<MotionLock> MotionLock::take(const std::filesystem::path& directory, std::string_view key) {
    const std::string path = directory / file_name(key);
    UniqueFd fd = open_file(path);
    if (!fd)
        return unusable(path, errno);

    struct flock whole {};

    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_OFD_SETLK, &whole) == 0)
        return MotionLock(std::move(fd));
    if (errno == EAGAIN || errno == EACCES)
        return Error{Code::busy, "another program is moving media in this library"};
    return unusable(path, errno);
}

std::string motion_lock_key(std::string_view url, std::string_view serial) {
    return std::string(serial.empty() ? url : serial);
}

} // namespace changer
