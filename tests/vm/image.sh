#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the virtual machine's kernel and disk, build/vm/vmlinuz and build/vm/root.ext4, from Debian's
# packages alone. They are kept until the list of packages or the files of the image change.
#
#   sudo tests/vm/image.sh
#
# Debian's cloud kernel has NVMe and ext4 built in: it starts from the disk without an initramfs.
set -eu
cd "$(dirname "$0")/../.."
. tools/common.sh

work=build/vm
recipe=$(find tests/vm/image.sh tests/vm/packages tests/vm/image -type f | LC_ALL=C sort |
    xargs sha256sum | sha256sum)
as_user mkdir -p "$work"
# Two runs at a time would build into each other.
exec 9>"$work/lock"
flock 9
if [ "$(cat "$work/recipe" 2>/dev/null)" = "$recipe" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "The virtual machine's disk has to be made once by root: sudo tests/vm/image.sh" >&2
    exit 1
fi
need mmdebstrap e2fsprogs kmod

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
trap 'exit 1' HUP INT TERM

# The package sources and the proxy of this machine, and its release: its binaries run in the guest.
. /etc/os-release
sources=/etc/apt/sources.list.d/debian.sources
[ -s "$sources" ] || sources=/etc/apt/sources.list
apt-config dump --format '%F "%v";%n' Acquire | grep -i proxy >"$work/apt.conf" || true

# In the guest nobody reads manuals, and nothing is kept up to date.
idle="apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
    systemd-timesyncd.service systemd-pstore.service open-iscsi.service tgt.service"

echo "installing Debian $VERSION_CODENAME into the virtual machine's disk"
begin=$(date +%s)
# The kernel's package would bring what makes an initramfs: it is only unpacked.
# shellcheck disable=SC2016,SC2086
quietly mmdebstrap --mode=root --variant=minbase --format=directory \
    --include="$(grep -v '^#' tests/vm/packages | paste -sd,)" \
    --aptopt="$work/apt.conf" \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='cd "$1/boot" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" && export APT_CONFIG &&
        apt-get download "$(apt-cache depends linux-image-cloud-amd64 |
            sed -n "s/^ *Depends: \(linux-image-.*\)/\1/p")"' \
    --customize-hook='cp -r --no-preserve=ownership tests/vm/image/. "$1"' \
    --customize-hook="chroot \"\$1\" systemctl mask $(echo $idle)" \
    "$VERSION_CODENAME" "$root/disk" "$sources" || exit 1

dpkg-deb -x "$root"/disk/boot/linux-image-*.deb "$root/kernel"
mv "$root/kernel/lib/modules" "$root/disk/usr/lib"
depmod -b "$root/disk" "$(ls "$root/disk/usr/lib/modules")"
mv "$root"/kernel/boot/vmlinuz-* "$work/vmlinuz"
rm -rf "$work/root.ext4" "$root"/disk/boot/* "$root"/disk/var/lib/apt/lists/*
truncate -s 1G "$work/root.ext4"
mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root/disk" "$work/root.ext4"
chmod 0644 "$work/vmlinuz" "$work/root.ext4"
[ -z "${SUDO_USER:-}" ] || chown "$SUDO_USER" "$work"/*
echo "$recipe" >"$work/recipe"
echo "made $work/root.ext4 in $(($(date +%s) - begin)) s"
