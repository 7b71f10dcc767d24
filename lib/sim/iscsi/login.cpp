// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/login.hpp"

namespace changer::sim::iscsi {
namespace {

constexpr std::uint8_t transit = 0x80;
constexpr std::uint8_t goes_on = 0x40;
constexpr unsigned full_feature_phase = 3;
constexpr std::size_t longest_text = 65536;
constexpr std::size_t longest_answer = 8192; ///< what an initiator takes before it says otherwise

/// Source:  RFC 7143 11.13.5, status class and detail
namespace status {
constexpr std::uint16_t initiator_error = 0x0200;
constexpr std::uint16_t authentication_failure = 0x0201;
constexpr std::uint16_t not_found = 0x0203;
constexpr std::uint16_t unsupported_version = 0x0205;
constexpr std::uint16_t too_many_connections = 0x0206;
constexpr std::uint16_t missing_parameter = 0x0207;
constexpr std::uint16_t unsupported_session_type = 0x0209;
} // namespace status

Pdu response_to(const Pdu& request) {
    Pdu response(Opcode::login_response);
    response.put(8, request.get(8, 6), 6);   // ISID
    response.put(16, request.get(16, 4), 4); // initiator task tag
    return response;
}

} // namespace

Pdu Login::refuse(const Pdu& request, std::uint16_t status) {
    state_ = State::refused;
    return response_to(request).put(36, status, 2);
}

std::uint16_t Login::identify(const Pdu& request, const Text& text) {
    const auto* const name = find(text, "InitiatorName");
    const auto* const type = find(text, "SessionType");
    const auto* const target = find(text, "TargetName");
    if (!name || name->empty() || name->size() > 223) // RFC 7143 4.2.7.1: longest name
        return status::missing_parameter;
    if (type && *type != "Normal" && *type != "Discovery")
        return status::unsupported_session_type;
    discovery_ = type && *type == "Discovery";
    if (!discovery_ && !target)
        return status::missing_parameter;
    if (target && *target != target_name_)
        return status::not_found;
    initiator_ = {*name, request.get(8, 6)};
    identified_ = true;
    return 0;
}

Pdu Login::answer(const Pdu& request) {
    if (request.opcode() != Opcode::login)
        return refuse(request, status::initiator_error);
    if (request.get(3, 1) > 0) // lowest version the initiator speaks
        return refuse(request, status::unsupported_version);
    if (request.get(14, 2) != 0) // TSIH: joins a session that is there
        return refuse(request, status::too_many_connections);
    pending_text_.insert(pending_text_.end(), request.data.begin(), request.data.end());
    if (pending_text_.size() > longest_text)
        return refuse(request, status::initiator_error);
    const auto flags = request.flags();
    const auto current = flags >> 2 & 3U;
    const auto next = flags & 3U;
    if ((flags & goes_on) != 0)
        return response_to(request).put(1, current << 2, 1);
    const auto text = decode_text(pending_text_);
    pending_text_.clear();
    if (!text || current > 1)
        return refuse(request, status::initiator_error);
    const bool first = !identified_;
    if (first)
        if (const auto status = identify(request, *text); status != 0)
            return refuse(request, status);

    Text answers = negotiate(parameters_, *text);
    if (const auto* const method = find(answers, "AuthMethod"); method && *method == "Reject")
        return refuse(request, status::authentication_failure);
    if (first && !discovery_)
        answers.emplace_back("TargetPortalGroupTag", "1");
    auto response = response_to(request);
    response.put(1, current << 2, 1);
    response.data = encode_text(answers);
    if (response.data.size() > longest_answer)
        return refuse(request, status::initiator_error);
    if ((flags & transit) == 0)
        return response;
    if (next <= current || next == 2)
        return refuse(request, status::initiator_error);
    response.put(1, transit | current << 2 | next, 1);
    if (next == full_feature_phase) {
        state_ = State::done;
        response.put(14, 1, 2); // TSIH: any but 0, sessions have one connection
    }
    return response;
}

} // namespace changer::sim::iscsi
