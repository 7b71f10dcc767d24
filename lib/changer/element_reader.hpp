// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/element_status.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace changer {

/// Reads elements in portions that fit one transfer, in whichever form the changer takes; what it
/// refuses is left out from then on, and nothing else is.
///
/// Source:  SMC-3 6.10; the tolerances from mtx, Proxmox Backup Server and Linux ch.c
class ElementReader {
  public:
    /// `transfer_limit_bytes`: what the host takes; the device may have shown that it takes less.
    ElementReader(Device& device, std::size_t transfer_limit_bytes)
        : device_(device)
        , transfer_limit_(transfer_limit_bytes) {}

    /// Reads the elements of one type, by address. Gaps in the addresses are legal: the number of
    /// elements counts, not the last address.
    ///
    /// Errors: device_refused, malformed_response — twice running; transport's
    Result<std::vector<scsi::ElementStatus>> read_type(scsi::ElementType type,
                                                       scsi::ElementRange range);

    /// Reads one element. Errors: not_found — the changer reports no such element
    Result<scsi::ElementStatus> read_one(scsi::ElementType type, scsi::ElementAddress address);

    /// Adds to drives who they are (DVCID), in a request of its own: some changers refuse DVCID
    /// together with volume tags, some without, some leave the flags out of this one. No
    /// identifiers is no error.
    Result<void> add_identifiers(std::vector<scsi::ElementStatus>& drives,
                                 scsi::ElementRange range);

  private:
    struct Portion {
        scsi::ElementType type{};
        scsi::ElementAddress start{};
        std::uint16_t count = 1;
        bool device_identifiers = false;
    };

    struct Form {
        bool volume_tags = true;
        bool current_data = true;
        std::size_t allocation_length = 0;

        bool operator==(const Form&) const = default;
    };

    struct Answered {
        scsi::ElementStatusReport report;
        bool complete = false; ///< all that was asked for fitted in
        bool pertinent = true; ///< it tells of what was asked for, or that there is nothing
    };

    std::size_t transfer_limit() const;
    std::size_t room_for(const Portion& portion) const;
    Support known_tags(const Portion& portion) const;
    std::vector<Form> forms(const Portion& portion, bool first) const;
    Form roomy(Form form) const;
    void learn(const Portion& portion, const Form& form);
    Result<Answered> ask_once(const Portion& portion, const Form& form);
    Result<Answered> ask_known_forms(const Portion& portion, bool first);
    Result<Answered> ask(const Portion& portion, bool first);
    Result<std::vector<scsi::ElementStatus>> read_all(Portion portion, std::size_t wanted);

    Device& device_;
    std::size_t transfer_limit_;
};

} // namespace changer
