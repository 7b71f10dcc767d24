#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts a cartridge into an empty storage element or mail slot of a library that start.sh started;
# with "-" for the barcode it takes out what is there. tgtd raises no unit attention for either.
#
#   insert.sh DIRECTORY BARCODE ADDRESS       barcodes have at most 10 characters
set -eu
[ $# -eq 3 ] || { echo "usage: insert.sh DIRECTORY BARCODE|- ADDRESS" >&2; exit 2; }
directory=$(cd "$1" && pwd)
. "$(dirname "$0")/common.sh"

if [ "$2" = - ]; then
    unit "$(cat "$directory/lun")" update --params \
        "element_type=$(element_type "$3"),address=$3,clear_slot=1"
else
    insert "$2" "$3"
fi
