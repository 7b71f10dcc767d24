// SPDX-License-Identifier: Apache-2.0
#include "store/file_layer.hpp"

#include "support/unique_fd.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace changer::store {
namespace {

constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 30; // far above 65,535 elements

/// Runs a system call again while a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
    auto answer = call();
    while (answer < 0 && errno == EINTR)
        answer = call();
    return answer;
}

/// Returns what the operator can do about an error number.
std::string_view advice(int error_number) {
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
        return "free space on that file system";
    case EACCES:
    case EPERM:
        return "it must belong to the user changerd runs as";
    case EROFS:
        return "the file system is mounted read-only; mount it writable or choose another "
               "state_directory";
    case EIO:
        return "the disk reports errors; see the kernel's log";
    default:
        return "";
    }
}

class SystemFile final : public File {
  public:
    SystemFile(UniqueFd fd, std::string path)
        : fd_(std::move(fd))
        , path_(std::move(path)) {}

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            const auto written = uninterrupted([&] {
                return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            });
            if (written < 0)
                return file_error("write", path_, errno);
            if (written == 0)
                return file_error("write", path_, ENOSPC);
            bytes.remove_prefix(static_cast<std::size_t>(written));
            offset += static_cast<std::uint64_t>(written);
        }
        return {};
    }

    Result<void> sync() override {
        // Not repeated on EINTR: after any failure the pages may already count as clean.
        if (::fdatasync(fd_.get()) != 0)
            return file_error("make durable", path_, errno);
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        if (uninterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0)
            return file_error("cut", path_, errno);
        return {};
    }

    Result<void> allocate(std::uint64_t size) override {
        const int error = ::posix_fallocate(fd_.get(), 0, static_cast<off_t>(size));
        if (error != 0)
            return file_error("write", path_, error);
        return {};
    }

  private:
    UniqueFd fd_;
    std::string path_;
};

class OfdLock final : public FileLock {
  public:
    explicit OfdLock(UniqueFd fd)
        : fd_(std::move(fd)) {}

  private:
    UniqueFd fd_;
};

} // namespace

std::string parent_of(const std::string& path) {
    const auto end = path.find_last_of('/');
    if (end == std::string::npos)
        return ".";
    return end == 0 ? "/" : path.substr(0, end);
}

Error file_error(std::string_view verb, std::string_view path, int error_number) {
    auto code = Code::database_failure;
    if (error_number == ENOENT)
        code = Code::not_found;
    if (error_number == ENOSPC || error_number == EDQUOT)
        code = Code::database_full;
    const auto hint = advice(error_number);
    return {code,
            fmt::format("cannot {} {}: {}{}{}",
                        verb,
                        path,
                        std::generic_category().message(error_number),
                        hint.empty() ? "" : "; ",
                        hint)};
}

Result<std::string> SystemFiles::read(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));

    struct stat about {};

    if (!fd || ::fstat(fd.get(), &about) != 0)
        return file_error("read", path, errno);
    if (!S_ISREG(about.st_mode))
        return Error{Code::database_failure,
                     fmt::format("cannot read {}: it is not a regular file; move it away", path)};
    if (static_cast<std::uint64_t>(about.st_size) > largest_file_bytes)
        return file_error("read", path, EFBIG);
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const auto got =
            uninterrupted([&] { return ::read(fd.get(), text.data() + have, text.size() - have); });
        if (got < 0)
            return file_error("read", path, errno);
        if (got == 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
}

Result<std::vector<std::string>> SystemFiles::list(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
    if (!open)
        return file_error("list", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    while (const dirent* entry = ::readdir(open.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
        errno = 0;
    }
    if (errno != 0)
        return file_error("list", directory, errno);
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::unique_ptr<File>> SystemFiles::open(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!fd)
        return file_error("open", path, errno);
    return std::unique_ptr<File>(std::make_unique<SystemFile>(std::move(fd), path));
}

Result<void> SystemFiles::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return file_error("rename", from, errno);
    return {};
}

Result<void> SystemFiles::remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0)
        return file_error("remove", path, errno);
    return {};
}

Result<void> SystemFiles::make_directory(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0750) == 0)
        return sync_directory(parent_of(directory));

    struct stat about {};

    if (errno == EEXIST && ::stat(directory.c_str(), &about) == 0)
        return S_ISDIR(about.st_mode) ? Result<void>()
                                      : file_error("make directory", directory, ENOTDIR);
    const auto parent = parent_of(directory);
    if (errno != ENOENT || parent == "." || parent == "/")
        return file_error("make directory", directory, errno);
    if (auto made = make_directory(parent); !made)
        return made;
    if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST)
        return file_error("make directory", directory, errno);
    return sync_directory(parent);
}

Result<void> SystemFiles::sync_directory(const std::string& directory) {
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0)
        return file_error("make durable", directory, errno);
    return {};
}

Result<std::unique_ptr<FileLock>> SystemFiles::lock(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!fd)
        return file_error("open", path, errno);

    // An open-file-description lock: closing another descriptor of the file does not drop it, and
    // it holds between two stores of one process.
    struct flock whole {};

    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return Error{Code::busy, fmt::format("{} is locked by another process", path)};
        return file_error("lock", path, errno);
    }
    return std::unique_ptr<FileLock>(std::make_unique<OfdLock>(std::move(fd)));
}

} // namespace changer::store
