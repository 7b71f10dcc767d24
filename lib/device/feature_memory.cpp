// SPDX-License-Identifier: Apache-2.0
#include "device/feature_memory.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace changer {
namespace {

/// How a member is called where it is kept; names are never given to anything else later on.
struct Member {
    std::string_view name;
    Support FeatureMemory::*support;
};

constexpr std::array members{
    Member{"mode_sense_6", &FeatureMemory::mode_sense_6},
    Member{"disable_block_descriptors", &FeatureMemory::disable_block_descriptors},
    Member{"volume_tags", &FeatureMemory::volume_tags},
    Member{"current_data", &FeatureMemory::current_data},
    Member{"device_identifiers", &FeatureMemory::device_identifiers},
    Member{"identifiers_with_tags", &FeatureMemory::identifiers_with_tags},
    Member{"alerts", &FeatureMemory::alerts},
    Member{"prevent", &FeatureMemory::prevent},
    Member{"access_flag", &FeatureMemory::access_flag},
    Member{"rescan", &FeatureMemory::rescan},
    Member{"rescan_range", &FeatureMemory::rescan_range},
    Member{"legacy_rescan", &FeatureMemory::legacy_rescan},
    Member{"exchange", &FeatureMemory::exchange},
    Member{"tag_search", &FeatureMemory::tag_search},
    Member{"position", &FeatureMemory::position},
    Member{"open_close", &FeatureMemory::open_close},
    Member{"command_timeouts", &FeatureMemory::command_timeouts},
};

constexpr std::string_view transfer_limit = "transfer_limit_bytes";
/// What a changer takes at least; READ ELEMENT STATUS has three bytes for its length.
constexpr std::size_t least_transfer = 512;
constexpr std::size_t most_transfer = 0xFFFFFF;

std::optional<std::size_t> to_transfer_limit(std::string_view text) {
    std::size_t bytes = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, bytes);
    const bool good =
        error == std::errc{} && stop == end && bytes >= least_transfer && bytes <= most_transfer;
    return good ? std::optional(bytes) : std::nullopt;
}

} // namespace

std::vector<Fact> facts_of(const FeatureMemory& memory) {
    std::vector<Fact> facts;
    for (const Member& member : members)
        if (const Support known = memory.*member.support; known != Support::unknown)
            facts.push_back({std::string(member.name), known == Support::yes ? "yes" : "no"});
    if (memory.transfer_limit_bytes)
        facts.push_back(
            {std::string(transfer_limit), std::to_string(*memory.transfer_limit_bytes)});
    return facts;
}

FeatureMemory memory_of(std::span<const Fact> facts) {
    FeatureMemory memory;
    for (const Fact& fact : facts) {
        if (fact.name == transfer_limit)
            memory.transfer_limit_bytes = to_transfer_limit(fact.value);
        for (const Member& member : members)
            if (fact.name == member.name && (fact.value == "yes" || fact.value == "no"))
                memory.*member.support = fact.value == "yes" ? Support::yes : Support::no;
    }
    return memory;
}

LearnedFeatures learned_features(const Identity& identity, const FeatureMemory& memory) {
    return {
        identity.vendor, identity.product, identity.revision, identity.serial, facts_of(memory)};
}

FeatureMemory memory_for(const Identity& identity, const LearnedFeatures& learned) {
    const bool same = identity.vendor == learned.vendor && identity.product == learned.product &&
                      identity.revision == learned.revision && identity.serial == learned.serial;
    return same ? memory_of(learned.facts) : FeatureMemory{};
}

} // namespace changer
