// SPDX-License-Identifier: Apache-2.0
#include "changerctl/commands.hpp"
#include "changerctl/fields.hpp"
#include "changerctl/text_table.hpp"

#include <fmt/format.h>

#include <ostream>

namespace changer::ctl {
namespace {

std::string view(const client::Event& event) {
    const auto hint = client::Document::parse(event.data);
    if (!hint)
        return printable(event.type) + "\n";
    return fmt::format("{:<18}{:<12}{}\n",
                       printable(text(hint->json(), "type", event.type)),
                       printable(text(hint->json(), "library")),
                       printable(text(hint->json(), "job")));
}

bool concerns(const client::Event& event, const std::string& library) {
    const auto hint = client::Document::parse(event.data);
    const auto named = hint ? text(hint->json(), "library", "") : std::string();
    return library.empty() || named.empty() || named == library;
}

void print(Context& context, const client::Event& event) {
    if (!concerns(event, context.globals.library))
        return;
    if (!context.globals.json) {
        context.io.out << view(event) << std::flush;
        return;
    }
    if (const auto hint = client::Document::parse(event.data))
        context.io.out << hint->text() << std::endl;
}

} // namespace

Result<int> run_events(Context& context, const Arguments&) {
    client::Deadline deadline{{}, context.io.interrupt_fd};
    if (context.globals.timeout)
        deadline.at = BootClock::now() + *context.globals.timeout;
    std::string last_id;
    while (true) {
        auto stream = context.client.subscribe(last_id);
        if (!stream)
            return std::move(stream).error();
        Result<client::Event> event = stream->next(deadline);
        for (; event; event = stream->next(deadline)) {
            last_id = event->id;
            print(context, *event);
        }
        // A stream that ended is opened again behind its last event; a daemon that is gone says so.
        if (event.error().code != Code::unreachable)
            return std::move(event).error();
        const auto moment = deadline.within(std::chrono::seconds{1});
        if (auto paused = client::pause_until(moment); !paused)
            return std::move(paused).error();
    }
}

} // namespace changer::ctl
