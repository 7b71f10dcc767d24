// SPDX-License-Identifier: Apache-2.0
#include "scsi/sense_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace changer::scsi {
namespace {

/// How a family is recognised: both must match; the first row that does wins.
struct FamilyRule {
    std::string_view vendor;  ///< the vendor identification begins with this
    std::string_view product; ///< the product identification contains this; empty: any
    VendorFamily family = VendorFamily::generic;
};

constexpr std::array family_rules{
    FamilyRule{"IBM", "03584", VendorFamily::ibm_3584}, // TS3500, TS4500, Diamondback
    FamilyRule{"IBM", "3573-TL", VendorFamily::bdt},    // TS3100, TS3200, TS4300
    FamilyRule{"IBM", "3572", VendorFamily::ibm_ts2900},
    FamilyRule{"IBM", "3576", VendorFamily::ibm_ts3310},
    FamilyRule{"IBM", "3577", VendorFamily::ibm_ts3400},
    FamilyRule{"BDT", "", VendorFamily::bdt},
    FamilyRule{"DELL", "ML6", VendorFamily::quantum_scalar},
    FamilyRule{"DELL", "TL", VendorFamily::bdt},
    FamilyRule{"HP", "MSL G3", VendorFamily::bdt}, // not MSL5000 and 6000, which are Overland's
    FamilyRule{"HP", "MSL3040", VendorFamily::bdt},
    FamilyRule{"HP", "MSL6480", VendorFamily::bdt},
    FamilyRule{"HP", "ESL", VendorFamily::quantum_atl},
    FamilyRule{"ADIC", "Scalar", VendorFamily::quantum_scalar},
    FamilyRule{"QUANTUM", "Scalar", VendorFamily::quantum_scalar},
    FamilyRule{"QUANTUM", "UHDL", VendorFamily::quantum_superloader},
    FamilyRule{"ATL", "", VendorFamily::quantum_atl},
    FamilyRule{"EXABYTE", "", VendorFamily::exabyte},
    FamilyRule{"TANDBERG", "", VendorFamily::exabyte},
    FamilyRule{"STK", "SL150", VendorFamily::oracle},
    FamilyRule{"STK", "", VendorFamily::stk},
    FamilyRule{"ORACLE", "", VendorFamily::oracle},
    FamilyRule{"AMPEX", "", VendorFamily::ampex},
    FamilyRule{"SONY", "", VendorFamily::sony},
    FamilyRule{"SPECTRA", "", VendorFamily::spectra},
};

bool equal(char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
}

bool contains(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(), equal) != text.end() ||
           part.empty();
}

bool begins_with(std::string_view text, std::string_view part) {
    return contains(text.substr(0, part.size()), part);
}

} // namespace

VendorFamily vendor_family(std::string_view vendor, std::string_view product) {
    for (const auto& rule : family_rules)
        if (begins_with(vendor, rule.vendor) && contains(product, rule.product))
            return rule.family;
    return VendorFamily::generic;
}

VendorFamily vendor_family(const InquiryData& inquiry) {
    return vendor_family(inquiry.vendor, inquiry.product);
}

std::string_view name(VendorFamily family) {
    switch (family) {
    case VendorFamily::generic:
        return "generic";
    case VendorFamily::bdt:
        return "bdt";
    case VendorFamily::ibm_3584:
        return "ibm_3584";
    case VendorFamily::ibm_ts2900:
        return "ibm_ts2900";
    case VendorFamily::ibm_ts3310:
        return "ibm_ts3310";
    case VendorFamily::ibm_ts3400:
        return "ibm_ts3400";
    case VendorFamily::quantum_scalar:
        return "quantum_scalar";
    case VendorFamily::quantum_superloader:
        return "quantum_superloader";
    case VendorFamily::quantum_atl:
        return "quantum_atl";
    case VendorFamily::exabyte:
        return "exabyte";
    case VendorFamily::stk:
        return "stk";
    case VendorFamily::oracle:
        return "oracle";
    case VendorFamily::ampex:
        return "ampex";
    case VendorFamily::sony:
        return "sony";
    case VendorFamily::spectra:
        return "spectra";
    case VendorFamily::mhvtl:
        return "mhvtl";
    }
    return "generic";
}

} // namespace changer::scsi
