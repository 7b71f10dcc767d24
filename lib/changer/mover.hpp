// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/move_order.hpp"
#include "changer/move_verdict.hpp"
#include "device/device.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace changer {

class Changer;

/// One move of one cartridge: proof, MOVE MEDIUM, proof. MOVE is sent again only where the changer
/// said that it did not execute it, and only after the proof was made anew.
class Mover {
  public:
    Mover(Changer& changer, Device& device, MoveOrder order)
        : changer_(changer)
        , device_(device)
        , order_(std::move(order)) {}

    MoveReport move();

    /// Tells where the move stands once its answer is lost: looks until the elements tell, or keep
    /// telling the same.
    MoveReport settle(Error cause);

  private:
    enum class Next : std::uint8_t { prove_again, judge, settle, give_up };

    Result<Places> look();
    Result<MoveVerdict> observe();
    Result<MoveRules> rules(const Places& places);
    Result<bool> access_means_something();
    std::optional<MoveReport> prove();
    Result<void> send_move();
    Next after(const Error& failure);
    bool start_again_after(const Sense& unit_attention);
    bool wait_until_ready();
    MoveReport judge(const std::optional<Error>& failure);
    MoveReport not_accepted(Error error) const;
    MoveReport report(MoveVerdict verdict, const std::optional<Error>& failure) const;

    Changer& changer_;
    Device& device_;
    MoveOrder order_;
    std::optional<Places> places_; ///< as last seen
    unsigned sent_ = 0;            ///< MOVEs so far, none of them executed but the last
    bool waited_ = false;
    std::optional<Sense> unit_attention_; ///< the one that met the MOVE before
};

} // namespace changer
