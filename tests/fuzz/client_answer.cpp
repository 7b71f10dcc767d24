// SPDX-License-Identifier: Apache-2.0
#include "client/client.hpp"
#include "client/event_stream.hpp"
#include "client/http_response.hpp"
#include "fuzz/fuzz.hpp"

#include <string>

using namespace changer;
using namespace changer::client;

namespace {

struct Outcome {
    bool refused = false;
    bool complete = false;
    int status = 0;
    std::string body;

    bool operator==(const Outcome&) const = default;
};

/// Feeds a text in pieces of `step` bytes.
Outcome feed(const std::string& text, std::size_t step) {
    ResponseParser parser({.head_bytes = 256, .body_bytes = 1024});
    Outcome outcome;
    for (std::size_t at = 0; at < text.size(); at += step) {
        if (!parser.feed(std::string_view(text).substr(at, step)))
            return {.refused = true};
        outcome.body += parser.take_body();
    }
    fuzz::require(outcome.body.size() <= 1024);
    outcome.complete = parser.complete();
    outcome.status = parser.head().status;
    return outcome;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    fuzz::require(feed(text, text.size() + 1) == feed(text, 1));
    EventParser events;
    if (events.feed(text))
        while (const auto event = events.next())
            fuzz::require(event->data.size() <= size &&
                          (event->type == "message" || event->type.size() <= size));
    if (const auto document = Document::parse(text))
        fuzz::require(document->text().size() <= text.size());
    return 0;
}
