// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/move_order.hpp"
#include "changer/move_verdict.hpp"
#include "changer/resend.hpp"
#include "device/device.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <optional>
#include <string>
#include <utility>

namespace changer {

class Changer;

/// One move of one cartridge: proof, MOVE MEDIUM, proof.
class Mover {
  public:
    Mover(Changer& changer, Device& device, MoveOrder order)
        : changer_(changer)
        , device_(device)
        , order_(std::move(order))
        , resend_(device) {}

    MoveReport move();

    /// Tells where the move stands once its answer is lost: looks until the elements tell, or keep
    /// telling the same.
    MoveReport settle(Error cause);

  private:
    Result<Places> look();
    Result<MoveVerdict> observe();
    Result<void> check_addresses() const;
    std::optional<MoveReport> prove();
    Result<void> send_move();
    MoveReport judge(const std::optional<Error>& failure);
    MoveReport not_accepted(Error error) const;
    MoveReport report(MoveVerdict verdict, const std::optional<Error>& failure) const;

    Changer& changer_;
    Device& device_;
    MoveOrder order_;
    Resend resend_;
    std::optional<Places> places_; ///< as last seen
};

} // namespace changer
