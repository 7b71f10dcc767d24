#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the incumbent's mtx and ours cost on the same large libraries, side by side: instructions,
# peak memory, commands sent. Exits 1 if a budget is missed.
#
#   sudo tests/bench/mtx.sh    installs what is missing, builds what it measures
#   tests/bench/mtx.sh         the same when everything is installed
#
# BUILD names another build directory than build/tests.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tools/common.sh

# shellcheck disable=SC2086
need $build_packages mtx python3 valgrind
build=${BUILD:-build/tests}
# shellcheck disable=SC2086
configure "$build" $together
as_user ninja -C "$build" -j2 tests/mtx/sg_standin.so tests/mtx/standin_server >/dev/null || exit 1
strict_build >/dev/null || exit 1 # both programs as they are shipped
BUILD=$build as_user python3 tests/bench/mtx.py build/strict/tools/mtx
