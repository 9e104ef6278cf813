"""check-schema.py [--relaxed] SCHEMA CASES FILE...: checks that a JSON Schema agrees with the program.

The schema is valid and accepts its own examples and every given file. It accepts and rejects the cases like the
program, whose tests read the same cases. Prints each error. --relaxed: the files may contain comments and trailing
commas.
"""

import importlib
import json
import pathlib
import sys

import jsonschema


def faults_of(validator, value):
    for error in sorted(validator.iter_errors(value), key=lambda error: error.json_path):
        yield f"{error.json_path}: {error.message[:200]}"


def faults(schema_path, cases_path, definitions, relaxed):
    # The name of the script contains a hyphen, so it cannot be imported by a statement.
    blank = importlib.import_module("check-json").without_comments if relaxed else str
    schema = json.loads(pathlib.Path(schema_path).read_text())
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        yield f"{schema_path}: {error.json_path}: {error.message[:200]}"
        return
    validator = jsonschema.Draft202012Validator(schema)
    for number, example in enumerate(schema.get("examples", [])):
        for fault in faults_of(validator, example):
            yield f"{schema_path}: example {number + 1}: {fault}"
    for path in definitions:
        for fault in faults_of(validator, json.loads(blank(pathlib.Path(path).read_text()))):
            yield f"{path}: {fault}"
    for case in json.loads(pathlib.Path(cases_path).read_text()):
        found = list(faults_of(validator, case["definition"]))
        if case["isAccepted"]:
            yield from (f"{cases_path}: {case['name']}: {fault}" for fault in found)
        elif not found:
            yield f"{cases_path}: {case['name']}: accepted, but the program rejects it"


def main():
    relaxed = "--relaxed" in sys.argv
    schema, cases, *files = [argument for argument in sys.argv[1:] if argument != "--relaxed"]
    found = list(faults(schema, cases, files, relaxed))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
