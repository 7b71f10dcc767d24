// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"
#include "mtx/line.hpp"
#include "mtx/run.hpp"
#include "scsi/opcode.hpp"
#include "sim/library.hpp"
#include "sim/options.hpp"
#include "sim/sim_transport.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace changer;

namespace {

/// Words worth trying; a byte of the input chooses one, or the length of a word of its own.
const std::vector<std::string> words{
    "status", "inquiry", "inventory", "load",      "unload", "transfer", "exchange",
    "first",  "last",    "next",      "previous",  "eject",  "erase",    "position",
    "invert", "invert2", "noattach",  "nobarcode", "altres", "eepos",    "--version",
    "-f",     "sim:it",  "0",         "1",         "2",      "3",        "4",
    "5",      "99",      "65535",     "65536",     "-1",     "1x",       "",
};

std::vector<std::string> arguments(std::string_view input) {
    constexpr std::size_t longest_line = 24;
    std::vector<std::string> line;
    while (!input.empty() && line.size() < longest_line) {
        const auto choice = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (choice < words.size()) {
            line.push_back(words[choice]);
            continue;
        }
        const std::size_t length = std::min<std::size_t>(choice % 16, input.size());
        line.emplace_back(input.substr(0, length));
        input.remove_prefix(length);
    }
    return line;
}

/// A simulated library that remembers what was sent to it.
struct Device {
    ManualClock clock;
    sim::Options options = *sim::parse_options("default?instant&slots=4&drives=2&mail=1&tapes=3");
    std::shared_ptr<sim::Library> library = std::make_shared<sim::Library>(options, clock);
    std::vector<std::uint8_t> acts;
    bool opened = false;
};

bool is_act(std::uint8_t opcode) {
    switch (opcode) {
    case scsi::opcode::inquiry:
    case scsi::opcode::test_unit_ready:
    case scsi::opcode::mode_sense_6:
    case scsi::opcode::mode_sense_10:
    case scsi::opcode::read_element_status:
        return false;
    default:
        return true;
    }
}

class Watched final : public Transport {
  public:
    explicit Watched(Device& device)
        : device_(device)
        , inner_(device.library, device.clock, sim::Initiator{.name = "iqn.2026-01.fuzz:mtx"}) {}

    Result<Completion> execute(const Request& request) override {
        const auto opcode = request.cdb.opcode();
        fuzz::require(opcode != 0x19); // ERASE: never
        if (is_act(opcode))
            device_.acts.push_back(opcode);
        if (opcode == scsi::opcode::move_medium) {
            // No element of this library has address 0, and none is beyond its pages.
            fuzz::require(request.cdb.be(4, 2) != 0 && request.cdb.be(6, 2) != 0);
            fuzz::require(request.cdb.be(2, 2) == 1);
        }
        return inner_.execute(request);
    }

  private:
    Device& device_;
    sim::SimTransport inner_;
};

std::size_t cartridges(const sim::Snapshot& snapshot) {
    return static_cast<std::size_t>(
        std::count_if(snapshot.elements.begin(), snapshot.elements.end(), [](const auto& each) {
            return each.cartridge.has_value();
        }));
}

/// Whether a refusal seen from the line alone has to keep all of it from being done.
bool refused_whole(const mtx::Line& line) {
    return line.refusal &&
           std::any_of(line.steps.begin(), line.steps.end(), [](const mtx::Step& step) {
               return mtx::is_act(step.word);
           });
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = arguments({static_cast<const char*>(static_cast<const void*>(data)), size});
    Device device;
    mtx::Environment environment{.variables = {{"CHANGER", "sim:it"}, {"MTX_WAIT", "1"}},
                                 .sysfs = "/nonexistent",
                                 .lock_directory = "/tmp",
                                 .daemon_socket = "/nonexistent/socket",
                                 .clock = &device.clock};
    std::string out, err;
    const auto into = [](std::string& text) {
        return [&text](std::string_view more) {
            text += more;
            return true;
        };
    };
    const int exit = mtx::run_mtx(
        line,
        environment,
        {into(out), into(err)},
        [&](const std::string& url) -> Result<std::unique_ptr<Transport>> {
            if (!url.starts_with("sim:"))
                return Error{Code::device_not_available, url + ": No such file or directory"};
            device.opened = true;
            return std::unique_ptr<Transport>(std::make_unique<Watched>(device));
        });
    const mtx::Line parsed = mtx::parse_line(line);
    fuzz::require(exit == 0 || exit == 1);
    fuzz::require(exit == 0 || !err.empty());
    fuzz::require(!parsed.refusal || exit == 1);
    if (refused_whole(parsed)) {
        fuzz::require(!device.opened);
        fuzz::require(out.empty());
    }
    const bool may_act = std::any_of(parsed.steps.begin(),
                                     parsed.steps.end(),
                                     [](const auto& step) { return mtx::is_act(step.word); });
    fuzz::require(may_act || device.acts.empty());
    fuzz::require(cartridges(device.library->snapshot()) == 3);
    return 0;
}
