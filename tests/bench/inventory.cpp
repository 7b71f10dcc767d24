// SPDX-License-Identifier: Apache-2.0
#include "../jobs/makespan.hpp"

#include <fmt/format.h>

#include <string>

// Prints what a full inventory of 200 cartridges takes on every kind of simulated library, by its
// clock: the bound, ours, and one cartridge at a time. Argument: another number of cartridges.

namespace {

double hours(std::chrono::milliseconds time) {
    return std::chrono::duration<double, std::ratio<3600>>(time).count();
}

} // namespace

int main(int count, char** arguments) {
    using namespace changer::jobs;
    const std::size_t cartridges =
        count > 1 ? static_cast<std::size_t>(std::stoul(arguments[1])) : 200;
    bool kept = true;
    fmt::print("{:<20} {:>6} {:>9} {:>9} {:>6} {:>14}\n",
               "personality",
               "drives",
               "bound, h",
               "ours, h",
               "ratio",
               "one by one, h");
    for (const std::string name : {"default",
                                   "cannot-lock",
                                   "no-barcode-reader",
                                   "magazines",
                                   "superloader",
                                   "ready-magazines",
                                   "ibm-3584",
                                   "two-sided"})
        for (const std::size_t drives : {1U, 2U, 4U, 16U}) {
            const auto makespan = inventory_makespan(name, {cartridges, drives});
            const double ratio = hours(makespan.taken) / hours(makespan.bound);
            kept = kept && ratio <= 1.05;
            fmt::print("{:<20} {:>6} {:>9.2f} {:>9.2f} {:>6.3f} {:>14.2f}\n",
                       name,
                       drives,
                       hours(makespan.bound),
                       hours(makespan.taken),
                       ratio,
                       hours(makespan.one_at_a_time));
        }
    fmt::print("budget: ratio <= 1.05: {}\n", kept ? "kept" : "NOT KEPT");
    return kept ? 0 : 1;
}
