// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "scsi/spc/report_supported_operation_codes.hpp"

using namespace changer;
using namespace changer::scsi;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::input(data, size);
    if (const auto all = decode_supported_commands(bytes)) {
        fuzz::require(all->commands.size() <= size / 8);
        const auto again = decode_supported_commands(encode_supported_commands(all->commands));
        fuzz::require(again && !again->cut && again->commands == all->commands);
    }
    if (const auto one = decode_command_support(bytes)) {
        fuzz::require(one->usage.size() <= size);
        fuzz::require(*decode_command_support(encode_command_support(*one)) == *one);
    }
    return 0;
}
