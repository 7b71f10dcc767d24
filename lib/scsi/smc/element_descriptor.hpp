// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scsi/smc/element_status.hpp"
#include "scsi/types.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace changer::scsi {

/// One element descriptor where it lies in the data received, for programs that take a few fields
/// of very many elements. What a short descriptor leaves out counts as zero, or as absent.
///
/// Notes:   a view: not to be kept longer than the data
class ElementDescriptor {
  public:
    /// What the page says of its descriptors.
    struct Page {
        bool primary = false;   ///< PVOLTAG of the page
        bool alternate = false; ///< AVOLTAG of the page
        bool whole = true;      ///< false: tgt left out the last bytes, zeros stand in their place
    };

    ElementDescriptor(ElementType type, std::span<const std::byte> bytes, Page page)
        : type_(type)
        , bytes_(bytes)
        , page_(page) {}

    ElementType type() const { return type_; }

    std::span<const std::byte> bytes() const { return bytes_; }

    ElementAddress address() const { return ElementAddress(be_16(0)); }

    bool full() const { return (at(2) & 0x01) != 0; }

    std::uint8_t asc() const { return at(4); }

    std::uint8_t ascq() const { return at(5); }

    /// The source element; none without SVALID.
    std::optional<ElementAddress> source() const;

    /// The 36 bytes of a volume tag as they are, 32 where tgt leaves the last four out; nothing
    /// where the page has none.
    std::span<const std::byte> primary_tag() const;
    std::span<const std::byte> alternate_tag() const;

    Page page() const { return page_; }

    /// False where the last bytes have not arrived: an identifier would name another device.
    bool whole() const { return page_.whole; }

  private:
    std::span<const std::byte> tag_at(std::size_t offset) const;

    std::uint8_t at(std::size_t i) const {
        return i < bytes_.size() ? std::to_integer<std::uint8_t>(bytes_[i]) : std::uint8_t{0};
    }

    std::uint16_t be_16(std::size_t i) const {
        return static_cast<std::uint16_t>(at(i) << 8 | at(i + 1));
    }

    ElementType type_;
    std::span<const std::byte> bytes_;
    Page page_;
};

/// Decodes one descriptor whole; the result owns its data.
ElementStatus decode_element_descriptor(const ElementDescriptor& descriptor);

/// The header of element status data, and whether all that it announces has arrived.
struct ElementStatusSummary {
    ElementAddress first{};            ///< as announced: wrong on some devices
    std::uint16_t available = 0;       ///< as announced: elements, whether they fitted or not
    std::uint32_t announced_bytes = 0; ///< as announced: behind the first 8 bytes
    bool cut = false;                  ///< elements or pages announced have not arrived

    bool operator==(const ElementStatusSummary&) const = default;
};

/// Hands every whole descriptor of READ ELEMENT STATUS data to `visit`, in the order they came.
///
/// Source:  SMC-3, READ ELEMENT STATUS parameter data
/// Errors:  malformed_response, as decode_element_status(); descriptors before the bad page have
///          been visited
Result<ElementStatusSummary>
visit_element_status(std::span<const std::byte> received,
                     const std::function<void(const ElementDescriptor&)>& visit);

} // namespace changer::scsi
