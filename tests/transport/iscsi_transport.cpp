// SPDX-License-Identifier: Apache-2.0
// What IscsiTransport does without a target that answers; tgt.cpp has a real one.
#include "transport/iscsi_transport.hpp"

#include "support/unique_fd.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace changer;
using namespace std::chrono_literals;

namespace {

/// A listening socket on loopback. The kernel completes connections; nobody ever answers on them.
struct Listener {
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port = 0;

    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(fd.get(), generic, length) == 0);
        REQUIRE(::listen(fd.get(), 4) == 0);
        REQUIRE(::getsockname(fd.get(), generic, &length) == 0);
        port = ntohs(address.sin_port);
    }
};

Error login(std::uint16_t port, IscsiOptions options) {
    options.initiator_name = "iqn.2026-01.local.changer:test";
    const auto transport =
        IscsiTransport::open({"127.0.0.1", port, "iqn.2026-01.local.changer:none", 0}, options);
    REQUIRE_FALSE(transport);
    return transport.error();
}

} // namespace

TEST_SUITE("transport/iscsi") {
    TEST_CASE("a refused connection means that the device is not available") {
        const auto port = Listener().port; // closed again: nobody listens
        const auto error = login(port, {});
        CHECK(error.code == Code::device_not_available);
        CHECK(error.what.find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
        CHECK(error.what.find("Connection refused") != std::string::npos);
    }

    TEST_CASE("a target that never answers the login costs the login time-out and no more") {
        const Listener silent;
        const auto error = login(silent.port, {.login_timeout = 30ms});
        CHECK(error.code == Code::device_not_available);
        CHECK(error.what.find("no answer in time") != std::string::npos);
    }

    TEST_CASE("a secret that others can read stops before the login") {
        const Listener silent;
        const auto error =
            login(silent.port, {.chap_user = "tape", .chap_secret_file = "/dev/null"});
        CHECK(error.code == Code::invalid_parameter);
    }
}
