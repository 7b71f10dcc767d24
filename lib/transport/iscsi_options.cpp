// SPDX-License-Identifier: Apache-2.0
#include "transport/iscsi_options.hpp"

#include "support/text.hpp"
#include "support/unique_fd.hpp"

#include <fmt/format.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <system_error>

namespace changer {
namespace {

constexpr std::size_t max_name = 223;   // RFC 7143 4.2.7.1
constexpr std::size_t max_secret = 255; // libiscsi's MAX_STRING_SIZE

/// FNV-1a, 64 bits: spreads names over identifiers, keeps nothing secret by itself.
std::uint64_t hash(std::string_view text, std::uint64_t seed = 0xCBF29CE484222325) {
    for (const char c : text)
        seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return seed;
}

std::string machine_id() {
    std::string id;
    std::getline(std::ifstream("/etc/machine-id"), id);
    return id;
}

Error bad_secret(const std::string& path, std::string_view what) {
    return {Code::invalid_parameter, fmt::format("CHAP secret file {}: {}", path, what)};
}

} // namespace

IscsiSessionId session_id(std::string_view owner, std::string_view device) {
    const auto value = hash(device, hash("\n", hash(owner)));
    return {static_cast<std::uint32_t>(value & 0xFFFFFF),
            static_cast<std::uint16_t>(value >> 24 & 0xFFFF)};
}

std::string initiator_name(std::string_view machine_id) {
    return fmt::format("iqn.2026-01.local.changer:{:016x}", hash(machine_id));
}

Result<IscsiOptions> completed(IscsiOptions options) {
    if (options.initiator_name.empty()) {
        const auto id = machine_id();
        if (id.empty())
            return Error{Code::invalid_parameter,
                         "no /etc/machine-id: configure an initiator name"};
        options.initiator_name = initiator_name(id);
    }
    const std::string_view name = options.initiator_name;
    if (name.size() > max_name ||
        !(name.starts_with("iqn.") || name.starts_with("eui.") || name.starts_with("naa.")))
        return Error{Code::invalid_parameter,
                     fmt::format("initiator name {}: no iqn., eui. or naa. name", name)};
    if (options.session_owner.empty())
        options.session_owner = program_invocation_short_name;
    return options;
}

Result<std::string> read_chap_secret(const std::string& path) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};

    struct stat status {};

    if (!fd || ::fstat(fd.get(), &status) != 0)
        return bad_secret(path, std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode))
        return bad_secret(path, "not a regular file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return bad_secret(path, "others may read it: its mode must be 0600");
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return bad_secret(path, "it belongs to another user");
    std::array<char, max_secret + 2> room{};
    const auto n = ::read(fd.get(), room.data(), room.size());
    std::string_view secret(room.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    secret = secret.substr(0, secret.find('\n'));
    if (secret.empty() || secret.size() > max_secret || secret.find('\0') != std::string_view::npos)
        return bad_secret(path, "its first line is no secret of 1 to 255 bytes");
    return std::string(secret);
}

} // namespace changer
