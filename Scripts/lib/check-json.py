"""check-json.py FOLDER...: every JSON file in the folders is valid and has no duplicate keys.

Files in a folder named Config may contain comments and trailing commas, the part of JSON5 that the project uses.
.jsonl and .ndjson files contain one value per line.
"""

import json
import pathlib
import re
import sys

STRING = r'"(?:[^"\\\n]|\\.)*"'


def without_comments(text):
    # Replace with the same number of spaces and lines, so that positions in messages are correct.
    def blank(match):
        return match[0] if match[0].startswith('"') else re.sub(r"[^\n]", " ", match[0])

    text = re.sub(rf"{STRING}|//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)
    return re.sub(rf"{STRING}|,(?=\s*[\]}}])", blank, text)


def unique(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f'the key "{key}" occurs twice')
    return dict(pairs)


def faults(path, relaxed):
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        yield f"{path}: not UTF-8: {error}"
        return
    lines = path.suffix != ".json"
    parts = [(n, part) for n, part in enumerate(text.split("\n"), 1) if part.strip()] if lines else [(1, text)]
    for first, part in parts:
        try:
            json.loads(without_comments(part) if relaxed else part, object_pairs_hook=unique)
        except json.JSONDecodeError as error:
            yield f"{path}:{first + error.lineno - 1}:{error.colno}: {error.msg}"
        except ValueError as error:
            yield f"{path}:{first}: {error}"


def main():
    found = []
    for folder in sys.argv[1:]:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix in (".json", ".jsonl", ".ndjson"):
                found += faults(path, relaxed=pathlib.Path(folder).name == "Config")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
