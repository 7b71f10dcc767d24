// SPDX-License-Identifier: Apache-2.0
#include "jobs/engine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// What an operator calls drives and cartridges.

namespace changer::jobs {

Result<void> LibraryEngine::set_description(std::string_view text,
                                            const nlohmann::json& patch,
                                            const Principal& principal,
                                            Effects& effects) {
    if (auto form = library::with({}, patch); !form)
        return std::move(form).error();
    const auto object = find_object(model_, text);
    if (!object) // what is named in a path is there or not
        return Error{object.error().code == Code::busy ? Code::busy : Code::not_found,
                     object.error().what};
    if (object->kind == ObjectKind::library)
        return Error{Code::invalid_parameter, "a library is described by its settings"};
    if (!principal.control)
        return Error{Code::access_denied,
                     fmt::format("to describe {} needs the right 'control' on this library; "
                                 "whoever administers the daemon grants it in its configuration",
                                 object->name)};
    const auto before = descriptions_.of(*object);
    auto after = library::with(before, patch);
    if (!after)
        return std::move(after).error();
    if (*after == before)
        return {};
    remember_for_undo();
    undo_->described = std::pair(*object, before);
    dirty_.others.push_back(descriptions_.put(*object, *std::move(after)));
    hint(object->kind == ObjectKind::drive ? "elements" : "media");
    effects = flush();
    return {};
}

} // namespace changer::jobs
