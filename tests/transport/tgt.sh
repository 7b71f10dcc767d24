#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test program against a running tgtd, which nobody of this project wrote.
#
#   tgt.sh PROGRAM [ARGUMENT...]      exit 77: skipped, tgtd is not installed
set -eu
PATH=$PATH:/usr/sbin:/sbin
export PATH
if ! command -v tgtd >/dev/null || ! command -v tgtadm >/dev/null; then
    echo "skipped: tgtd is not installed (package tgt)"
    exit 77
fi
scripts=$(cd "$(dirname "$0")/../system/tgt" && pwd)
TGT_DIRECTORY=$(mktemp -d "${TMPDIR:-/tmp}/changer-tgt-XXXXXX")
export TGT_DIRECTORY
trap '"$scripts/stop.sh" "$TGT_DIRECTORY"; rm -rf "$TGT_DIRECTORY"' EXIT
trap 'exit 1' HUP INT TERM
TGT_URL=$("$scripts/start.sh" "$TGT_DIRECTORY")
export TGT_URL
"$@"
