// SPDX-License-Identifier: Apache-2.0
#include "sim/iscsi/negotiation.hpp"

#include "sim/iscsi/pdu.hpp"
#include "sim/numbers.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace changer::sim::iscsi {
namespace {

constexpr std::uint32_t longest_number = 0x00FF'FFFF; ///< RFC 7143 section 13: 2^24 - 1

constexpr std::array declared{"InitiatorName",
                              "InitiatorAlias",
                              "TargetName",
                              "SessionType",
                              "TargetAlias",
                              "TargetAddress",
                              "SendTargets"};

bool lists(std::string_view values, std::string_view wanted) {
    while (!values.empty()) {
        const auto comma = std::min(values.find(','), values.size());
        if (values.substr(0, comma) == wanted)
            return true;
        values.remove_prefix(std::min(comma + 1, values.size()));
    }
    return false;
}

std::string choose(std::string_view offered, std::string_view ours) {
    return lists(offered, ours) ? std::string(ours) : "Reject";
}

struct Number {
    std::string_view key;
    std::uint32_t least;
    std::uint32_t ours;
    bool greater; ///< the greater of both is the result, else the smaller
    std::uint32_t Parameters::*member;
};

constexpr std::array numbers{
    Number{"MaxConnections", 1, 1, false, nullptr},
    Number{"MaxBurstLength", 512, 262'144, false, &Parameters::max_burst_length},
    Number{"FirstBurstLength", 512, 65'536, false, &Parameters::first_burst_length},
    Number{"DefaultTime2Wait", 0, 0, true, nullptr},
    Number{"DefaultTime2Retain", 0, 0, false, nullptr},
    Number{"MaxOutstandingR2T", 1, 1, false, nullptr},
    Number{"ErrorRecoveryLevel", 0, 0, false, nullptr},
    Number{"iSCSIProtocolLevel", 0, 1, false, nullptr},
};

struct Boolean {
    std::string_view key;
    bool ours;
    bool either; ///< Yes if one of both says so, else only if both do
    bool Parameters::*member;
};

constexpr std::array booleans{
    Boolean{"InitialR2T", false, true, &Parameters::initial_r2t},
    Boolean{"ImmediateData", true, false, &Parameters::immediate_data},
    Boolean{"DataPDUInOrder", true, true, nullptr},
    Boolean{"DataSequenceInOrder", true, true, nullptr},
    Boolean{"OFMarker", false, false, nullptr},
    Boolean{"IFMarker", false, false, nullptr},
};

std::string answer(Parameters& parameters, const Number& row, std::string_view offered) {
    const auto value = to_number(offered, longest_number);
    if (!value || *value < row.least)
        return "Reject";
    const auto result = row.greater ? std::max(*value, row.ours) : std::min(*value, row.ours);
    if (row.member)
        parameters.*row.member = result;
    return std::to_string(result);
}

std::string answer(Parameters& parameters, const Boolean& row, std::string_view offered) {
    if (offered != "Yes" && offered != "No")
        return "Reject";
    const bool theirs = offered == "Yes";
    const bool result = row.either ? theirs || row.ours : theirs && row.ours;
    if (row.member)
        parameters.*row.member = result;
    return result ? "Yes" : "No";
}

std::optional<std::string>
answer_one(Parameters& parameters, const std::string& key, std::string_view value) {
    if (std::find(declared.begin(), declared.end(), key) != declared.end())
        return std::nullopt;
    for (const Number& row : numbers)
        if (row.key == key)
            return answer(parameters, row, value);
    for (const Boolean& row : booleans)
        if (row.key == key)
            return answer(parameters, row, value);
    if (key == "AuthMethod" || key == "HeaderDigest" || key == "DataDigest")
        return choose(value, "None");
    if (key == "TaskReporting")
        return choose(value, "RFC3720");
    if (key == "MaxRecvDataSegmentLength") {
        const auto length = to_number(value, longest_number);
        if (!length || *length < 512)
            return "Reject";
        parameters.initiator_max_receive = *length;
        return std::to_string(PduStream::longest_data); // declares ours, answers nothing
    }
    return "NotUnderstood";
}

} // namespace

Text negotiate(Parameters& parameters, const Text& offered) {
    Text answers;
    for (const auto& [key, value] : offered)
        if (auto text = answer_one(parameters, key, value))
            answers.emplace_back(key, *std::move(text));
    return answers;
}

} // namespace changer::sim::iscsi
