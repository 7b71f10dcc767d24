// SPDX-License-Identifier: Apache-2.0
#include "device/ready_wait.hpp"

namespace changer {

std::chrono::milliseconds
ready_pause(const Sense& sense, scsi::VendorFamily family, unsigned looks) {
    using namespace std::chrono_literals;
    constexpr Sense paused{0x2, 0x04, 0x85};
    if (sense == paused && family == scsi::VendorFamily::ibm_3584)
        return 60s;
    return looks == 0 ? 1s : looks == 1 ? 2s : 5s;
}

} // namespace changer
