// SPDX-License-Identifier: Apache-2.0
#include "changer/element_scan.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("changer/element_scan");
