// SPDX-License-Identifier: Apache-2.0
#include "changerctl/views.hpp"

#include "changerctl/fields.hpp"
#include "changerctl/text_table.hpp"

#include <fmt/format.h>

namespace changer::ctl {

using nlohmann::json;

namespace {

std::string count(const json& object, std::string_view name) {
    const auto value = number(object, name);
    return value ? fmt::format("{}", *value) : "?";
}

std::string model_name(const json& library) {
    const auto& identity = member(library, "identity");
    if (!identity.is_object())
        return "-";
    return fmt::format("{} {}", text(identity, "vendor"), text(identity, "product"));
}

std::string contents(const json& element) {
    const auto full = flag(element, "full");
    if (!full)
        return "?";
    return *full ? text(element, "barcode", "(no barcode)") : "empty";
}

std::string yes_no(std::optional<bool> value) {
    return value ? (*value ? "yes" : "no") : "unknown";
}

/// Writes "NAME:   VALUE" lines, the values under each other.
class Lines {
  public:
    void add(std::string_view name, std::string_view value) {
        text_ += fmt::format("{:<12}{}\n", fmt::format("{}:", name), value);
    }

    std::string take() && { return std::move(text_); }

  private:
    std::string text_;
};

std::string safe(const json& object, std::string_view name, const std::string& otherwise = "-") {
    return printable(text(object, name, otherwise));
}

/// Writes the strings of a list one after the other.
std::string names(const json& object, std::string_view name) {
    std::string all;
    for (const json& item : list(object, name))
        if (item.is_string())
            all += (all.empty() ? "" : ", ") + printable(item.get<std::string>());
    return all;
}

/// Adds a part to a note.
void add_note(std::string& note, const std::string& more, std::string_view separator = "; ") {
    if (!note.empty() && !more.empty())
        note += separator;
    note += more;
}

/// Writes what operators call a thing: "Top: the fast one"; empty if they do not call it anything.
std::string description(const json& object) {
    std::string all = text(object, "name", "");
    add_note(all, text(object, "description", ""), ": ");
    return all;
}

/// Says who shares a library's door.
std::string cabinet(const json& object) {
    const auto& shared = member(object, "cabinet");
    if (!shared.is_object())
        return "none: the door is this library's alone";
    std::string all = fmt::format("{}: {}", safe(shared, "id"), names(shared, "members"));
    const std::string foreign = names(shared, "foreign");
    return foreign.empty() ? all : all + "; controlled elsewhere: " + foreign;
}

} // namespace

std::string place(const json& reference) {
    const auto value = number(reference, "number");
    const auto address = number(reference, "address");
    const std::string type = text(reference, "type", "");
    std::string_view name;
    if (type == "storage")
        name = "slot";
    if (type == "data_transfer")
        name = "drive";
    if (type == "import_export")
        name = "mail";
    if (type == "transport")
        name = "arm";
    if (value && !name.empty())
        return fmt::format("{}:{}", name, *value);
    return address ? fmt::format("@{}", *address) : "-";
}

std::string view_libraries(const json& libraries, bool colour) {
    TextTable table(
        {"ID", "STATE", "DOOR", "CABINET", "SLOTS", "DRIVES", "JOBS", "MODEL", "DEVICE"});
    for (const json& library : list(libraries, "libraries")) {
        const auto& counts = member(library, "counts");
        table.add({text(library, "id"),
                   text(library, "state"),
                   text(member(library, "door"), "state"),
                   text(member(library, "cabinet"), "id"),
                   count(counts, "slots_full") + "/" + count(counts, "slots"),
                   count(counts, "drives_full") + "/" + count(counts, "drives"),
                   count(counts, "jobs"),
                   model_name(library),
                   text(library, "device")});
    }
    return table.empty() ? "no libraries\n" : table.str(colour);
}

std::string view_library(const json& library, bool colour) {
    const auto& counts = member(library, "counts");
    const auto& inventory = member(library, "inventory");
    const auto& door = member(library, "door");
    Lines lines;
    lines.add("library", safe(library, "id"));
    lines.add("model", printable(model_name(library)));
    lines.add("serial", safe(member(library, "identity"), "serial"));
    lines.add("device", safe(library, "device"));
    std::string state = coloured(safe(library, "state"), colour);
    if (flag(library, "enabled") == false)
        state += member(library, "active_job").is_string()
                     ? ", disabled; " + safe(library, "active_job") + " is still running"
                     : ", disabled";
    if (member(library, "detail").is_string())
        state += ": " + safe(library, "detail");
    lines.add("state", state);
    lines.add("door",
              fmt::format("{}, lock {}",
                          coloured(safe(door, "state"), colour),
                          coloured(safe(door, "lock"), colour)));
    std::string age = fmt::format("{} by {}", safe(inventory, "at"), safe(inventory, "by"));
    if (!member(inventory, "at").is_string())
        age = "none yet";
    if (member(inventory, "stale_since").is_string())
        age += fmt::format("; {} since {} ({})",
                           coloured("stale", colour),
                           safe(inventory, "stale_since"),
                           safe(inventory, "stale_by"));
    lines.add("inventory", age);
    lines.add("cartridges",
              fmt::format("{} of {} slots, {} of {} drives, {} of {} mail slots",
                          count(counts, "slots_full"),
                          count(counts, "slots"),
                          count(counts, "drives_full"),
                          count(counts, "drives"),
                          count(counts, "mail_slots_full"),
                          count(counts, "mail_slots")));
    lines.add("waiting",
              fmt::format("{} jobs, {} operator requests",
                          count(counts, "jobs"),
                          count(counts, "operator_requests")));
    return std::move(lines).take();
}

std::string view_library_settings(const json& library, bool colour) {
    TextTable table({"SETTING", "VALUE", "FROM"});
    const auto& settings = member(library, "settings");
    if (settings.is_object())
        for (const auto& item : settings.items()) {
            const auto& value = member(item.value(), "value");
            table.add({item.key(),
                       value.is_string() ? value.get<std::string>()
                       : value.is_null() ? "-"
                                         : value.dump(),
                       text(item.value(), "source")});
        }
    Lines lines;
    lines.add("name", safe(library, "name"));
    lines.add("about", safe(library, "description"));
    lines.add("fit", safe(library, "operational_state"));
    lines.add("guid", safe(library, "guid"));
    lines.add("generation", count(library, "generation"));
    return view_library(library, colour) + std::move(lines).take() + "\n" + table.str(colour);
}

std::string view_door(const json& door, bool colour) {
    Lines lines;
    lines.add("door", flag(door, "present") == false ? "none" : safe(door, "kind"));
    lines.add("state",
              fmt::format("{} since {}",
                          coloured(safe(door, "state"), colour),
                          safe(door, "since", "an unknown time")));
    lines.add("lock",
              fmt::format("{} (lockable: {}, policy: {})",
                          coloured(safe(door, "lock"), colour),
                          yes_no(flag(door, "lockable")),
                          safe(door, "lock_policy")));
    lines.add("limits",
              fmt::format("opened within {} s, closed again within {} s",
                          count(door, "unlock_timeout_seconds"),
                          count(door, "max_open_seconds")));
    lines.add("cabinet", cabinet(door));
    lines.add("job", safe(door, "job", "none"));
    return std::move(lines).take();
}

std::string view_elements(const json& elements, bool colour) {
    TextTable table({"PLACE", "ADDRESS", "CARTRIDGE", "KNOWN", "SINCE", "NOTE"});
    // Drives stand first: they are what is looked for in a library of thousands of slots.
    for (const char* type : {"data_transfer", "transport", "import_export", "storage"}) {
        for (const json& element : list(elements, "elements")) {
            if (text(element, "type", "") != type)
                continue;
            const auto& provenance = member(element, "provenance");
            std::string note = flag(element, "enabled") == false ? "disabled" : "";
            const std::string exception = text(member(element, "exception"), "text", "");
            add_note(note, exception);
            if (exception.empty() && flag(element, "accessible") == false)
                add_note(note, "not accessible");
            add_note(note, description(element));
            if (const auto cartridge = description(member(element, "cartridge"));
                !cartridge.empty())
                add_note(note, "in it: " + cartridge);
            table.add({place(element),
                       count(element, "address"),
                       contents(element),
                       text(provenance, "kind"),
                       text(provenance, "at"),
                       note});
        }
    }
    return table.empty() ? "no elements are known yet\n" : table.str(colour);
}

namespace {

/// What is written on a cartridge, as a drive found it.
std::string label_of(const json& medium) {
    const auto& label = member(medium, "label");
    if (label.is_object())
        return fmt::format("{} {}", text(label, "type"), text(label, "id", ""));
    const auto& found = member(medium, "identification");
    return found.is_object() ? fmt::format("({})", text(found, "outcome")) : "-";
}

} // namespace

std::string view_media(const json& media, bool colour) {
    TextTable table({"BARCODE", "LABEL", "STATE", "PLACE", "HOME", "LAST SEEN", "ID", "NOTE"});
    for (const json& medium : list(media, "media")) {
        std::string note = flag(medium, "cleaner") == true ? "cleaner" : "";
        if (flag(medium, "enabled") == false)
            add_note(note, "disabled");
        if (flag(medium, "duplicate") == true)
            add_note(note, "duplicate barcode");
        add_note(note, description(medium));
        table.add({text(medium, "barcode", "(none)"),
                   label_of(medium),
                   text(medium, "state"),
                   place(member(medium, "element")),
                   place(member(medium, "home")),
                   text(medium, "last_seen"),
                   text(medium, "id"),
                   note});
    }
    return table.empty() ? "no cartridges\n" : table.str(colour);
}

std::string view_medium(const json& medium, bool colour) {
    return view_media(json{{"media", json::array({medium})}}, colour);
}

std::string view_diff(const json& entries, bool colour) {
    TextTable table({"CHANGE", "BARCODE", "FROM", "TO"});
    if (entries.is_array())
        for (const json& entry : entries)
            table.add({text(entry, "change"),
                       text(entry, "barcode", "(no barcode)"),
                       place(member(entry, "from")),
                       place(member(entry, "to"))});
    return table.empty() ? "nothing changed\n" : table.str(colour);
}

namespace {

/// What a drive found of one cartridge, and how many were looked at, one sentence each.
std::string examination_of(const json& result) {
    std::string all;
    const auto& found = member(result, "identification");
    if (found.is_object()) {
        all += safe(found, "outcome");
        if (member(found, "label").is_object())
            all += fmt::format(": {} {}",
                               safe(member(found, "label"), "type"),
                               safe(member(found, "label"), "id"));
        if (member(found, "medium_serial").is_string())
            all += fmt::format(", chip {}", safe(found, "medium_serial"));
        if (const auto why = text(found, "text", ""); !why.empty())
            all += fmt::format(" ({})", printable(why));
        return all + '\n';
    }
    const auto examined = number(result, "examined");
    if (!examined)
        return all;
    all += fmt::format("{} cartridges looked at", *examined);
    if (const auto rest = number(result, "not_examined").value_or(0); rest > 0)
        all += fmt::format(", {} not", rest);
    all += '\n';
    for (const json& failure : list(result, "failed"))
        all += fmt::format("failed: {} ({}): {}\n",
                           safe(failure, "barcode", "a cartridge without a barcode"),
                           place(member(failure, "element")),
                           safe(member(failure, "error"), "message"));
    return all;
}

/// What an inventory has changed; nothing is said of that where one cartridge was looked at.
std::string view_changes(const json& result, bool colour) {
    const auto& diff = member(result, "diff");
    const bool one = member(result, "identification").is_object();
    return diff.is_array() && !(one && diff.empty()) ? view_diff(diff, colour) : "";
}

} // namespace

std::string view_result(const json& result, bool colour) {
    const auto& members = list(result, "members");
    if (members.empty())
        return view_changes(result, colour) + examination_of(result);
    std::string all;
    for (const json& part : members) {
        all += fmt::format("library {} ({}): {}",
                           safe(part, "library"),
                           safe(part, "job", "no job"),
                           coloured(safe(part, "state"), colour));
        const auto& error = member(part, "error");
        if (error.is_object())
            all += fmt::format(": {}", safe(error, "message"));
        all += '\n';
        if (member(part, "diff").is_array())
            all += view_diff(member(part, "diff"), colour);
    }
    return all;
}

std::string use_of(const json& result) {
    const auto enabled = flag(result, "enabled");
    if (!enabled && flag(result, "changed") == false)
        return "no full inventory is running\n";
    if (!enabled && flag(result, "changed") == true)
        return fmt::format("{0} ends when what is in drives is home: changerctl wait {0}\n",
                           safe(result, "running"));
    if (!enabled)
        return "";
    std::string all = fmt::format("{} is {}{}\n",
                                  safe(result, "object"),
                                  *enabled ? "enabled" : "disabled",
                                  flag(result, "changed") == false ? ", as it was" : "");
    if (member(result, "running").is_string())
        all += fmt::format("{0} is still running: changerctl wait {0}\n", safe(result, "running"));
    else if (!*enabled)
        all += "no job is using it\n";
    if (const auto held = names(result, "held"); !held.empty())
        all += fmt::format("held until it is enabled: {}\n", held);
    if (const auto refused = names(result, "refused"); !refused.empty())
        all += fmt::format("queued jobs that fail for it: {}\n", refused);
    return all;
}

std::string waits_for(const json& job) {
    const auto& waiting = member(job, "waiting");
    const std::string reason = text(waiting, "reason", "");
    const std::string until =
        member(waiting, "until").is_string() ? " until " + text(waiting, "until") : "";
    const std::string other = text(waiting, "job", "");
    if (member(job, "operator_request").is_string())
        return "waits for " + text(job, "operator_request");
    if (member(job, "merged_into").is_string())
        return "merged into " + text(job, "merged_into");
    if (reason == "disabled")
        return "waits until the library is enabled";
    if (reason == "library_offline" || reason == "starting")
        return "waits for the library to come online";
    if (reason == "not_before")
        return "waits" + until;
    if (reason == "job")
        return "waits for " + other + until;
    if (reason == "device")
        return "waits for the library to answer";
    if (reason == "cabinet")
        return "waits for the other libraries behind the door";
    return "";
}

std::string view_jobs(const json& jobs, bool colour) {
    TextTable table({"ID", "OPERATION", "STATE", "PHASE", "QUEUED", "BY", "NOTE"});
    for (const json& job : list(jobs, "jobs")) {
        std::string note = text(member(job, "error"), "message", "");
        if (note.empty())
            note = waits_for(job);
        if (note.empty() && member(job, "part_of").is_string())
            note = "part of " + text(job, "part_of");
        table.add({text(job, "id"),
                   text(job, "operation"),
                   text(job, "state"),
                   text(job, "phase"),
                   text(job, "queued_at"),
                   text(job, "submitted_by"),
                   note});
    }
    return table.empty() ? "no jobs\n" : table.str(colour);
}

std::string view_job(const json& job, bool colour) {
    const auto& error = member(job, "error");
    const auto& result = member(job, "result");
    Lines lines;
    lines.add("job", fmt::format("{} {}", safe(job, "id"), safe(job, "operation")));
    lines.add("state",
              coloured(safe(job, "state"), colour) +
                  (flag(job, "cancel_requested") == true ? ", cancel requested" : ""));
    lines.add("phase", safe(job, "phase"));
    if (const auto progress = number(job, "progress"))
        lines.add("progress", fmt::format("{} %", *progress));
    if (const auto waits = waits_for(job); !waits.empty())
        lines.add("waiting", printable(waits));
    if (member(job, "eta").is_string())
        lines.add("ends", "about " + safe(job, "eta"));
    if (member(job, "part_of").is_string())
        lines.add("part of", safe(job, "part_of"));
    lines.add("queued", fmt::format("{} by {}", safe(job, "queued_at"), safe(job, "submitted_by")));
    lines.add("started", safe(job, "started_at"));
    lines.add("finished", safe(job, "finished_at"));
    if (error.is_object())
        lines.add("error", fmt::format("{} ({})", safe(error, "message"), safe(error, "code")));
    for (const auto& sentence : moves_of(job))
        lines.add("moved", sentence);
    std::string all = std::move(lines).take() + use_of(result);
    for (const json& entry : list(job, "log"))
        all += fmt::format("  {}  {}\n", safe(entry, "at"), safe(entry, "text"));
    return all + view_result(result, colour);
}

std::vector<std::string> moves_of(const json& job) {
    const auto& result = member(job, "result");
    constexpr const char* nameless = "a cartridge without barcode";
    const auto from_to =
        [&](const json& object, std::string_view barcode, const json& from, const json& to) {
            return fmt::format("{} from {} to {}",
                               safe(object, barcode, std::string(nameless)),
                               place(from),
                               place(to));
        };
    const auto& source = member(result, "source");
    const auto& destination = member(result, "destination");
    const auto& second = member(result, "second_destination");
    std::vector<std::string> sentences;
    if (source.is_object() && destination.is_object())
        sentences.push_back(from_to(result, "barcode", source, destination));
    else if (destination.is_object() && text(job, "state", "") == "passed")
        sentences.push_back(fmt::format("the arm to {}", place(destination)));
    if (second.is_object())
        sentences.push_back(from_to(result, "second_barcode", destination, second));
    if (!source.is_object()) // an exchange that did not pass: how far it went
        for (const json& step : list(result, "steps"))
            sentences.push_back(fmt::format(
                "{} ({})",
                from_to(step, "barcode", member(step, "source"), member(step, "destination")),
                safe(step, "state")));
    return sentences;
}

std::string view_requests(const json& requests, bool colour) {
    std::string all;
    for (const json& request : list(requests, "operator_requests")) {
        const std::string id = safe(request, "id");
        all += fmt::format("{}  {}  {}  job {}\n  {}\n",
                           id,
                           coloured(safe(request, "state"), colour),
                           safe(request, "created_at"),
                           safe(request, "job"),
                           safe(request, "text"));
        if (text(request, "state", "") == "pending")
            all += fmt::format("  when it is done: changerctl answer {} complete\n", id);
    }
    return all.empty() ? "no operator requests\n" : all;
}

std::string job_line(const json& job) {
    std::string line = fmt::format("{} {}: ", safe(job, "id"), safe(job, "operation"));
    const std::string state = safe(job, "state");
    line += state == "running" || state == "waiting" ? safe(job, "phase", state) : state;
    if (const auto progress = number(job, "progress"))
        line += fmt::format(", {} %", *progress);
    if (member(job, "operator_request").is_string())
        line += fmt::format(", waits for {}", safe(job, "operator_request"));
    // The first job of a cabinet's door says whom it stands still for.
    const std::string phase = text(job, "phase", "");
    const auto& log = list(job, "log");
    const std::string last = log.empty() ? "" : text(log.back(), "text", "");
    if ((phase == "draining" || phase == "finishing") && last.starts_with("waits for "))
        line += ", " + printable(last);
    return line;
}

} // namespace changer::ctl
