// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/control.hpp"
#include "standin_wire.hpp"
#include "support/bytes.hpp"
#include "support/clock.hpp"
#include "transport/transport.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

/// The machine's clock, but waiting makes it jump: a simulated arm takes no real time, and neither
/// does a command that is never answered.
class JumpingClock final : public changer::Clock {
  public:
    changer::Now now() const override;

    void sleep_for(std::chrono::milliseconds duration) override { jumped_ += duration; }

  private:
    changer::SystemClock machine_;
    std::chrono::milliseconds jumped_{0};
};

/// One device that programs find behind a path: a transport, and what was sent through it.
class Device {
  public:
    /// Opens any URL of lib/open; unit attentions of the opening are drained, as a kernel that
    /// looks for devices does.
    ///
    /// Errors: what lib/open says
    static changer::Result<std::unique_ptr<Device>> open(std::string_view url,
                                                         std::uint32_t longest_transfer);

    std::uint32_t longest_transfer() const { return longest_transfer_; }

    struct Served {
        Answer answer;
        changer::Bytes data = {}; ///< from the device: answer.transferred bytes
    };

    Served serve(const Call& call, std::span<const std::byte> data_out);

    /// Does what a verb of changersim says.
    ///
    /// Errors: invalid_parameter — not a simulated library; what sim::control answers
    changer::Result<std::string> control(std::span<const std::string> words);

    /// Takes the lines of what was sent since asked last.
    std::string take_commands();

  private:
    explicit Device(std::uint32_t longest_transfer)
        : longest_transfer_(longest_transfer) {}

    changer::Result<void> connect(std::string_view url);
    void drain_attentions();
    void note(const Call& call, const Answer& answer);

    std::uint32_t longest_transfer_;
    JumpingClock clock_;
    std::shared_ptr<changer::sim::Library> library_; ///< null: another kind of URL
    std::unique_ptr<changer::sim::Loop> loop_;       ///< never run: control() wants one
    std::unique_ptr<changer::Transport> transport_;
    std::vector<std::string> commands_;
};

} // namespace standin
