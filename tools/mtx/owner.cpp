// SPDX-License-Identifier: Apache-2.0
#include "mtx/owner.hpp"

#include "changerctl/fields.hpp"
#include "client/connection.hpp"
#include "scsi/spc/vpd.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>
#include <vector>

namespace changer::mtx {
namespace {

using Owner = std::optional<std::string>;

/// Reads what the kernel kept of a device's VPD page 80h; empty: it has none, or is no device.
std::string serial_of(const std::string& path, const std::filesystem::path& sysfs) {
    struct stat status {};

    if (::stat(path.c_str(), &status) != 0 || !S_ISCHR(status.st_mode))
        return {};
    const auto node = fmt::format("dev/char/{}:{}", major(status.st_rdev), minor(status.st_rdev));
    std::ifstream file(sysfs / node / "device/vpd_pg80", std::ios::binary);
    std::array<char, 512> page{};
    file.read(page.data(), page.size());
    const auto bytes =
        std::as_bytes(std::span(page)).first(static_cast<std::size_t>(file.gcount()));
    const auto serial = scsi::decode_unit_serial_number(bytes);
    return serial ? *serial : std::string();
}

/// Whether a daemon may be there. Only an absent one is not: a socket that nobody listens on.
Result<bool> somebody_listens(const Environment& environment) {
    const auto connection = client::Connection::open(
        environment.daemon_socket,
        client::Deadline{{}, environment.interrupt_fd}.within(environment.patience));
    if (connection)
        return true;
    if (connection.error().code == Code::unreachable)
        return false;
    return connection.error();
}

Result<Owner> read_ownership(const nlohmann::json& answer) {
    const auto owned = ctl::flag(answer, "owned");
    if (!owned)
        return Error{Code::malformed_response, "its answer does not tell"};
    if (!*owned)
        return Owner{};
    std::string library = ctl::text(answer, "library", "");
    if (library.empty())
        return Error{Code::access_denied, "changerd owns this changer, and you may not use it"};
    return Owner{std::move(library)};
}

Result<Owner> ask_owner(const client::Client& client, const std::string& name) {
    const auto answer = client.get("/v1/libraries?device_serial=" + client::encode_segment(name));
    return answer ? read_ownership(answer->json()) : Result<Owner>(answer.error());
}

} // namespace

bool is_url(std::string_view name) {
    constexpr std::array<std::string_view, 3> schemes{"iscsi:", "sim:", "replay:"};
    return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
        return name.starts_with(scheme);
    });
}

NamedDevice look_at(const std::string& name, const std::filesystem::path& sysfs) {
    if (is_url(name) || name.empty())
        return {name, name, {}};
    std::error_code failed;
    const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(name), failed);
    return {name, failed ? name : path.string(), serial_of(name, sysfs)};
}

Result<Owner> owner_of(const NamedDevice& device, const Environment& environment) {
    const bool may_be_owned = !is_url(device.url) || device.url.starts_with("iscsi:");
    if (!may_be_owned)
        return Owner{};
    const auto listens = somebody_listens(environment);
    if (!listens)
        return Error(listens.error()).in("is the changer changerd's?");
    if (!*listens)
        return Owner{};
    const client::Client client({.socket_path = environment.daemon_socket,
                                 .patience = environment.patience,
                                 .interrupt_fd = environment.interrupt_fd});
    // By its names too: a daemon that has not met the device yet does not know its serial number.
    std::vector<std::string> names{device.serial, device.name, device.url};
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const std::string& name : names) {
        if (name.empty())
            continue;
        auto owner = ask_owner(client, name);
        if (!owner)
            return std::move(owner).error().in("is the changer changerd's?");
        if (*owner)
            return owner;
    }
    return Owner{};
}

} // namespace changer::mtx
