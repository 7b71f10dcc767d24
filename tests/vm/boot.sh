#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Boots the virtual machine of image.sh by software emulation, unpacks a tar archive over its root,
# runs the archive's program /opt/changer/run as root under systemd, and prints what that prints.
# The disk is left as it was.
#
#   boot.sh [--timeout SECONDS] [--console FILE] ARCHIVE
#
# Exit code: the program's; 124 if the time (default 900 s) is over, 125 if the guest did not get
# that far. --console keeps what the kernel and systemd say.
set -u
usage() {
    sed -n 's/^#   boot.sh/usage: boot.sh/p' "$0" >&2
    exit 2
}

images=$(cd "$(dirname "$0")/../../build/vm" && pwd) || exit 125
seconds=900 console=
while [ $# -gt 1 ]; do
    case $1 in
    --timeout) seconds=$2 ;;
    --console) console=$2 ;;
    *) usage ;;
    esac
    shift 2
done
[ $# -eq 1 ] && [ -f "$1" ] || usage

work=$(mktemp -d)
emulator=
trap 'rm -rf "$work"' EXIT
# `timeout` hands the signal on to its child; both are ours.
trap '[ -z "$emulator" ] || kill "$emulator"; exit 130' HUP INT TERM

# A disk has whole sectors.
cp "$1" "$work/payload.tar"
truncate -s %4096 "$work/payload.tar"
: >"$work/output"

# Serial lines: the console, what the program prints, and its exit code.
timeout -k 10 "$seconds" qemu-system-x86_64 \
    -machine q35,usb=off,vmport=off,graphics=off -accel tcg,thread=multi -cpu Nehalem -smp 2 -m 1024 \
    -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$images/vmlinuz" \
    -append "root=/dev/nvme0n1 rw console=ttyS0 quiet systemd.unit=changer-vm.target systemd.show_status=0 \
mitigations=off nokaslr audit=0 random.trust_cpu=on tsc=reliable panic=-1" \
    -drive "if=none,id=root,file=$images/root.ext4,format=raw,snapshot=on" \
    -drive "if=none,id=payload,file=$work/payload.tar,format=raw,readonly=on" \
    -device nvme,id=nvme,serial=changer \
    -device nvme-ns,bus=nvme,drive=root,nsid=1 -device nvme-ns,bus=nvme,drive=payload,nsid=2 \
    -serial "file:$work/console" -serial "file:$work/output" -serial "file:$work/status" \
    </dev/null >"$work/qemu" 2>&1 &
emulator=$!
tail -q -s 0.5 --pid=$emulator -n +1 -f "$work/output"
wait $emulator
ended=$?

[ -z "$console" ] || cp "$work/console" "$console"
status=$(tr -dc '0-9' <"$work/status" 2>/dev/null)
if [ -n "$status" ]; then
    exit "$status"
fi
{
    echo "boot.sh: the guest gave no exit code; the end of its console:"
    tail -n 40 "$work/console"
    cat "$work/qemu"
} >&2
[ "$ended" -ne 124 ] || echo "boot.sh: ended after $seconds s" >&2
[ "$ended" -eq 124 ] && exit 124
exit 125
