// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/feature_memory.hpp"
#include "support/result.hpp"

#include <string>
#include <string_view>

// What a changer has taught, kept beside the other documents of its library. Losing it costs a few
// refused commands, so that a document that does not read is left out without harm.

namespace changer::daemon {

inline constexpr std::string_view feature_document_key = "features";

std::string feature_document(const LearnedFeatures& learned);

/// Errors:  malformed_document
Result<LearnedFeatures> features_from_document(const std::string& text);

} // namespace changer::daemon
