// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/exchange.hpp"
#include "changer/resend.hpp"
#include "device/device.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace changer {

class Changer;

/// One exchange: proof, EXCHANGE MEDIUM or a sequence of moves, proof.
class Exchanger {
  public:
    Exchanger(Changer& changer, Device& device, ExchangeOrder order)
        : changer_(changer)
        , device_(device)
        , order_(std::move(order))
        , pair_{order_.first_barcode, order_.second_barcode}
        , resend_(device) {}

    ExchangeReport exchange();

    /// Tells where the exchange stands once its answer is lost.
    ExchangeReport settle(Error cause);

  private:
    bool swap() const { return order_.third == order_.first; }

    Result<void> check_addresses() const;
    Result<void> look();
    Result<ExchangeVerdict> observe();
    std::optional<ExchangeReport> prove();
    std::optional<ExchangeReport> send_native();
    ExchangeReport judge_native(const std::optional<Error>& failure);

    Result<void> choose_spare();
    void plan_moves();
    ExchangeReport exchange_by_moves();
    ExchangeReport stopped_after(std::size_t moved, std::size_t first_move, const MoveReport& last);

    Result<void> journal(std::size_t index);
    ExchangeReport refused(Error error) const;
    ExchangeReport report(ExchangeVerdict verdict, const std::optional<Error>& failure) const;

    Changer& changer_;
    Device& device_;
    ExchangeOrder order_;
    ExchangedPair pair_;
    Resend resend_;
    std::vector<ExchangeStep> steps_;
    std::optional<ExchangePlaces> places_; ///< as last seen
};

} // namespace changer
