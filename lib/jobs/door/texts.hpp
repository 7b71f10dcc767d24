// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jobs/door/context.hpp"

#include <string>

namespace changer::jobs::door {

/// Writes what the operator is asked to do, and what each answer means.
std::string request_text(RequestType type, const Context& context);

/// Writes what the operator is told when a job ends and nobody knows whether the door is locked.
std::string lock_unknown_text(const Context& context);

} // namespace changer::jobs::door
