// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "changer/changer.hpp"
#include "changer/motion_lock.hpp"
#include "mtx/environment.hpp"
#include "mtx/library.hpp"
#include "transport/transport.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace changer::mtx {

/// A library that mtx drives itself: no daemon owns its device.
///
/// Notes:   reads only what a command needs: two commands to open, four to prove a move before and
///          after, whatever the size of the library; everything for what shows everything
/// Blocks:  while the changer becomes ready, and while another program moves media in it: up to
///          MTX_WAIT
class DirectLibrary final : public Library {
  public:
    DirectLibrary(std::unique_ptr<Transport> transport,
                  std::string lock_key,
                  const Context& context)
        : transport_(std::move(transport))
        , lock_key_(std::move(lock_key))
        , context_(context) {}

    Result<InquiryFields> inquiry() override;
    Result<void> begin_act() override;
    Result<const Elements*> elements(const Modifiers& modifiers) override;
    Result<Place> slot(unsigned number, const Modifiers& modifiers) override;
    Result<Place> drive(unsigned number, const Modifiers& modifiers) override;
    Result<Home> home(unsigned drive, const Modifiers& modifiers) override;
    Result<void> move(const Place& from, const Place& to, const Modifiers& modifiers) override;
    Result<void> exchange(const Place& source,
                          const Place& first_destination,
                          const Place& second_destination,
                          const Modifiers& modifiers) override;
    Result<void> position(const Place& place) override;
    Result<void> inventory() override;
    Result<void> eject() override;

    std::string_view cannot_read() const override { return "READ ELEMENT STATUS Command Failed"; }

  private:
    ReadyWait waiting() const;
    Result<Changer*> changer(const Modifiers& modifiers);
    Result<Elements> read_elements(Changer& changer);
    Result<std::optional<Place>>
    read_place(Changer& changer, scsi::ElementType type, unsigned index, unsigned number);
    Result<std::vector<scsi::ElementStatus>> read_drives(Changer& changer);
    Result<std::optional<Place>> read_drive(Changer& changer, unsigned number);
    Result<std::optional<Home>> reported_home(Changer& changer, unsigned drive);
    Result<void> rearrange(const std::function<Result<void>(Changer&)>& act);
    void tell_events(Changer& changer);

    std::unique_ptr<Transport> transport_;
    Quirks quirks_ = Quirks::builtin_on_demand(); ///< outlives changer_
    std::string lock_key_;
    const Context& context_;
    std::optional<Changer> changer_;
    std::optional<Elements> elements_;
    std::optional<MotionLock> lock_;
};

} // namespace changer::mtx
