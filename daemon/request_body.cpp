// SPDX-License-Identifier: Apache-2.0
#include "request_body.hpp"

#include "fields.hpp"
#include "json_text.hpp"

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

} // namespace changer::daemon
