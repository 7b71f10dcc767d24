#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tests the installed project in a virtual machine, on a real kernel's /dev/sg*, udev and systemd.
# The last line is "N passed, N failed, N skipped".
#
#   sudo tests/vm/run.sh [TEST...]      TEST as in Service or Service.test_it_stops_cleanly
#   sudo tests/vm/run.sh --make         only what root is needed for: packages, the guest's disk
#
# BUILD names the build directory to install (build/strict); CONSOLE a file to keep what the
# guest's kernel and systemd say; PATIENCE the seconds until a condition in the guest counts as
# missed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tools/common.sh

skip() {
    echo "skipped: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

# True if the package sources, asked anew, do not have the emulator or the kernel. Sources that do
# not answer leave that open.
not_to_be_had() {
    have() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }
    for package in qemu-system-x86 mmdebstrap linux-image-cloud-amd64; do
        have $package || { quietly apt-get -q update && ! have $package; } || continue
        return 0
    done
    return 1
}

if [ "$(id -u)" -ne 0 ] && { ! command -v qemu-system-x86_64 >/dev/null || [ ! -f build/vm/recipe ]; }; then
    skip "the virtual machine has to be made once by root: sudo tests/vm/run.sh --make"
fi
if ! command -v qemu-system-x86_64 >/dev/null && not_to_be_had; then
    skip "Debian's qemu-system-x86, mmdebstrap or linux-image-cloud-amd64 is not to be had here"
fi
# shellcheck disable=SC2086
need $build_packages qemu-system-x86
tests/vm/image.sh || exit 1
[ "${1:-}" != --make ] || exit 0
build=${BUILD:-build/strict}
[ -n "${BUILD:-}" ] || strict_build || exit 1

archive=$(mktemp -d)
trap 'rm -rf "$archive"' EXIT
trap 'exit 130' HUP INT TERM
export DESTDIR="$archive/root"
quietly meson install -C "$build" --no-rebuild --strip || exit 1

# The tests find each other, the programs and the API's contract where they lie in the tree.
home=$DESTDIR/opt/changer
mkdir -p "$home/tests" "$home/data"
cp -r tests/system tests/vm "$home/tests"
cp data/openapi.json "$home/data"
cat >"$home/run" <<END
#!/bin/sh
export PATIENCE=${PATIENCE:-600} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
exec python3 /opt/changer/tests/vm/guest/main.py $*
END
chmod +x "$home/run"
tar -C "$DESTDIR" --owner=0 --group=0 --mode=u=rwX,go=rX -cf "$archive/payload.tar" .
tests/vm/boot.sh --timeout "${VM_SECONDS:-3600}" ${CONSOLE:+--console "$CONSOLE"} "$archive/payload.tar"
