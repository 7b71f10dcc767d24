// SPDX-License-Identifier: Apache-2.0
#include "scsi/smc/element_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <vector>

/// Measures how fast the status of the largest library there can be is decoded. Not a test: it
/// asserts no time.

using namespace changer;
using namespace changer::scsi;

namespace {

constexpr std::size_t element_count = 65'535;
constexpr int rounds = 30;

/// Descriptors of 52 bytes, as libraries send them for VOLTAG without DVCID.
Bytes largest_library() {
    ElementStatusPage page{.type = ElementType::storage,
                           .primary_volume_tags = true,
                           .identifier_length = std::uint8_t{0}};
    for (std::size_t i = 0; i < element_count; ++i)
        page.elements.push_back({.address = ElementAddress(static_cast<std::uint16_t>(i)),
                                 .full = true,
                                 .medium_type = medium_type::data,
                                 .source = ElementAddress(static_cast<std::uint16_t>(i)),
                                 .volume_tag = fmt::format("A{:05}L8", i)});
    return encode_element_status(std::span(&page, 1));
}

/// Returns the median processor time of one round, in seconds: what others run does not count.
template <class Work>
double median_seconds(Work work) {
    std::vector<double> seconds;
    for (int round = 0; round < rounds; ++round) {
        const auto start = std::clock();
        work();
        seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::nth_element(seconds.begin(), seconds.begin() + rounds / 2, seconds.end());
    return seconds[rounds / 2];
}

void print(std::string_view what, double seconds, std::size_t bytes) {
    fmt::print("{:<8}{:>12.0f} elements/s {:>10.1f} MB/s {:>9.3f} ms\n",
               what,
               static_cast<double>(element_count) / seconds,
               static_cast<double>(bytes) / seconds / 1e6,
               seconds * 1e3);
}

} // namespace

int main() {
    const Bytes bytes = largest_library();
    std::size_t decoded = 0;
    const auto decode = [&] {
        const auto report = decode_element_status(bytes);
        decoded = report ? report->elements.size() : 0;
    };
    Bytes copy(bytes.size());
    unsigned seen = 0; // what is copied is looked at, so that it must be copied
    const auto copy_all = [&] {
        std::memcpy(copy.data(), bytes.data(), bytes.size());
        const volatile std::byte* last = &copy.back();
        seen += std::to_integer<unsigned>(*last);
    };
    fmt::print("{} elements, {} bytes, median of {} rounds\n", element_count, bytes.size(), rounds);
    print("decode", median_seconds(decode), bytes.size());
    print("memcpy", median_seconds(copy_all), bytes.size());
    return decoded == element_count && seen != 1 ? 0 : 1;
}
