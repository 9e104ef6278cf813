"""check-reference-data.py FOLDER: checks the data of the reference seeders beyond the constraints of the tables.

Schemas are valid and accept their own examples, prompts declare the variables that they use, limits of models are
consistent, and there are enough records. Prints each error with file and record.
"""

import datetime
import json
import pathlib
import re
import sys

import jsonschema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.S)


def schema_faults(schema):
    """Violations of the draft, dangling references, and examples that the schema rejects."""
    declared = schema.get("$schema", DRAFT)
    if declared != DRAFT:
        yield f"'$schema' is {declared}, expected {DRAFT}"
        return
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        yield f"not a valid JSON Schema: {error.json_path}: {error.message[:200]}"
        return
    yield from example_faults(schema, schema, "$")


def example_faults(root, part, place):
    """Invalid examples and defaults of each subschema, with references resolved in the whole schema."""
    if isinstance(part, list):
        for index, element in enumerate(part):
            yield from example_faults(root, element, f"{place}[{index}]")
        return
    if not isinstance(part, dict):
        return
    is_schema = not place.endswith((".properties", ".$defs", ".patternProperties", ".dependentSchemas"))
    if is_schema:
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        validator = jsonschema.Draft202012Validator(root, format_checker=checker).evolve(schema=part)
        values = [(f"examples[{n}]", value) for n, value in enumerate(part.get("examples", []))]
        values += [("default", part["default"])] if "default" in part else []
        for name, value in values:
            for error in validator.iter_errors(value):
                yield f"{place}.{name}: {error.json_path}: {error.message[:200]}"
    for key, value in part.items():
        # Instances are not schemas.
        if not is_schema or key not in ("examples", "default", "const", "enum", "required"):
            yield from example_faults(root, value, f"{place}.{key}")


def tool_faults(record):
    yield from schema_faults(record["parameters"])
    if record["parameters"].get("type") != "object":
        yield "parameters that are not an object"


def named_schema_faults(record):
    yield from schema_faults(record["schema"])
    if not record["schema"].get("examples"):
        yield "no examples in the schema"


def prompt_faults(record):
    used, declared = set(VARIABLE.findall(record["template"])), record["variables"]
    yield from (f"the variable '{name}' is used but not declared" for name in sorted(used - set(declared)))
    yield from (f"the variable '{name}' is declared but not used" for name in sorted(set(declared) - used))
    yield from (f"the variable '{name}' is declared twice" for name in sorted(set(declared)) if declared.count(name) > 1)


def model_faults(record):
    limit = record.get("output_limit")
    if limit is not None and limit > record["context_window"]:
        yield f"the output limit {limit} exceeds the context window {record['context_window']}"
    try:
        datetime.date.fromisoformat(record["as_of"])
    except (TypeError, ValueError) as error:
        yield f"as_of: {error}"


# folder, file, minimum number of records, natural key, required fields
SEEDERS = (
    ("Tools", "tools.json", 15, ("name",), tool_faults),
    ("Schemas", "schemas.json", 12, ("name", "version"), named_schema_faults),
    ("PromptTemplates", "prompt-templates.json", 12, ("name", "version"), prompt_faults),
    ("ModelConfigs", "model-configs.json", 20, ("provider", "model"), model_faults),
    ("Shares", "shares.json", 20, ("slug",), lambda record: ()),
    ("Transcripts", "transcripts.json", 40, ("slug",), lambda record: ()),
)


def faults(folder):
    for name, file, least, key, faults_of in SEEDERS:
        path = pathlib.Path(folder) / name / file
        records = json.loads(path.read_text())
        if len(records) < least:
            yield f"{path}: {len(records)} records, expected at least {least}"
        for record in records:
            label = " ".join(str(record.get(part)) for part in key)
            try:
                for fault in faults_of(record):
                    yield f"{path}: {label}: {fault}"
            except KeyError as missing:
                yield f"{path}: {label}: no field {missing}"
        if name == "ModelConfigs" and len(providers := {record.get("provider") for record in records}) < 6:
            yield f"{path}: {len(providers)} providers, expected at least 6"


def main():
    found = list(faults(sys.argv[1]))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
