// SPDX-License-Identifier: Apache-2.0
#include "idempotency.hpp"

#include "json_text.hpp"
#include "support/text.hpp"

#include <fmt/format.h>

#include <chrono>

namespace changer::daemon {
namespace {

using nlohmann::json;

constexpr std::chrono::hours lifetime{24};

std::string document_key(std::string_view principal, std::string_view key) {
    return fmt::format("{}{}/{}", IdempotencyKeys::prefix, principal, key);
}

/// Writes a request so that two equal ones are equal texts, however their bodies were spelled.
std::string canonical(const jobs::JobRequest& request) {
    return fmt::format(
        "{} {}", jobs::name(request.operation), to_text(jobs::arguments_to_json(request)));
}

} // namespace

void IdempotencyKeys::restore(const std::string& document_key, const std::string& text) {
    const auto document = parse_json(text);
    if (!document || !document->is_object())
        return;
    const auto member = [&](const char* name) {
        const auto found = document->find(name);
        return found != document->end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
    };
    const auto at = from_rfc3339(member("at"));
    if (at && !member("job").empty())
        entries_[document_key] = {member("request"), member("job"), *at};
}

Result<std::optional<std::string>> IdempotencyKeys::find(std::string_view principal,
                                                         std::string_view key,
                                                         const jobs::JobRequest& request) const {
    const auto found = entries_.find(document_key(principal, key));
    if (found == entries_.end())
        return std::optional<std::string>();
    if (found->second.request != canonical(request))
        return Error{Code::invalid_parameter,
                     fmt::format("this Idempotency-Key was used for another request, which became "
                                 "job {}",
                                 found->second.job)};
    return std::optional(found->second.job);
}

jobs::Change IdempotencyKeys::remember(std::string_view principal,
                                       std::string_view key,
                                       const jobs::JobRequest& request,
                                       const std::string& job,
                                       WallTime at) {
    const std::string name = document_key(principal, key);
    const Entry& entry = entries_[name] = {canonical(request), job, at};
    const json document{{"schema", "changer.idempotency/1"},
                        {"request", entry.request},
                        {"job", entry.job},
                        {"at", to_rfc3339(at)}};
    return {name, to_text(document)};
}

void IdempotencyKeys::forget(std::string_view principal, std::string_view key) {
    entries_.erase(document_key(principal, key));
}

std::vector<jobs::Change> IdempotencyKeys::expire(WallTime now) {
    std::vector<jobs::Change> changes;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (now - entry->second.at < lifetime) {
            ++entry;
            continue;
        }
        changes.push_back({entry->first, std::nullopt});
        entry = entries_.erase(entry);
    }
    return changes;
}

} // namespace changer::daemon
