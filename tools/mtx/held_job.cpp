// SPDX-License-Identifier: Apache-2.0
#include "mtx/held_job.hpp"

#include "changerctl/fields.hpp"
#include "client/client.hpp"

#include <fmt/format.h>

#include <utility>

namespace changer::mtx {
namespace {

using client::Document;
using nlohmann::json;

struct Answer {
    int status = 0;
    Document document;
};

std::string text_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Sends a submission and reads its answer; the connection stays open.
Result<Answer> post(client::Connection& connection,
                    const JobTarget& target,
                    const std::string& body,
                    const client::Deadline& deadline) {
    const std::string request = fmt::format("POST /v1/libraries/{}/jobs HTTP/1.1\r\n"
                                            "Host: localhost\r\n"
                                            "Accept: application/json\r\n"
                                            "Content-Type: application/json\r\n"
                                            "Content-Length: {}\r\n\r\n{}",
                                            client::encode_segment(target.library),
                                            body.size(),
                                            body);
    if (auto sent = connection.send(request, deadline);
        !sent && sent.error().code != Code::unreachable)
        return std::move(sent).error();
    client::ResponseParser parser;
    while (!parser.complete()) {
        const auto bytes = connection.receive(deadline);
        if (!bytes)
            return bytes.error();
        if (auto fed = bytes->empty() ? parser.close() : parser.feed(*bytes); !fed)
            return std::move(fed).error();
    }
    auto document = Document::parse(parser.take_body());
    if (!document)
        return std::move(document).error();
    return Answer{parser.head().status, *std::move(document)};
}

Result<HeldJob> submit_as_any_other(const JobTarget& target, const json& submission) {
    const client::Client client({.socket_path = target.socket_path, .patience = target.patience});
    const auto queued = client.submit(target.library, text_of(submission));
    if (!queued)
        return queued.error();
    return HeldJob{ctl::text(queued->json(), "id", "")};
}

} // namespace

Error not_understood() {
    return {Code::malformed_response, "the daemon's answer is not what it should be"};
}

Result<HeldJob> submit_held(const JobTarget& target, const json& submission) {
    const auto deadline = client::Deadline{}.within(target.patience);
    auto connection = client::Connection::open(target.socket_path, deadline);
    if (!connection)
        return std::move(connection).error();
    json held = submission;
    held["while_connected"] = true;
    const auto answer = post(*connection, target, text_of(held), deadline);
    if (!answer)
        return answer.error();
    const json& document = answer->document.json();
    if (answer->status == 202)
        return HeldJob{ctl::text(document, "id", ""), *std::move(connection)};
    const auto code = code_from_name(ctl::text(document, "code", ""));
    if (code == Code::invalid_parameter)
        return submit_as_any_other(target, submission);
    if (!code || *code == Code::ok)
        return not_understood();
    return Error{*code, ctl::text(document, "detail", "refused")};
}

} // namespace changer::mtx
