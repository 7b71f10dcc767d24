#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A whole door job, seen from the operator's chair, without a tape library: builds, starts a
# simulated library of 24 slots and the daemon, opens the door, changes cartridges, closes it,
# and shows what the inventory found. Leaves nothing behind but the build directory.
#
#   sudo tools/demo.sh         installs what is missing, then builds and runs
#   tools/demo.sh              the same when everything is installed
set -u
cd "$(dirname "$0")/.." || exit 1
. tools/common.sh

# shellcheck disable=SC2086
need $build_packages
build=${BUILD:-build/demo}
configure "$build" $together -Dtests=false >/dev/null
echo "building ..."
quietly as_user ninja -C "$build" -j2 || exit 1

work=$(as_user mktemp -d)
chmod 755 "$work"
sim_pid=
daemon_pid=
clean_up() {
    for pid in $daemon_pid $sim_pid; do kill "$pid" 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

# typed COMMAND...: shows a command as the operator types it, and runs it.
typed() {
    printf '$ %s\n' "$*"
    "$@"
}
changerctl() { as_user "$build/tools/changerctl" --socket "$work/api.sock" "$@"; }
changersim() { as_user "$build/tools/changersim" ctl "$work/sim.ctl" "$@"; }

# until_true SECONDS COMMAND...: repeats it until it succeeds.
until_true() {
    tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

fail() {
    echo "$1" >&2
    tail -n 20 "$work"/*.log >&2
    exit 1
}

say "A simulated library (changersim) and the daemon (changerd) ..."
exec_as_user "$build/tools/changersim" serve --listen 127.0.0.1:0 --control "$work/sim.ctl" \
    --slots 24 --drives 2 --mail 4 --tapes 16 --speed 20 >"$work/changersim.log" 2>&1 &
sim_pid=$!
until_true 20 grep -q 'iscsi://' "$work/changersim.log" || fail "changersim did not start"
until_true 20 test -S "$work/sim.ctl" || fail "changersim did not start"
url=$(grep -o 'iscsi://[^ ]*' "$work/changersim.log" | head -n 1)
as_user tee "$work/changerd.json" >/dev/null <<EOF
{
  "state_directory": "$work/state",
  "socket": "$work/api.sock",
  "discover": false,
  "libraries": [
    { "id": "main", "device": "$url", "inventory_method": "fast", "poll_seconds": 1,
      "door": { "present": true, "lockable": true, "quiet_seconds": 2, "max_open_seconds": 1800 } }
  ]
}
EOF
exec_as_user "$build/daemon/changerd" --config "$work/changerd.json" >"$work/changerd.log" 2>&1 &
daemon_pid=$!
inventoried() { changerctl media | grep -q VT0001L8; }
until_true 20 inventoried || fail "the library did not come online"
typed changerctl status

say "The operator asks for the door. The job is queued, the library unlocked:"
typed changerctl --no-wait door open --inventory fast || fail "the door job was refused"
job=main-1
in_phase() { changerctl --json job "$job" | grep -q "\"phase\": *\"$1\""; }
finished() { ! changerctl --json job "$job" | grep -q '"finished_at": *null'; }
until_true 30 in_phase unlocked || fail "the door was not unlocked"
typed changerctl jobs

say "The operator opens it, adds DEMO01L8 in slot 20, takes the one in slot 1, moves one from 4 to 22, swaps 2 and 3:"
changersim open-door || fail "the door did not open"
until_true 30 in_phase open || fail "the open door was not seen"
changersim insert DEMO01L8 20 && changersim remove 1 && changersim swap 4 22 && changersim swap 2 3 ||
    fail "the cartridges could not be changed"
typed changerctl door

say "The operator closes it. The daemon locks it, waits until the library is ready, reads all barcodes:"
changersim close-door || fail "the door did not close"
typed changerctl wait "$job" || fail "the door job failed"

say "What changed since the door was opened:"
typed changerctl diff
for word in DEMO01L8 added removed moved swapped; do
    changerctl diff | grep -q "$word" || fail "the diff does not name: $word"
done

say "And it is on disk:"
ls -l "$work"/state/libraries/main | sed 1d
echo
echo "demo passed"
