#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks data/quirks.schema.json: it takes the rows compiled in and a row with every member, and
refuses that row with any one value of another type, out of range or unknown, as the reader in
lib/device/quirk_document.cpp does (tests/device/quirks.cpp).

Usage: quirk_schema.py SCHEMA EVERY_MEMBER FILE..."""
import copy
import json
import sys

import jsonschema


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def places(value, path=()):
    """Yields the path of each member and item."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in pairs:
        yield path + (key,)
        if isinstance(below, (dict, list)):
            yield from places(below, path + (key,))


def with_value(document, path, value):
    changed = copy.deepcopy(document)
    target = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


def main():
    schema, every = load(sys.argv[1]), load(sys.argv[2])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    row = schema["$defs"]["row"]["properties"]
    wrong = []
    for path in sys.argv[2:]:
        wrong += [f"{path}: {error.message}" for error in validator.iter_errors(load(path))]
    missing = set(row) - set(every["quirks"][0])
    if missing:
        wrong.append(f"no value is tried for {', '.join(sorted(missing))}")
    tried = 0
    for path in places(every):
        for value in (None, [[]], {"x": 1}, -1, 16777216):
            tried += 1
            if validator.is_valid(with_value(every, path, value)):
                wrong.append(f"{'/'.join(map(str, path))} may be {value!r}")
    for path in ((), ("quirks", 0), ("quirks", 0, "match", 0), ("quirks", 0, "timeouts")):
        if validator.is_valid(with_value(every, path + ("unknown",), 1)):
            wrong.append(f"{'/'.join(map(str, path))} may have an unknown member")
    for text in wrong:
        print(text)
    print(f"{len(sys.argv) - 2} files, {tried} wrong values, {len(wrong)} mistakes")
    return 1 if wrong else 0


sys.exit(main())
