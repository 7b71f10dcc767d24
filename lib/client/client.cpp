// SPDX-License-Identifier: Apache-2.0
#include "client/client.hpp"

#include "support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sys/random.h>

#include <array>

namespace changer::client {
namespace {

constexpr std::size_t deepest_nesting = 64;
constexpr std::uint64_t longest_stream = std::uint64_t{1} << 62;

/// Tells whether brackets nest no deeper than the limit: what comes after recurses.
bool is_shallow(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\')
            ++i;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            ++depth;
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            --depth;
        if (depth > deepest_nesting)
            return false;
    }
    return true;
}

/// Finds the row of a status that came without a usable problem document.
Code code_of_status(int status) {
    if (status == 404)
        return Code::not_found;
    if (status == 403 || status == 401)
        return Code::access_denied;
    if (status == 409)
        return Code::busy;
    if (status == 503)
        return Code::not_enough_memory;
    return status < 500 ? Code::invalid_parameter : Code::failed;
}

std::string text_member(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    const auto* text = found == object.end() ? nullptr : found->get_ptr<const std::string*>();
    return text == nullptr ? std::string() : *text;
}

Error refusal(int status, const std::string& body) {
    const auto document = Document::parse(body);
    if (!document || !document->json().is_object())
        return {code_of_status(status), fmt::format("the daemon answered {}", status)};
    const auto& problem = document->json();
    const auto code = code_from_name(text_member(problem, "code"));
    auto detail = text_member(problem, "detail");
    if (detail.empty())
        detail = text_member(problem, "title");
    if (detail.empty())
        detail = fmt::format("the daemon answered {}", status);
    const bool usable = code && *code != Code::ok;
    return {usable ? *code : code_of_status(status), std::move(detail)};
}

std::string random_key() {
    std::array<std::byte, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return {};
    return to_hex(bytes);
}

/// A call has no time of its own that could run out: a daemon that takes so long is not there.
Error not_answered(Error error, std::chrono::milliseconds patience) {
    if (error.code != Code::wait_timeout)
        return error;
    const auto seconds = std::chrono::duration<double>(patience).count();
    return {Code::unreachable, fmt::format("the daemon did not answer within {:g} s", seconds)};
}

/// Receives until the parser is satisfied.
template <class Enough>
Result<void> receive_until(Connection& connection,
                           ResponseParser& parser,
                           const Deadline& deadline,
                           Enough enough) {
    while (!enough()) {
        auto bytes = connection.receive(deadline);
        if (!bytes)
            return std::move(bytes).error();
        if (bytes->empty())
            return parser.close();
        if (auto fed = parser.feed(*bytes); !fed)
            return fed;
    }
    return {};
}

Result<std::string>
receive_body(Connection& connection, ResponseParser& parser, const Deadline& deadline) {
    if (auto done = receive_until(connection, parser, deadline, [&] { return parser.complete(); });
        !done)
        return std::move(done).error();
    return parser.take_body();
}

} // namespace

Result<Document> Document::parse(std::string text) {
    auto json = is_shallow(text) ? nlohmann::json::parse(text, nullptr, false)
                                 : nlohmann::json(nlohmann::json::value_t::discarded);
    if (json.is_discarded())
        return Error{Code::malformed_response, "the daemon's answer is not JSON"};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    return Document(std::move(text), std::make_shared<const nlohmann::json>(std::move(json)));
}

Result<Event> EventStream::next(const Deadline& deadline) {
    while (true) {
        if (auto event = events_.next())
            return std::move(*event);
        if (auto fed = events_.feed(parser_.take_body()); !fed)
            return std::move(fed).error();
        if (auto event = events_.next())
            return std::move(*event);
        auto bytes = connection_.receive(deadline);
        if (!bytes)
            return std::move(bytes).error();
        if (bytes->empty() || parser_.complete())
            return Error{Code::unreachable, "the daemon ended the stream of events"};
        if (auto fed = parser_.feed(*bytes); !fed)
            return std::move(fed).error();
    }
}

Result<Connection>
Client::send(const Call& request, std::string_view fields, const Deadline& deadline) const {
    auto connection = Connection::open(options_.socket_path, deadline);
    if (!connection)
        return connection;
    std::string text = fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\n{}", request.method, request.target, fields);
    if (!request.idempotency.empty())
        text += fmt::format("Idempotency-Key: {}\r\n", request.idempotency);
    if (!request.body.empty())
        text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                            request.body.size());
    text += "\r\n" + request.body;
    // A server that refuses early may close its end while the rest is being sent: its answer is
    // there to be read all the same.
    auto sent = connection->send(text, deadline);
    if (!sent && sent.error().code != Code::unreachable)
        return std::move(sent).error();
    return connection;
}

Result<Document> Client::call(const Call& request) const {
    auto answered = exchange(request, "Connection: close\r\n");
    if (!answered)
        return std::move(answered).error();
    return std::move(answered->document);
}

/// One request and its answer; the connection is left as the daemon left it.
Result<Client::Answered> Client::exchange(const Call& request, std::string_view fields) const {
    const auto deadline = Deadline{{}, options_.interrupt_fd}.within(options_.patience);
    auto connection =
        send(request, fmt::format("Accept: application/json\r\n{}", fields), deadline);
    if (!connection)
        return not_answered(std::move(connection).error(), options_.patience);
    ResponseParser parser;
    auto body = receive_body(*connection, parser, deadline);
    if (!body)
        return not_answered(std::move(body).error(), options_.patience);
    const int status = parser.head().status;
    if (status < 200 || status > 299)
        return refusal(status, *body);
    auto document = Document::parse(std::move(*body));
    if (!document)
        return std::move(document).error();
    return Answered{std::move(*connection), std::move(*document)};
}

Result<Document> Client::submit(std::string_view library, const std::string& body) const {
    const Call request{.method = "POST",
                       .target = "/v1/libraries/" + encode_segment(library) + "/jobs",
                       .body = body,
                       .idempotency = random_key()};
    auto answer = call(request);
    const bool lost = !answer && answer.error().code == Code::unreachable;
    return lost && !request.idempotency.empty() ? call(request) : std::move(answer);
}

Result<TiedJob> Client::submit_tied(std::string_view library, const std::string& body) const {
    auto answered = exchange({.method = "POST",
                              .target = "/v1/libraries/" + encode_segment(library) + "/jobs",
                              .body = body},
                             {});
    if (!answered)
        return std::move(answered).error();
    return TiedJob(std::move(answered->connection), std::move(answered->document));
}

Result<EventStream> Client::subscribe(std::string_view last_event_id) const {
    std::string fields = "Accept: text/event-stream\r\n";
    const bool safe = last_event_id.find_first_of("\r\n") == std::string_view::npos;
    if (!last_event_id.empty() && safe)
        fields += fmt::format("Last-Event-ID: {}\r\n", last_event_id);
    const auto deadline = Deadline{{}, options_.interrupt_fd}.within(options_.patience);
    auto connection = send({.method = "GET", .target = "/v1/events"}, fields, deadline);
    if (!connection)
        return not_answered(std::move(connection).error(), options_.patience);
    ResponseParser parser({.body_bytes = longest_stream});
    if (auto done =
            receive_until(*connection, parser, deadline, [&] { return parser.head_complete(); });
        !done)
        return not_answered(std::move(done).error(), options_.patience);
    if (parser.head().status == 200)
        return EventStream(std::move(*connection), std::move(parser));
    const int status = parser.head().status;
    auto body = receive_body(*connection, parser, deadline);
    return refusal(status, body ? *body : std::string());
}

std::string encode_segment(std::string_view text) {
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

} // namespace changer::client
