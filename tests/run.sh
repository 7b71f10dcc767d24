#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs every test. The last line is "N passed, N failed, N skipped".
#
#   sudo tests/run.sh          installs what is missing, then builds and tests
#   tests/run.sh               the same when everything is installed
#   tests/run.sh --all         also what takes longer than ten minutes altogether
#
# BUILD names another build directory than build/tests.
set -u
cd "$(dirname "$0")/.." || exit 1
. tools/common.sh

suites="--no-suite long"
for argument in "$@"; do
    case $argument in
    --all) suites= ;;
    *)
        echo "usage: tests/run.sh [--all]" >&2
        exit 2
        ;;
    esac
done

# shellcheck disable=SC2086
need $build_packages tgt mtx python3 python3-jsonschema
[ -n "$suites" ] || tests/vm/run.sh --make || exit 1
build=${BUILD:-build/tests}
# shellcheck disable=SC2086
configure "$build" $together
unpack "$(dirname "$build")/packages" bacula-sd bacula-common
as_user ninja -C "$build" -j2 || exit 1
# shellcheck disable=SC2086
as_user meson test -C "$build" --no-rebuild --num-processes 3 --timeout-multiplier 2 \
    --print-errorlogs $suites
python3 tests/summary.py "$build/meson-logs/testlog.json"
