// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "drive/cartridge_memory.hpp"
#include "drive/drive_status.hpp"
#include "drive/hold.hpp"
#include "drive/label/label.hpp"
#include "scsi/ssc/drive_alert.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace changer {

/// One tape drive, by name: who it is and where in its library. Nothing but INQUIRY is sent to it;
/// for more there is HeldDrive.
///
/// Thread:  the thread of its Transport
class Drive {
  public:
    /// Asks the drive who it is. `transport` and `clock` must outlive the Drive.
    ///
    /// Errors: wrong_device_type, device_not_available; transport's
    static Result<Drive> open(Transport& transport,
                              Clock& clock,
                              const Quirks& quirks,
                              const DeviceOptions& options = {});

    const Identity& identity() const { return device_.identity(); }

    /// Where the drive is in its library (VPD page B4h), if it tells.
    const std::optional<scsi::ElementAddress>& element_address() const { return element_; }

    /// Reads TapeAlert of a drive that is not held: reading clears the flags, so that only a
    /// configuration that says `health: true` allows it.
    ///
    /// Errors: as HeldDrive::read_alerts()
    Result<scsi::TapeAlertFlags> read_health_alerts();

    /// The events met, for whoever records them; see Device.
    std::vector<scsi::UnitAttention> take_unit_attentions() {
        return device_.take_unit_attentions();
    }

  private:
    friend class HeldDrive;

    explicit Drive(Device device)
        : device_(std::move(device)) {}

    Device device_;
    std::optional<scsi::ElementAddress> element_;
};

/// A drive that nobody else uses, as far as can be known, and what may be done with it. Once an
/// answer says that somebody uses it after all (says_in_use()), nothing more is sent: every call is
/// refused with drive_in_use.
///
/// Thread:  the thread of its Transport
/// Errors:  of every call: drive_in_use; device_refused with the sense; device_busy; transport's
class HeldDrive {
  public:
    /// `drive` must outlive the HeldDrive.
    HeldDrive(Drive& drive, DriveHold hold)
        : drive_(&drive)
        , hold_(std::move(hold)) {}

    /// Looks whether a tape is ready; never waits for one.
    Result<DriveStatus> look();

    /// Waits until the drive is not `loading` any more, or the budget is used up: then the status
    /// says `loading`.
    ///
    /// Notes:  an LTO drive threads in a minute; LTO-9 and later calibrate on a blank cartridge's
    ///         first load, which may take two hours
    Result<DriveStatus> wait(const ReadyWait& wait);

    /// Threads the cartridge that is in the drive, and waits for it.
    Result<DriveStatus> load(const ReadyWait& wait);

    /// Rewinds; safe to be repeated.
    Result<void> rewind();

    /// Reads the next record; `most` bytes of it at most.
    ///
    /// Notes:  sent exactly once. A transfer that the host refuses, with nothing sent, is halved
    Result<TapeRecord> read_record(std::size_t most);

    /// Reads the memory chip of the cartridge, threaded or not.
    ///
    /// Notes:  a drive that cannot reach the chip is an answer: `readable` is false
    Result<CartridgeMemory> read_memory();

    /// Reads, and thereby clears, the TapeAlert flags; describe_drive_alert() says what they mean.
    ///
    /// Errors: malformed_response — the flags came cut: some are lost
    Result<scsi::TapeAlertFlags> read_alerts();

    /// Lets the cartridge go, so that the arm can take it. Nothing to unload is success.
    ///
    /// `serial`: the chip's serial number of the cartridge that is meant, where it is known. After
    /// a unit attention that may mean another cartridge it is compared before UNLOAD is sent again.
    ///
    /// Errors: wrong_cartridge — another one is in the drive now, and was not touched
    Result<void> unload(const std::optional<std::string>& serial = std::nullopt);

    Drive& drive() { return *drive_; }

    Clock& clock() { return drive_->device_.clock(); }

    /// How many unit attentions the drive has answered with so far: a change says that something
    /// happened to it.
    std::size_t unit_attentions_met() const { return drive_->device_.unit_attentions_met(); }

  private:
    Device& device() { return drive_->device_; }

    template <class T>
    Result<T> judged(Result<T> answer);
    std::optional<Error> refusal() const;
    Result<DriveStatus> status_of(const Result<void>& answer);
    Result<void> prove_cartridge(const std::optional<std::string>& serial);

    Drive* drive_;
    DriveHold hold_;
    std::optional<Error> in_use_; ///< why nothing more is sent
    std::size_t transfer_limit_ = static_cast<std::size_t>(-1);
};

} // namespace changer
