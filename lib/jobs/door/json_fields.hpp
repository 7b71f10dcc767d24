// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/state.hpp"
#include "support/result.hpp"
#include "support/sense.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Reads JSON as ByteReader reads bytes: every field on, the verdict once, at the end.

namespace changer::jobs::door {

/// The first thing that was wrong.
using Fault = std::optional<Error>;

inline constexpr std::int64_t max_wall = 1'000'000'000'000'000; ///< milliseconds
inline constexpr std::int64_t max_seconds = 1'000'000'000;

std::string_view name(Ending ending);
std::string_view name(Purpose purpose);
std::string_view name(Unlocking::Stage stage);
std::string_view name(Unlocked::Reread reread);

/// The last enumerator of an enumeration that counts from 0, to find one by its name.
template <class E>
inline constexpr E last_of{};
template <>
inline constexpr Ending last_of<Ending> = Ending::cancelled;
template <>
inline constexpr Purpose last_of<Purpose> = Purpose::finish;
template <>
inline constexpr Unlocking::Stage last_of<Unlocking::Stage> = Unlocking::Stage::allow;
template <>
inline constexpr Unlocked::Reread last_of<Unlocked::Reread> = Unlocked::Reread::resumed;
template <>
inline constexpr DoorState last_of<DoorState> = DoorState::open;
template <>
inline constexpr LockState last_of<LockState> = LockState::not_effective;
template <>
inline constexpr RequestType last_of<RequestType> = RequestType::service;
template <>
inline constexpr InventoryAction last_of<InventoryAction> = InventoryAction::by_default;
template <>
inline constexpr library::InventoryMethod last_of<library::InventoryMethod> =
    library::InventoryMethod::full;
template <>
inline constexpr library::DoorKind last_of<library::DoorKind> = library::DoorKind::several;
template <>
inline constexpr library::LockPolicy last_of<library::LockPolicy> = library::LockPolicy::always;
template <>
inline constexpr scsi::VendorFamily last_of<scsi::VendorFamily> = scsi::VendorFamily::mhvtl;

/// The fields of one JSON object. A field that is missing or wrong faults and yields a default.
class Fields {
  public:
    Fields(const nlohmann::json& object, std::string path, Fault& fault);

    /// True if the field is there and not null.
    bool has(std::string_view field) const;

    bool boolean(std::string_view field) const;
    std::string text(std::string_view field) const;
    std::int64_t integer(std::string_view field, std::int64_t least, std::int64_t most) const;
    std::chrono::seconds seconds(std::string_view field) const;
    Fields object(std::string_view field) const;
    std::vector<Fields> objects(std::string_view field) const;
    std::vector<std::string> texts(std::string_view field) const;
    std::vector<std::size_t>
    numbers(std::string_view field, std::size_t least, std::size_t most) const;

    template <class N>
    N number(std::string_view field) const {
        return static_cast<N>(unsigned_number(field, std::numeric_limits<N>::max()));
    }

    template <class E>
    E one_of(std::string_view field) const {
        const std::string wanted = text(field);
        for (unsigned i = 0; i <= static_cast<unsigned>(last_of<E>); ++i)
            if (name(static_cast<E>(i)) == wanted)
                return static_cast<E>(i);
        fault(field, "is not one of the legal names");
        return E{};
    }

    void fault(std::string_view field, std::string_view what) const;

  private:
    const nlohmann::json& at(std::string_view field) const;
    std::uint64_t unsigned_number(std::string_view field, std::uint64_t most) const;

    const nlohmann::json* object_;
    std::string path_;
    Fault* fault_;
};

nlohmann::json write_sense(const Sense& sense);
Sense read_sense(const Fields& in);
nlohmann::json write_error(const Error& error);
Error read_error(const Fields& in);

} // namespace changer::jobs::door
