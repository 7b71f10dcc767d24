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
    /// What is learnt of a changer from one scan to the next.
    struct Memory {
        /// The most bytes one transfer may carry. At first what mtx asks for at most at once, as
        /// Debian has it: 10,000 descriptors of 84 bytes and four page headers; whatever works
        /// with mtx takes it. What is refused makes it smaller.
        std::size_t portion_bytes = 840'040;
        /// Of one descriptor; at first 12, and a volume tag of 36 + 4.
        std::size_t descriptor_bytes = 52;
    };

    ElementScan(Device& device, Memory& memory)
        : device_(device)
        , memory_(memory) {}

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

    bool has_types() const;
    std::size_t longest() const;
    Result<std::optional<Bytes>> fetch(Portion portion);
    std::optional<Portion> retry(const Portion& portion, const Error& refusal);
    Result<Visited>
    visit_portion(const Portion& portion, unsigned most, const ElementVisitor& visit);

    Device& device_;
    Memory& memory_;
};

} // namespace changer
