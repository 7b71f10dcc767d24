// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/device.hpp"
#include "scsi/smc/element_address_assignment.hpp"
#include "scsi/smc/element_descriptor.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace changer {

using ElementVisitor = std::function<void(const scsi::ElementDescriptor&)>;

/// Reads very many elements in few commands and little memory: each descriptor is handed over where
/// it arrived, nothing is kept. For programs that print or count; what Changer::read_elements()
/// returns is for programs that decide.
///
/// Notes:  an error may come after some elements have been handed over: the caller starts over
class ElementScan {
  public:
    /// What mtx asks for at most at once, as Debian has it: 10,000 descriptors of 84 bytes and four
    /// page headers. Whatever works with mtx takes it.
    static constexpr std::size_t usual_portion = 840'040;

    /// `portion_bytes` is the most bytes one transfer may carry; what is refused makes it smaller.
    ElementScan(Device& device, std::size_t& portion_bytes)
        : device_(device)
        , portion_bytes_(portion_bytes) {}

    /// Visits the elements of one type, in the order the changer reports them.
    ///
    /// Errors: device_refused; malformed_response; transport's
    Result<void>
    read_type(scsi::ElementType type, scsi::ElementRange range, const ElementVisitor& visit);

    /// Visits the elements of all types as a changer reports them that does not know types apart.
    Result<void> read_all(unsigned count, const ElementVisitor& visit);

    /// Reads the n-th element (from 0) of a type with one command for one element, if it is proved
    /// that no gap in the addresses comes before it: the changer announces how many elements there
    /// are from this address on. None: not proved, read them all.
    ///
    /// Errors: as read_type()
    Result<std::optional<scsi::ElementStatus>>
    read_nth(scsi::ElementType type, scsi::ElementRange range, std::uint16_t n);

  private:
    struct Portion {
        scsi::ElementType type{};
        unsigned start = 0;
        unsigned count = 1;
        std::size_t bytes = 0; ///< allocation length
    };

    struct Visited {
        unsigned count = 0;
        unsigned next = 0; ///< the address behind the highest seen
        bool complete = false;
    };

    Result<Bytes> fetch(Portion portion);
    std::optional<Portion> retry(const Portion& portion, const Error& refusal);
    Result<Visited>
    visit_portion(const Portion& portion, unsigned most, const ElementVisitor& visit);

    Device& device_;
    std::size_t& portion_bytes_;
    std::size_t descriptor_bytes_ = 52; ///< as last seen: 12, and a volume tag of 36 + 4
};

} // namespace changer
