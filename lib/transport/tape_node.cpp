// SPDX-License-Identifier: Apache-2.0
#include "transport/tape_node.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace changer {
namespace {

namespace fs = std::filesystem;

int open_node(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags);
    return fd >= 0 ? fd : -errno;
}

/// The kernel's one folder for the device behind a node; none: it is no device.
std::optional<fs::path> device_of(const struct stat& status, const fs::path& sysfs) {
    if (!S_ISCHR(status.st_mode))
        return std::nullopt;
    std::error_code problem;
    auto folder = fs::canonical(
        sysfs / fmt::format("dev/char/{}:{}/device", major(status.st_rdev), minor(status.st_rdev)),
        problem);
    return problem ? std::nullopt : std::optional(std::move(folder));
}

Error cannot_open(const std::string& node, int error) {
    const std::string why = std::generic_category().message(error);
    if (error == EBUSY)
        return {Code::drive_in_use, fmt::format("another program has {} open", node)};
    if (error == EACCES || error == EPERM)
        return {Code::access_denied,
                fmt::format("{}: {}; the group of the node may open it", node, why)};
    return {Code::device_not_available, fmt::format("{}: {}", node, why)};
}

} // namespace

Result<TapeNode> TapeNode::hold(const std::string& node,
                                const std::string& generic,
                                const fs::path& sysfs,
                                const OpenNode& open) {
    constexpr int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
    const int opened = open ? open(node, flags) : open_node(node, flags);
    if (opened < 0)
        return cannot_open(node, -opened);
    UniqueFd fd(opened);

    struct stat ours {};

    struct stat theirs {};

    if (::fstat(fd.get(), &ours) != 0 || ::stat(generic.c_str(), &theirs) != 0)
        return cannot_open(generic, errno);
    const auto device = device_of(ours, sysfs);
    if (!device || device != device_of(theirs, sysfs))
        return Error{
            Code::device_not_available,
            fmt::format("{} is not the tape node of {}: look for drives again", node, generic)};
    return TapeNode(std::move(fd));
}

} // namespace changer
