// SPDX-License-Identifier: Apache-2.0
#include "mtx/run.hpp"

#include "changer/motion_lock.hpp"
#include "mtx/attach.hpp"
#include "mtx/commands.hpp"
#include "mtx/direct_library.hpp"
#include "mtx/line.hpp"
#include "mtx/owned_library.hpp"
#include "mtx/owner.hpp"
#include "mtx/texts.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace changer::mtx {
namespace {

/// Bareos and Bacula end a changer script after 300 s: what has to be said is said before.
constexpr std::chrono::seconds usual_wait{240};

std::optional<std::string> variable(const Environment& environment, const std::string& name) {
    const auto found = environment.variables.find(name);
    return found == environment.variables.end() ? std::nullopt : std::optional(found->second);
}

std::chrono::seconds wait_of(const Environment& environment) {
    const auto text = variable(environment, "MTX_WAIT").value_or("");
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool number = !text.empty() && error == std::errc() && end == text.data() + text.size();
    return number ? std::chrono::seconds{seconds} : usual_wait;
}

/// Does one line of words, each on the device named last before it.
class Run {
  public:
    Run(const Context& context, const Opener& opener)
        : context_(context)
        , opener_(opener) {}

    Outcome step(const Step& step);

  private:
    Outcome attach(const std::string& name);
    std::string usual_device() const;
    Outcome modify(const Step& step);

    const Context& context_;
    const Opener& opener_;
    Modifiers modifiers_;
    std::string device_;
    std::unique_ptr<Library> library_;
};

std::string Run::usual_device() const {
    const auto& environment = context_.environment;
    if (const auto changer = variable(environment, "CHANGER"))
        return *changer;
    return variable(environment, "TAPE").value_or("/dev/changer");
}

/// Turns to a device: to the daemon if that owns it, else to the device itself.
Outcome Run::attach(const std::string& name) {
    library_.reset();
    device_ = name;
    const NamedDevice device = look_at(name, context_.environment.sysfs);
    auto owner = owner_of(device, context_.environment);
    if (!owner) {
        context_.say("mtx: " + to_string(owner.error()) + "; nothing was sent to " + name);
        return Outcome::failed;
    }
    if (*owner) {
        library_ = std::make_unique<OwnedLibrary>(**std::move(owner), context_);
        return Outcome::done;
    }
    auto transport = open_device(device.name, device.url, opener_);
    if (!transport) {
        context_.say(transport.error().what);
        return Outcome::failed;
    }
    library_ = std::make_unique<DirectLibrary>(
        *std::move(transport), motion_lock_key(device.url, device.serial), context_);
    return Outcome::done;
}

/// Takes a word that changes how those behind it are done; tells whether it is one.
Outcome Run::modify(const Step& step) {
    switch (step.word) {
    case Word::invert:
        modifiers_.invert = true;
        break;
    case Word::invert2:
        modifiers_.invert_second = true;
        break;
    case Word::nobarcode:
        modifiers_.no_barcodes = true;
        break;
    case Word::altres:
        modifiers_.untyped = true;
        break;
    case Word::eepos:
        modifiers_.import_export_position = static_cast<std::uint8_t>(step.numbers[0]);
        break;
    default: // noattach: the changer is always its own device here
        break;
    }
    return Outcome::done;
}

Outcome Run::step(const Step& step) {
    switch (step.word) {
    case Word::device:
        return attach(step.device);
    case Word::invert:
    case Word::invert2:
    case Word::nobarcode:
    case Word::altres:
    case Word::eepos:
    case Word::noattach:
        return modify(step);
    case Word::version:
        context_.err.put("mtx version 1.3.12 (changer " CHANGER_VERSION ")\n\n").put(usage());
        return Outcome::failed;
    default:
        break;
    }
    if (!library_ && attach(usual_device()) == Outcome::failed)
        return Outcome::failed;
    return Commands(*library_, device_, context_).run(step, modifiers_);
}

Outcome run_line(const Line& line, const Context& context, const Opener& opener) {
    const bool acts = std::any_of(
        line.steps.begin(), line.steps.end(), [](const Step& step) { return is_act(step.word); });
    Run run(context, opener);
    // Half of a line that moves cartridges is worse than nothing of it.
    if (!line.refusal || !acts)
        for (const Step& step : line.steps)
            if (run.step(step) == Outcome::failed)
                return Outcome::failed;
    if (!line.refusal)
        return Outcome::done;
    context.err.put(line.refusal->text);
    if (line.refusal->usage)
        context.err.put(usage());
    if (acts)
        context.err.put("mtx: because of this, nothing of this line was done\n");
    return Outcome::failed;
}

} // namespace

int run_mtx(std::span<const std::string> arguments,
            const Environment& environment,
            const Streams& streams,
            const Opener& opener) {
    SystemClock machine;
    Output out(streams.out);
    Output err(streams.err);
    const Context context{.environment = environment,
                          .clock = environment.clock != nullptr ? *environment.clock : machine,
                          .out = out,
                          .err = err,
                          .wait = wait_of(environment)};
    Outcome outcome = run_line(parse_line(arguments), context, opener);
    out.flush();
    if (!out.good()) {
        context.say("mtx: standard output cannot be written to");
        outcome = Outcome::failed;
    }
    err.flush();
    return outcome == Outcome::done ? 0 : 1;
}

} // namespace changer::mtx
