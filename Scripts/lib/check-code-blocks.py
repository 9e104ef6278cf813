"""check-code-blocks.py FILE...: parses every code block of the traces with a parser for its language.

A file is a fixture of traces: a JSON array of objects with a title, a context and a solution in Markdown. Prints each
error with file, trace and line of the block, then the number of blocks per language. Scripts/setup --tests installs
the parsers.
"""

import collections
import configparser
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

import crossplane
import hcl2
import pglast
import ruamel.yaml
from check_jsonschema import builtin_schemas

import jsonschema

TOOLS = pathlib.Path(sys.executable).parent


@dataclasses.dataclass(frozen=True)
class Block:
    place: str  # file, trace, field and line of the block
    language: str
    text: str


FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})(?P<info>.*)$")


def blocks_of(text, place):
    """The fenced blocks of a Markdown text. An unclosed block is an error."""
    fence, info, lines, start = None, "", [], 0
    for number, line in enumerate(text.split("\n"), 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence, info, lines, start = match["fence"], match["info"].strip(), [], number
        elif match and not match["info"].strip() and match["fence"].startswith(fence):
            yield Block(f"{place}, line {start}", info.split(" ")[0].lower(), "\n".join(lines) + "\n")
            fence = None
        elif fence is not None:
            lines.append(line)
    if fence is not None:
        yield Block(f"{place}, line {start}", "unclosed", "")


# Parsers that take one text and yield its errors.


def json_faults(text):
    try:
        json.loads(text)
    except ValueError as error:
        yield str(error)


def toml_faults(text):
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield str(error)


def ini_faults(text):
    try:
        configparser.RawConfigParser(allow_no_value=True, strict=False).read_string(text)
    except configparser.MissingSectionHeaderError:
        # postgresql.conf and .env have no sections.
        try:
            configparser.RawConfigParser(allow_no_value=True, strict=False).read_string("[none]\n" + text)
        except configparser.Error as error:
            yield str(error)
    except configparser.Error as error:
        yield str(error)


def sql_faults(text):
    try:
        statements = pglast.parse_sql(text)
    except pglast.parser.ParseError as error:
        yield str(error)
        return
    for raw in statements:
        statement = raw.stmt
        is_routine = isinstance(statement, (pglast.ast.CreateFunctionStmt, pglast.ast.DoStmt))
        if not is_routine:
            continue
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else None
        source = text.encode()[raw.stmt_location : end].decode()
        options = statement.options if isinstance(statement, pglast.ast.CreateFunctionStmt) else statement.args
        language = next((o.arg.sval for o in options if o.defname == "language"), None)
        if language == "plpgsql" or (language is None and isinstance(statement, pglast.ast.DoStmt)):
            try:
                pglast.parse_plpgsql(source)
            except pglast.parser.ParseError as error:
                yield f"PL/pgSQL: {error}"


def hcl_faults(text):
    try:
        hcl2.loads(text)
    except Exception as error:  # the parser's errors have no common base class
        yield str(error).split("\n")[0]


def nginx_faults(text):
    # Put a fragment where it would be included.
    if not re.search(r"^\s*(events|http|stream)\s*\{", text, re.M):
        is_for_http = re.search(r"^\s*(server|upstream|map|limit_req_zone|proxy_cache_path|log_format)\b", text, re.M)
        text = "events {}\nhttp {\n" + (text if is_for_http else "server {\n" + text + "}\n") + "}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        for error in crossplane.parse(file.name, single=True, strict=False)["errors"]:
            yield str(error["error"]).replace(file.name, "the block")


SCHEMAS = {
    "compose-spec": lambda value: "services" in value,
    "github-workflows": lambda value: "jobs" in value and "on" in value,
    "github-actions": lambda value: "runs" in value and "name" in value,
    "dependabot": lambda value: "updates" in value and value.get("version") == 2,
}


def yaml_faults(text):
    yaml = ruamel.yaml.YAML(typ="safe", pure=True)  # YAML 1.2: "on" is a string, not a boolean
    try:
        documents = list(yaml.load_all(text))
    except ruamel.yaml.error.YAMLError as error:
        yield " ".join(str(error).split())
        return
    for document in documents:
        if not isinstance(document, dict):
            continue
        is_gitlab = text.lstrip().startswith("# .gitlab-ci.yml")
        names = ["gitlab-ci"] if is_gitlab else [n for n, fits in SCHEMAS.items() if fits(document)]
        for name in names:
            schema = builtin_schemas.get_builtin_schema(f"vendor.{name}")
            validator = jsonschema.validators.validator_for(schema)(schema)
            plain = json.loads(json.dumps(document, default=str))
            for error in validator.iter_errors(plain):
                where = "/".join(map(str, error.absolute_path)) or "the top"
                yield f"not a valid {name} file: {where}: {error.message[:200]}"


# Programs get all blocks of their language at once, because starting them takes longer than parsing.


def write(blocks, folder, suffix):
    paths = {}
    for number, block in enumerate(blocks):
        path = pathlib.Path(folder) / f"block{number}{suffix}"
        path.write_text(block.text)
        paths[str(path)] = block
    return paths


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def decode(result):
    try:
        return json.loads(result.stdout)
    except ValueError:
        sys.exit(f"check-code-blocks: {result.args[0]} failed: {result.stderr.strip()[:500]}")


def python_faults(blocks):
    """Ruff: syntax errors and undefined names."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write(blocks, folder, ".py")
        rules = "E9,F"
        command = [TOOLS / "ruff", "check", "--isolated", "--no-cache", "--select", rules]
        result = run([*command, "--target-version", "py313", "--output-format", "json", *paths])
        for fault in decode(result):
            yield paths[fault["filename"]], f"{fault['code']} {fault['message']} (line {fault['location']['row']})"


def script_faults(suffix):
    """Deno's parser (swc) for JavaScript and TypeScript."""

    def faults(blocks):
        with tempfile.TemporaryDirectory() as folder:
            paths = write(blocks, folder, suffix)
            configuration = pathlib.Path(folder) / "deno.json"
            # At least one rule must be enabled. This one does not apply to the blocks.
            configuration.write_text('{"lint": {"rules": {"tags": [], "include": ["no-octal"]}}}')
            environment = {**os.environ, "DENO_DIR": folder, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
            for path, block in paths.items():
                result = run([TOOLS / "deno", "lint", "--config", configuration, "--json", path], env=environment)
                for fault in decode(result)["errors"]:
                    yield block, fault["message"].split("\n")[0]
                # Errors that the parser recovers from are only warnings in its output.
                if "SyntaxError" in result.stderr:
                    yield block, result.stderr.strip().split("\n")[0]

    return faults


def shell_faults(dialect):
    def faults(blocks):
        with tempfile.TemporaryDirectory() as folder:
            paths = write(blocks, folder, ".sh")
            for path, block in paths.items():
                result = run(["bash" if dialect == "bash" else "dash", "-n", path])
                if result.returncode:
                    yield block, result.stderr.strip().replace(path, "the block")
            result = run(["shellcheck", "--shell", dialect, "--severity", "warning", "--format", "json", *paths])
            for fault in decode(result):
                yield paths[fault["file"]], f"SC{fault['code']} {fault['message']} (line {fault['line']})"

    return faults


def dockerfile_faults(blocks):
    with tempfile.TemporaryDirectory() as folder:
        paths = write(blocks, folder, ".Dockerfile")
        command = [TOOLS / "hadolint", "--no-color", "--format", "json", "--failure-threshold", "error"]
        for fault in decode(run([*command, *paths])):
            if fault["level"] == "error":
                yield paths[fault["file"]], f"{fault['code']} {fault['message']} (line {fault['line']})"


def each(parser):
    def faults(blocks):
        for block in blocks:
            for fault in parser(block.text):
                yield block, fault

    return faults


PARSERS = {
    "python": python_faults,
    "javascript": script_faults(".js"),
    "jsx": script_faults(".jsx"),
    "typescript": script_faults(".ts"),
    "tsx": script_faults(".tsx"),
    "sql": each(sql_faults),
    "bash": shell_faults("bash"),
    "sh": shell_faults("sh"),
    "yaml": each(yaml_faults),
    "json": each(json_faults),
    "toml": each(toml_faults),
    "ini": each(ini_faults),
    "dockerfile": dockerfile_faults,
    "nginx": each(nginx_faults),
    "hcl": each(hcl_faults),
    "text": lambda blocks: [],  # output of a program, which has no grammar
}


def main(files):
    missing = [name for name in ("bash", "dash", "shellcheck") if not shutil.which(name)]
    if missing:
        sys.exit(f"check-code-blocks: {', '.join(missing)} not on PATH; run Scripts/setup --tests")
    by_language = collections.defaultdict(list)
    for file in files:
        for trace in json.loads(pathlib.Path(file).read_text(encoding="utf-8")):
            for field in ("context", "solution"):
                for block in blocks_of(trace[field], f'{file}: "{trace["title"]}": {field}'):
                    by_language[block.language].append(block)
    found = 0
    for language, blocks in sorted(by_language.items()):
        parser = PARSERS.get(language)
        if parser:
            faults = list(parser(blocks))
        elif language == "unclosed":
            faults = [(block, "the code block is not closed") for block in blocks]
        else:
            known = ", ".join(sorted(PARSERS))
            faults = [(block, f'no parser for the language "{language}"; known: {known}') for block in blocks]
        for block, fault in faults:
            print(f"{block.place}: {fault}")
        found += len(faults)
    total = sum(map(len, by_language.values()))
    print(f"{total} code blocks in {len(files)} files, {found} faults: ", end="")
    print(", ".join(f"{language} {len(blocks)}" for language, blocks in sorted(by_language.items())))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
