#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a JSON file as a C++ string literal: embed.py INPUT OUTPUT."""
import json
import sys

with open(sys.argv[1], encoding="ascii") as source:
    text = source.read()
json.loads(text)  # a contract that does not parse fails the build
assert ")embedded" not in text
with open(sys.argv[2], "w", encoding="ascii") as output:
    output.write(f'R"embedded({text})embedded"\n')
