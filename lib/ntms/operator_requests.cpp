// SPDX-License-Identifier: Apache-2.0
#include "client/job_wait.hpp"
#include "ntms/objects.hpp"

#include <chrono>
#include <string>

// What a human is asked for, and his answer.

namespace changer::ntms {
namespace {

std::string target_of(const Json& request) {
    return "/v1/operator-requests/" + client::encode_segment(text_of(request, "id"));
}

/// What a request's state means to whoever waits for it.
Outcome outcome_of(const Json& request) {
    const auto state = text_of(request, "state");
    if (state == "pending")
        return {ERROR_TIMEOUT};
    return {state == "refused" ? ERROR_CANCELLED : ERROR_SUCCESS};
}

Result<Outcome> wait(const Session& session, const NTMS_GUID& id, DWORD timeout) {
    const auto request = find_object(session, NTMS_OPREQUEST, id);
    if (!request)
        return request.error();
    if (timeout == 0 || text_of(request->value, "state") != "pending")
        return outcome_of(request->value);
    client::WaitOptions options;
    if (timeout != INFINITE) // in whole seconds, no fewer than asked for
        options.timeout =
            std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds(timeout));
    const auto done =
        client::wait_for_request(session.client(), text_of(request->value, "id"), options);
    if (!done)
        return done.error();
    return outcome_of(done->json());
}

/// Answers for the operator. `over` is the code where it was answered before.
Result<Outcome> answer(const Session& session, const NTMS_GUID& id, const char* word, DWORD over) {
    const auto request = find_object(session, NTMS_OPREQUEST, id);
    if (!request)
        return request.error();
    if (text_of(request->value, "state") != "pending")
        return Outcome{over};
    const Json body = {{"answer", word}};
    const auto answered = session.client().call(
        {.method = "POST", .target = target_of(request->value), .body = body.dump()});
    if (!answered)
        return answered.error();
    return Outcome{};
}

Result<Outcome> ask(const Session& session, const NTMS_GUID& id, LPCSTR text, NTMS_GUID& asked) {
    const auto library = find_object(session, NTMS_LIBRARY, id);
    if (!library)
        return library.error();
    const Json body = {{"library", text_of(library->value, "id")}, {"text", text}};
    const auto answered =
        session.client().call({.method = "POST",
                               .target = "/v1/operator-requests",
                               .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)});
    if (!answered)
        return answered.error();
    asked = guid_from_text(text_of(answered->json(), "guid"));
    return Outcome{};
}

} // namespace
} // namespace changer::ntms

using namespace changer::ntms;

DWORD SubmitNtmsOperatorRequest(HANDLE hSession,
                                DWORD dwRequest,
                                LPCSTR lpMessage,
                                const NTMS_GUID* lpArg1Id,
                                const NTMS_GUID* lpArg2Id,
                                LPNTMS_GUID lpRequestId) {
    (void)lpArg2Id; // a message has none
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (dwRequest < NTMS_OPREQ_NEWMEDIA || dwRequest > NTMS_OPREQ_MESSAGE ||
            lpRequestId == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        if (dwRequest != NTMS_OPREQ_MESSAGE)
            return Outcome{ERROR_CALL_NOT_IMPLEMENTED};
        if (lpMessage == nullptr || lpArg1Id == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return ask(session, *lpArg1Id, lpMessage, *lpRequestId);
    });
}

DWORD WaitForNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID* lpRequestId, DWORD dwTimeout) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return wait(session, *lpRequestId, dwTimeout);
    });
}

DWORD SatisfyNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID* lpRequestId) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return answer(session, *lpRequestId, "complete", ERROR_OBJECT_NOT_FOUND);
    });
}

DWORD CancelNtmsOperatorRequest(HANDLE hSession, const NTMS_GUID* lpRequestId) {
    return coded_in_session(hSession, [&](const Session& session) -> changer::Result<Outcome> {
        if (lpRequestId == nullptr)
            return Outcome{ERROR_INVALID_PARAMETER};
        return answer(session, *lpRequestId, "refuse", ERROR_INVALID_STATE);
    });
}
