// SPDX-License-Identifier: Apache-2.0
#include "request_body.hpp"

#include "fields.hpp"
#include "json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>

namespace changer::daemon {

using nlohmann::json;

Result<json> request_body(const HttpRequest& request) {
    // A form that a browser can be tricked into sending does not say that it is JSON.
    const std::string_view type = request.content_type ? *request.content_type : std::string_view();
    if (!type.starts_with("application/json"))
        return Error{Code::invalid_parameter, "the body's Content-Type must be application/json"};
    auto body = parse_json(request.body);
    if (!body)
        return Error{Code::invalid_parameter, "the body: " + body.error().what};
    return body;
}

Result<jobs::Answer> answer_in(const json& body) {
    FirstError error;
    Fields fields(body, "", error);
    fields.require("answer");
    const auto answer = fields.text("answer");
    if (answer && *answer != "complete" && *answer != "refuse")
        fields.fail("answer", "must be `complete` or `refuse`");
    fields.refuse_others();
    if (error || !answer)
        return Error{Code::invalid_parameter, error ? error->what : "answer is missing"};
    return *answer == "complete" ? jobs::Answer::complete : jobs::Answer::refuse;
}

Result<std::uint32_t> order_in(const json& body) {
    const Error wrong{Code::invalid_parameter,
                      "the body is {\"order\": \"first\"}, \"last\" or a number from 1"};
    if (!body.is_object() || body.size() != 1 || !body.contains("order"))
        return wrong;
    const json& order = body["order"];
    if (order == "first")
        return std::uint32_t{1};
    if (order == "last")
        return std::numeric_limits<std::uint32_t>::max();
    if (!order.is_number_unsigned() || order.get<std::uint64_t>() < 1 ||
        order.get<std::uint64_t>() > std::numeric_limits<std::uint32_t>::max())
        return wrong;
    return order.get<std::uint32_t>();
}

Result<Message> message_in(const json& body) {
    FirstError error;
    Fields fields(body, "", error);
    fields.require("library");
    fields.require("text");
    auto library = fields.text("library");
    auto text = fields.text("text");
    fields.refuse_others();
    if (error || !library || !text)
        return Error{Code::invalid_parameter, error ? error->what : "library or text is missing"};
    return Message{*std::move(library), *std::move(text)};
}

Result<std::optional<ExpectedGenerations>> if_match_in(const HttpRequest& request) {
    if (!request.if_match || *request.if_match == "*")
        return std::optional<ExpectedGenerations>();
    ExpectedGenerations expected;
    std::string_view rest = *request.if_match;
    const Error malformed{Code::invalid_parameter,
                          "If-Match must be * or entity tags in quotes, as ETag gives them"};
    while (true) {
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        const bool weak = rest.starts_with("W/");
        rest.remove_prefix(weak ? 2 : 0);
        const std::size_t end = rest.find('"', 1);
        if (!rest.starts_with('"') || end == rest.npos)
            return malformed;
        const std::string_view tag = rest.substr(1, end - 1);
        std::uint64_t generation = 0;
        const auto [last, fault] = std::from_chars(tag.data(), tag.data() + tag.size(), generation);
        if (!weak && !tag.empty() && fault == std::errc{} && last == tag.data() + tag.size())
            expected.accepted.push_back(generation);
        rest.remove_prefix(end + 1);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (rest.empty())
            return std::optional(std::move(expected));
        if (!rest.starts_with(','))
            return malformed;
        rest.remove_prefix(1);
    }
}

} // namespace changer::daemon
