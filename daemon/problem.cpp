// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include "json_text.hpp"
#include "support/code.hpp"

#include <fmt/format.h>

#include <string>

namespace changer::daemon {
namespace {

using nlohmann::json;

std::string title(Code code) {
    std::string words(name(code));
    for (char& c : words)
        if (c == '_')
            c = ' ';
    return words;
}

json sense_of(const Error& error) {
    if (!error.sense)
        return nullptr;
    return {{"key", error.sense->key},
            {"asc", error.sense->asc},
            {"ascq", error.sense->ascq},
            {"raw", error.sense_raw.empty() ? json(nullptr) : json(error.sense_raw)}};
}

} // namespace

HttpResponse problem(const Error& error, std::optional<int> status) {
    const int code = status.value_or(info(error.code).http);
    const json body{{"type", "urn:changer:problem:" + std::string(name(error.code))},
                    {"title", title(error.code)},
                    {"status", code},
                    {"detail", error.what.empty() ? title(error.code) : error.what},
                    {"code", name(error.code)},
                    {"sense", sense_of(error)}};
    return {.status = code, .content_type = "application/problem+json", .body = to_text(body)};
}

HttpResponse problem(const Error& error, Refusal refusal) {
    constexpr int precondition_failed = 412;   // RFC 9110 15.5.13
    constexpr int unprocessable_content = 422; // RFC 9110 15.5.21
    switch (refusal) {
    case Refusal::by_code:
        break;
    case Refusal::key_reused:
        return problem(error, unprocessable_content);
    case Refusal::moved_on:
        return problem(error, precondition_failed);
    }
    return problem(error);
}

Error no_such(std::string_view what, std::string_view id) {
    return {Code::not_found, fmt::format("there is no {} {}", what, id)};
}

} // namespace changer::daemon
