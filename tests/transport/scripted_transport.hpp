// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hex.hpp"
#include "support/text.hpp"
#include "transport/transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace changer::test {

/// What a scripted device does with one command.
struct Reply {
    Bytes data = {}; ///< cut to what the command has room for
    scsi::Status status = scsi::Status::good;
    Bytes sense = {};
    bool new_nexus = false;
};

/// Answers CHECK CONDITION with fixed-format sense data (70h, 18 bytes).
inline Reply check_condition(Sense sense) {
    Bytes raw(18);
    raw[0] = std::byte{0x70};
    raw[2] = std::byte{sense.key};
    raw[7] = std::byte{10};
    raw[12] = std::byte{sense.asc};
    raw[13] = std::byte{sense.ascq};
    return {.status = scsi::Status::check_condition, .sense = std::move(raw)};
}

/// A device that is told beforehand which commands it will get, byte for byte and in which order,
/// and what it answers to each. Another command, or one that never came, fails the test case.
///
/// Notes:  a command beyond the script is answered with transport_failed
class ScriptedTransport final : public Transport {
  public:
    using Outcome = std::variant<Reply, Error>;

    ScriptedTransport() = default;
    ScriptedTransport(const ScriptedTransport&) = delete;
    ScriptedTransport& operator=(const ScriptedTransport&) = delete;

    ~ScriptedTransport() override {
        for (const Step& step : steps_)
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "never sent: " << to_hex(step.cdb.view()));
    }

    /// Expects `cdb` next. An Error is the transport's failure, a Reply the device's answer.
    ScriptedTransport& expect(const scsi::Cdb& cdb, Outcome outcome = Reply{}) {
        steps_.push_back({cdb, std::move(outcome), {}});
        return *this;
    }

    /// Expects the CDB written in hexadecimal.
    ScriptedTransport& expect(std::string_view cdb, Outcome outcome = Reply{}) {
        return expect(scsi::Cdb::from_bytes(hex(cdb)), std::move(outcome));
    }

    /// Expects the CDB written in hexadecimal and answers GOOD with data in hexadecimal.
    ScriptedTransport& expect(std::string_view cdb, std::string_view data) {
        return expect(cdb, Reply{.data = hex(data)});
    }

    /// Expects the command added last to carry these bytes to the device.
    ScriptedTransport& sending(Bytes data_out) {
        steps_.back().data_out = std::move(data_out);
        return *this;
    }

    /// How many commands are still to come.
    std::size_t left() const { return steps_.size(); }

    Result<Completion> execute(const Request& request) override {
        const std::string got = to_hex(request.cdb.view());
        if (steps_.empty()) {
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "sent beyond the script: " << got);
            return Error{Code::transport_failed, "the script is at its end, got " + got};
        }
        const Step step = std::move(steps_.front());
        steps_.pop_front();
        const std::string wanted = to_hex(step.cdb.view());
        if (got != wanted) {
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "sent " << got << ", expected " << wanted);
            return Error{Code::transport_failed, "expected " + wanted + ", got " + got};
        }
        CHECK(to_hex(request.data_out) == to_hex(step.data_out));
        if (const auto* error = std::get_if<Error>(&step.outcome))
            return *error;
        const auto& reply = *std::get_if<Reply>(&step.outcome);
        const std::size_t n = std::min(reply.data.size(), request.data_in.size());
        std::copy_n(reply.data.begin(), n, request.data_in.begin());
        return Completion{reply.status, n, reply.sense, reply.new_nexus};
    }

  private:
    struct Step {
        scsi::Cdb cdb;
        Outcome outcome;
        Bytes data_out;
    };

    std::deque<Step> steps_;
};

} // namespace changer::test
