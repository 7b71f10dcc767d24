#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks responses of the API against data/openapi.json.

As a module:   check("GET", "/v1/jobs", 200, body) raises AssertionError
As a program:  validate.py FILE checks each line of FILE, an object with the members method, path,
               status, content_type and body; or validate.py -- PROGRAM ARGUMENT... runs a program
               that writes such lines to the file named by CHANGER_RESPONSES, and checks them.
"""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "data" / "openapi.json"


class Contract:
    """An OpenAPI document; paths are found by their templates."""

    def __init__(self, path=DEFAULT):
        self.document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        self.templates = []
        for template in self.document["paths"]:
            pattern = re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(template))
            self.templates.append((re.compile(f"^{pattern}$"), template))

    def operation(self, method, path):
        """Returns the operation of a request, or None if the contract has none."""
        path = path.split("?")[0]
        for pattern, template in sorted(self.templates, key=lambda t: "{" in t[1]):
            if pattern.match(path):
                return self.document["paths"][template].get(method.lower())
        return None

    def check(self, method, path, status, content_type, body):
        """Returns what is wrong with a response: a list of sentences, empty if nothing is."""
        where = f"{method} {path} -> {status}"
        operation = self.operation(method, path)
        if operation is None:
            if status in (401, 403, 404, 405):
                return self.check_schema(where, "Problem", body)
            return [f"{where}: the contract has no such operation"]
        response = operation["responses"].get(str(status), operation["responses"].get("default"))
        if "$ref" in response:
            response = self.document["components"]["responses"][response["$ref"].split("/")[-1]]
        content = response.get("content", {})
        media_type = (content_type or "").split(";")[0]
        if media_type not in content:
            return [f"{where}: {media_type!r} is not one of {sorted(content)}"]
        if media_type == "text/event-stream":
            return []
        return self.check_schema(where, content[media_type]["schema"], body)

    def check_event(self, data):
        """Checks the data of one server-sent event."""
        return self.check_schema("event", "Event", data)

    def check_schema(self, where, schema, body):
        if isinstance(schema, str):
            schema = {"$ref": f"#/components/schemas/{schema}"}
        try:
            document = json.loads(body) if isinstance(body, (str, bytes)) else body
        except ValueError as error:
            return [f"{where}: not JSON: {error}"]
        # References are resolved inside the schema itself, the same in every version of jsonschema.
        schema = {**schema, "components": self.document["components"]}
        validator = jsonschema.Draft202012Validator(schema)
        return [
            f"{where}: /{'/'.join(str(p) for p in error.absolute_path)}: {error.message[:300]}"
            for error in validator.iter_errors(document)
        ]


def check(method, path, status, body):
    """Raises AssertionError unless a JSON response is what the project's contract says."""
    content_type = "application/problem+json" if status >= 400 else "application/json"
    errors = _contract().check(method, path, status, content_type, body)
    if errors:
        raise AssertionError("\n".join(errors))


@functools.lru_cache(maxsize=1)
def _contract():
    return Contract()


def check_file(name):
    contract = Contract()
    count, errors = 0, []
    with open(name, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            count += 1
            errors += contract.check(
                row["method"], row["path"], row["status"], row["content_type"], row["body"]
            )
    for error in errors:
        print(error)
    print(f"{count} responses, {len(errors)} errors")
    return 1 if errors or count == 0 else 0


def main(arguments):
    if arguments[:1] != ["--"]:
        return check_file(arguments[0])
    with tempfile.NamedTemporaryFile() as responses:
        environment = dict(os.environ, CHANGER_RESPONSES=responses.name)
        code = subprocess.run(arguments[1:], env=environment, check=False).returncode
        return code or check_file(responses.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
