# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share; they set `directory` to an absolute path before.

# tgtd and tgtadm meet at this socket instead of one in /run that all instances share.
TGT_IPC_SOCKET=$directory/control
export TGT_IPC_SOCKET

# True if the recorded process lives and is the one started here.
running() {
    [ -f "$directory/pid" ] || return 1
    recorded=$(cat "$directory/pid")
    [ "$(readlink "/proc/$recorded/cwd" 2>/dev/null)" = "$directory" ]
}

admin() {
    tgtadm --control-port 0 --lld iscsi "$@"
}

# Manages one logical unit: unit LUN OPERATION ARGUMENT...
unit() {
    lun=$1 operation=$2
    shift 2
    admin --mode logicalunit --op "$operation" --tid 1 --lun "$lun" "$@"
}

# Makes the file behind a cartridge: medium BARCODE TYPE
medium() {
    [ -f "$directory/media/$1" ] ||
        tgtimg --op new --device-type tape --barcode "$1" --size 8 --type "$2" \
            --thin-provisioning --file "$directory/media/$1" >/dev/null
}

# Puts a cartridge into an element, mail slots from 10 and storage from 1000: insert BARCODE ADDRESS
insert() {
    medium "$1" data
    unit "$(cat "$directory/lun")" update --params \
        "element_type=$(element_type "$2"),address=$2,barcode=$1,sides=1"
}

element_type() {
    if [ "$1" -ge 1000 ]; then echo 2; else echo 3; fi
}
