#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs a build directory into a staging root and checks that everything lies where the
# distribution expects it and that systemd accepts the units.
#
#   tests/install.sh BUILD
set -eu
cd "$(dirname "$0")/.."
build=${1:?usage: tests/install.sh BUILD}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

prefix=$(meson introspect --buildoptions "$build" |
    python3 -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"]=="prefix"))')
DESTDIR=$root meson install -C "$build" --no-rebuild --quiet

status=0
expect() {
    [ -e "$root$1" ] || { echo "not installed: $1"; status=1; }
}
expect "$prefix/sbin/changerd"
expect "$prefix/bin/changerctl"
expect "$prefix/bin/changersim"
expect "$prefix/include/changer/ntmsapi.h"
[ -n "$(find "$root" -name libchanger-ntms.pc)" ] || { echo "no pkg-config file of the C API"; status=1; }
[ -n "$(find "$root" -name libchanger-ntms.so.0)" ] || { echo "no library of the C API"; status=1; }
expect "$prefix/share/doc/changer/examples/changerd.json"
expect "$(pkg-config --variable=systemdsystemunitdir systemd)/changerd.service"
expect "$(pkg-config --variable=systemdsystemunitdir systemd)/changerd.socket"
expect "$(pkg-config --variable=sysusersdir systemd)/changer.conf"
expect "$(pkg-config --variable=modulesloaddir systemd)/changer.conf"
[ -n "$(find "$root" -path '*/rules.d/70-changer.rules')" ] || { echo "no udev rule"; status=1; }

# The units name the installed program: verify them as they would lie on the machine.
units=$root$(pkg-config --variable=systemdsystemunitdir systemd)
mkdir -p "$root/verify"
for unit in changerd.service changerd.socket; do
    sed "s|=$prefix/sbin/|=$root$prefix/sbin/|" "$units/$unit" >"$root/verify/$unit"
done
found=$(systemd-analyze verify --recursive-errors=no "$root/verify/changerd.service" \
    "$root/verify/changerd.socket" 2>&1) || status=1
[ -z "$found" ] || { echo "systemd-analyze verify: $found"; status=1; }

members=$(systemd-sysusers --dry-run "$root$(pkg-config --variable=sysusersdir systemd)/changer.conf" 2>&1) ||
    { echo "systemd-sysusers: $members"; status=1; }

[ "$status" -eq 0 ] && echo "installed and verified under $prefix"
exit "$status"
