// SPDX-License-Identifier: Apache-2.0
#include "open/open.hpp"

#include "sim/options.hpp"
#include "sim/sim_transport.hpp"
#include "transport/iscsi_transport.hpp"
#include "transport/recording_transport.hpp"
#include "transport/replay_transport.hpp"
#include "transport/sg_transport.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace changer {
namespace {

using Opened = Result<std::unique_ptr<Transport>>;

Opened open_sg(std::string_view url, const OpenOptions&) {
    return SgTransport::open(std::string(url));
}

Opened open_iscsi(std::string_view url, const OpenOptions& options) {
    const auto parsed = parse_iscsi_url(url);
    if (!parsed)
        return parsed.error();
    return IscsiTransport::open(*parsed, options.iscsi);
}

Opened open_replay(std::string_view url, const OpenOptions&) {
    return ReplayTransport::open(std::string(url.substr(url.find(':') + 1)));
}

Opened open_sim(std::string_view url, const OpenOptions& options) {
    static SystemClock machine;
    const auto parsed = sim::parse_options(url.substr(url.find(':') + 1));
    if (!parsed)
        return parsed.error();
    Clock& clock = options.clock != nullptr ? *options.clock : machine;
    return std::unique_ptr<Transport>(
        std::make_unique<sim::SimTransport>(std::make_shared<sim::Library>(*parsed, clock),
                                            clock,
                                            sim::Initiator{.name = options.iscsi.initiator_name}));
}

struct Backend {
    std::string_view prefix;
    Opened (*open)(std::string_view url, const OpenOptions& options) = nullptr;
};

constexpr std::array backends{
    Backend{"/", open_sg},
    Backend{"iscsi://", open_iscsi},
    Backend{"sim:", open_sim},
    Backend{"replay:", open_replay},
};

Opened open_backend(std::string_view url, const OpenOptions& options) {
    if (url.find('\0') != std::string_view::npos)
        return Error{Code::invalid_parameter, "a device's name has no NUL in it"};
    for (const Backend& backend : backends)
        if (url.starts_with(backend.prefix))
            return backend.open(url, options);
    return Error{Code::invalid_parameter,
                 fmt::format("{}: no device URL; known are /dev/..., iscsi://host/target/lun and "
                             "replay:FILE",
                             url)};
}

} // namespace

Result<std::unique_ptr<Transport>> open_transport(std::string_view url,
                                                  const OpenOptions& options) {
    auto transport = open_backend(url, options);
    if (!transport || options.record_to.empty())
        return transport;
    return RecordingTransport::open(*std::move(transport), options.record_to, url);
}

} // namespace changer
