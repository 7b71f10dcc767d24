#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom: the table of layers, and nothing from the outside where it has
no business. Prints each breach as FILE:LINE and exits 1 if there is one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each folder may include directly; what those may include, it may too.
MAY = {
    "lib/support": [],
    "lib/scsi": ["lib/support"],
    "lib/transport": ["lib/scsi"],
    "lib/sim": ["lib/transport", "lib/scsi"],
    "lib/open": ["lib/transport", "lib/sim"],
    "lib/device": ["lib/transport"],
    "lib/changer": ["lib/device"],
    "lib/drive": ["lib/device"],
    "lib/library": ["lib/scsi"],
    "lib/jobs": ["lib/library"],
    "lib/store": ["lib/support"],
    "lib/client": ["lib/support"],
    "lib/ntms": ["lib/client"],
    "daemon": ["lib/open", "lib/changer", "lib/drive", "lib/library", "lib/jobs", "lib/store"],
    "tools": ["lib/client", "lib/open", "lib/changer", "lib/drive", "lib/sim"],
}

# Outside headers that belong to one place.
ONLY_IN = {
    r"<boost/": ["daemon"],
    r"<CLI/": ["daemon", "tools"],
    r"<scsi/": ["lib/transport"],
    r"<iscsi/": ["lib/transport"],
    r"<libudev": ["lib/transport"],
    r"<systemd/": ["daemon"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<][^">]+[">])')


def reachable(folder):
    seen, queue = {folder}, [folder]
    while queue:
        for below in MAY[queue.pop()]:
            if below not in seen:
                seen.add(below)
                queue.append(below)
    return seen


def folder_of(path):
    parts = path.parts
    return "/".join(parts[:2]) if parts[0] == "lib" else parts[0]


def target_folder(header, including):
    """Returns the folder a quoted include belongs to; none for one that is not the project's."""
    for base in (ROOT / "lib", ROOT, (ROOT / including).parent):
        if (base / header).exists():
            return folder_of((base / header).resolve().relative_to(ROOT))
    return None


def breaches(path):
    folder = folder_of(path)
    if folder not in MAY:
        yield 1, f"{folder} is not a folder of the design"
        return
    allowed = reachable(folder)
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match.group(1)
        target = target_folder(name[1:-1], path) if name[0] == '"' else None
        if target and target not in allowed:
            yield number, f"{folder} may not include {target}"
        for pattern, places in ONLY_IN.items():
            if re.match(pattern, name) and folder not in places:
                yield number, f"{name} belongs to {', '.join(places)} alone"


def main():
    found = 0
    for top in ("lib", "daemon", "tools"):
        for file in sorted((ROOT / top).rglob("*.[ch]pp")):
            path = file.relative_to(ROOT)
            for number, text in breaches(path):
                print(f"{path}:{number}: {text}")
                found += 1
    print("layers:", f"{found} breaches" if found else "kept")
    return 1 if found else 0


sys.exit(main())
