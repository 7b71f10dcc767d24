// SPDX-License-Identifier: Apache-2.0
#include "sim/nexuses.hpp"

#include <algorithm>

namespace changer::sim {
namespace {

constexpr std::size_t most_remembered = 1024; ///< initiators that come and go must not fill memory
constexpr std::size_t most_queued = 8;        ///< unit attentions for one nexus and LUN

void queue(std::deque<Sense>& attentions, const Sense& sense) {
    if (attentions.size() < most_queued &&
        std::find(attentions.begin(), attentions.end(), sense) == attentions.end())
        attentions.push_back(sense);
}

} // namespace

NexusId Nexuses::login(const Initiator& initiator) {
    const bool known = lost_.erase(initiator) > 0;
    const NexusId id{++last_};
    Nexus nexus{.initiator = initiator};
    for (std::uint64_t lun = 0; lun < luns_; ++lun)
        nexus.attentions[lun].push_back(known ? Sense{0x6, 0x29, 0x07} : Sense{0x6, 0x29, 0x00});
    all_.emplace(id, std::move(nexus));
    return id;
}

void Nexuses::logout(NexusId nexus) {
    const auto found = all_.find(nexus);
    if (found == all_.end())
        return;
    if (lost_.size() >= most_remembered)
        lost_.erase(lost_.begin());
    lost_.insert(found->second.initiator);
    all_.erase(found);
}

Nexus* Nexuses::find(NexusId nexus) {
    const auto found = all_.find(nexus);
    return found == all_.end() ? nullptr : &found->second;
}

std::optional<NexusId> Nexuses::find(const Initiator& initiator) const {
    for (const auto& [id, nexus] : all_)
        if (nexus.initiator == initiator)
            return id;
    return std::nullopt;
}

void Nexuses::attention(std::uint64_t lun, const Sense& sense) {
    for (auto& [id, nexus] : all_)
        queue(nexus.attentions[lun], sense);
}

std::optional<Sense> Nexuses::take_attention(Nexus& nexus, std::uint64_t lun) {
    auto& attentions = nexus.attentions[lun];
    if (attentions.empty())
        return std::nullopt;
    const Sense sense = attentions.front();
    attentions.pop_front();
    return sense;
}

void Nexuses::forget_attention(std::uint64_t lun, const Sense& sense) {
    for (auto& [id, nexus] : all_)
        std::erase(nexus.attentions[lun], sense);
}

void Nexuses::alert(std::uint64_t lun, std::size_t flag) {
    for (auto& [id, nexus] : all_)
        nexus.alerts[lun].set(flag);
}

bool Nexuses::removal_prevented(std::uint64_t lun) const {
    return std::any_of(all_.begin(), all_.end(), [&](const auto& entry) {
        return entry.second.prevents.contains(lun);
    });
}

bool Nexuses::shared_mail_locked() const {
    return std::any_of(all_.begin(), all_.end(), [](const auto& entry) {
        return entry.second.prevents.contains(0) && entry.second.locks_shared_mail;
    });
}

std::vector<std::string> Nexuses::lock_holders() const {
    std::vector<std::string> names;
    for (const auto& [id, nexus] : all_)
        if (nexus.prevents.contains(0))
            names.push_back(nexus.initiator.name);
    return names;
}

void Nexuses::end_every_prevent(std::uint64_t lun) {
    for (auto& [id, nexus] : all_)
        nexus.prevents.erase(lun);
}

void Nexuses::forget() {
    all_.clear();
    lost_.clear();
}

} // namespace changer::sim
