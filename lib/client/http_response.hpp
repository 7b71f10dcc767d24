// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changer::client {

/// How much of a server's answer is taken.
struct ResponseLimits {
    std::size_t head_bytes = std::size_t{16} * 1024;
    std::uint64_t body_bytes = std::uint64_t{64} << 20; ///< 65,535 elements are some 20 MiB
};

/// The status line and header fields of an answer.
struct ResponseHead {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields; ///< names in lower case

    /// Returns the value of a field; an empty text if it is not there.
    std::string_view field(std::string_view lower_case_name) const;
};

/// Reads an HTTP/1.1 answer from bytes as they arrive, from a server that is not trusted.
///
/// Source:  RFC 9112; interim answers (1xx) are skipped
/// Errors:  malformed_response — not HTTP, over a limit, two lengths, an unknown transfer coding
class ResponseParser {
  public:
    explicit ResponseParser(ResponseLimits limits = {})
        : limits_(limits) {}

    /// Takes the next bytes.
    Result<void> feed(std::string_view bytes);

    /// Tells the parser that the server closed the connection.
    Result<void> close();

    bool head_complete() const { return state_ != State::head; }

    bool complete() const { return state_ == State::done; }

    const ResponseHead& head() const { return head_; }

    /// Takes what arrived of the body since the last call.
    std::string take_body() { return std::exchange(body_, {}); }

  private:
    enum class State { head, counted, until_close, chunk_size, chunk, chunk_end, trailer, done };

    Result<void> step(bool& progress);
    Result<void> finish_head(std::string_view text);
    Result<void> choose_framing();
    Result<void> take_chunk_size(std::string_view line);
    void take_data(bool& progress);
    Result<void> add_up(std::uint64_t bytes);

    ResponseLimits limits_;
    State state_ = State::head;
    ResponseHead head_;
    std::string pending_; ///< received, not understood yet
    std::string body_;
    std::uint64_t expected_ = 0; ///< bytes of the body or chunk to come
    std::uint64_t body_total_ = 0;
    int interim_answers_ = 0;
};

} // namespace changer::client
