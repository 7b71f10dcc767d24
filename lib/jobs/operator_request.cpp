// SPDX-License-Identifier: Apache-2.0
#include "jobs/operator_request.hpp"

#include "library/fields.hpp"
#include "support/text.hpp"

namespace changer::jobs {

using library::Fields;
using library::nullable;

std::string_view name(RequestState state) {
    switch (state) {
    case RequestState::pending:
        return "pending";
    case RequestState::completed:
        return "completed";
    case RequestState::refused:
        return "refused";
    case RequestState::satisfied:
        return "satisfied";
    case RequestState::withdrawn:
        return "withdrawn";
    }
    return "withdrawn";
}

nlohmann::json to_json(const OperatorRequest& request) {
    return {{"id", request.id},
            {"library", request.library},
            {"type", request.type},
            {"state", name(request.state)},
            {"text", request.text},
            {"job", nullable(request.job)},
            {"created_by", nullable(request.created_by)},
            {"created_at", to_rfc3339(request.created_at)},
            {"answered_by", nullable(request.answered_by)},
            {"answered_at", nullable(request.answered_at)}};
}

Result<OperatorRequest> request_from_json(const nlohmann::json& document) {
    Fields fields(document);
    OperatorRequest request;
    request.id = fields.text("id").value_or("");
    request.library = fields.text("library").value_or("");
    request.type = fields.text("type").value_or("");
    const auto state = library::from_name(std::string_view(fields.text("state").value_or("")),
                                          RequestState::withdrawn);
    request.text = fields.text("text").value_or("");
    request.job = fields.text("job");
    request.created_by = fields.text("created_by");
    const auto created_at = fields.time("created_at");
    request.answered_by = fields.text("answered_by");
    request.answered_at = fields.time("answered_at");
    if (request.id.empty() || !state || !created_at || fields.faulted())
        return Error{Code::malformed_document,
                     "the document of an operator request does not read as one"};
    request.state = *state;
    request.created_at = *created_at;
    return request;
}

} // namespace changer::jobs
