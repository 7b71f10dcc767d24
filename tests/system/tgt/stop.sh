#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ends the tgtd that start.sh started in DIRECTORY, that one and no other.
#
#   stop.sh DIRECTORY
set -eu
[ $# -eq 1 ] || { echo "usage: stop.sh DIRECTORY" >&2; exit 2; }
directory=$(cd "$1" && pwd)
. "$(dirname "$0")/common.sh"

# It ignores SIGTERM while it has targets, and has nothing to save.
if running; then
    kill -KILL "$recorded"
    while running; do
        sleep 0.01
    done
fi
rm -f "$directory/pid" "$directory/control".*
