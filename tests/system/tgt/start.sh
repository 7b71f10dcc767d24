#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts a tape library that nobody of this project wrote, Debian's tgtd (package tgt), as a process
# of its own on loopback. Its control socket, media and log live in DIRECTORY, so that several can
# run at once. The last word printed is the changer's URL; its drives are LUN 1, 2, ...
#
#   start.sh DIRECTORY [--port N] [--slots N] [--drives N] [--mail N] [--tapes N]
#
# Without --port a free one is found. stop.sh DIRECTORY ends it, insert.sh changes its contents.
# Element addresses: arm 1, mail slots 10.., drives 256.., storage 1000.. with VT0001L5, VT0002L5...
set -eu
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    sed -n 's/^#   start.sh/usage: start.sh/p' "$0" >&2
    exit 2
}

[ $# -ge 1 ] || usage
directory=$1
shift
port='' slots=24 drives=4 mail=4 tapes=16
while [ $# -ge 2 ]; do
    case $1 in
    --port) port=$2 ;;
    --slots) slots=$2 ;;
    --drives) drives=$2 ;;
    --mail) mail=$2 ;;
    --tapes) tapes=$2 ;;
    *) usage ;;
    esac
    shift 2
done
[ $# -eq 0 ] || usage

mkdir -p "$directory/media"
directory=$(cd "$directory" && pwd)
. "$here/common.sh"

if running; then
    echo "start.sh: a tgtd runs in $directory already, pid $(cat "$directory/pid")" >&2
    exit 1
fi

# Starts tgtd on the given port. False if it does not get that far, as with a port in use.
start() {
    rm -f "$directory/control".*
    # From its working directory stop.sh knows that a process is this one.
    (
        cd "$directory"
        exec setsid tgtd --foreground --control-port 0 --iscsi "portal=127.0.0.1:$1"
    ) >"$directory/tgtd.log" 2>&1 </dev/null &
    echo $! >"$directory/pid"
    tries=0
    until admin --mode sys --op show >/dev/null 2>&1; do
        running || return 1
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.05
    done
    admin --mode portal --op show | grep -q "127.0.0.1:$1,"
}

# Ports below Linux's ephemeral ones (32768) are not handed out to other programs meanwhile.
if [ -n "$port" ]; then
    start "$port" || { cat "$directory/tgtd.log" >&2; "$here/stop.sh" "$directory"; exit 1; }
else
    attempt=0
    while :; do
        port=$((20000 + ($$ * 7 + attempt * 997) % 12000))
        start "$port" && break
        "$here/stop.sh" "$directory"
        attempt=$((attempt + 1))
        [ $attempt -lt 20 ] || { cat "$directory/tgtd.log" >&2; exit 1; }
    done
fi

target=iqn.2026-01.local.changer:tgt
admin --mode target --op new --tid 1 --targetname $target

# A drive is made with some medium in it and emptied by taking it off-line.
drive=1
while [ $drive -le "$drives" ]; do
    medium "EMPTY$drive" clean
    unit $drive new --backing-store "$directory/media/EMPTY$drive" --device-type tape
    unit $drive update --params \
        "vendor_id=HP,product_id=Ultrium-5-SCSI,product_rev=0001,scsi_sn=TGTDRIVE$drive,removable=1"
    unit $drive update --params online=0
    drive=$((drive + 1))
done

changer=$((drives + 1))
echo $changer >"$directory/lun"
: >"$directory/changer"
truncate -s 1024 "$directory/changer"
unit $changer new --backing-store "$directory/changer" --device-type changer
unit $changer update --params \
    "vendor_id=STK,product_id=L700,product_rev=0010,scsi_sn=TGTCHANGER,removable=1"
unit $changer update --params "media_home=$directory/media"
unit $changer update --params element_type=1,start_address=1,quantity=1
[ "$mail" -eq 0 ] || unit $changer update --params "element_type=3,start_address=10,quantity=$mail"
unit $changer update --params "element_type=4,start_address=256,quantity=$drives"
unit $changer update --params "element_type=2,start_address=1000,quantity=$slots"
drive=1
while [ $drive -le "$drives" ]; do
    unit $changer update --params "element_type=4,address=$((255 + drive)),tid=1,lun=$drive"
    drive=$((drive + 1))
done
tape=1
while [ $tape -le "$tapes" ] && [ $tape -le "$slots" ]; do
    insert "$(printf 'VT%04dL5' $tape)" $((999 + tape))
    tape=$((tape + 1))
done

admin --mode target --op bind --tid 1 --initiator-address ALL
echo "iscsi://127.0.0.1:$port/$target/$changer"
