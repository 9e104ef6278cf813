"""check-docs.py links|language|reference: checks the Markdown files. Prints each fault. Runs in the repository's folder.

links: every relative link, anchor and path in code exists, every page is in the index, and the README is short.
language: the pages use the words of the glossary, not the ones that it replaces.
reference: settings.md and commands.md name what the program has, by files that tests compare with the program.
"""

import json
import pathlib
import re
import subprocess
import sys

README_LINES = 150
INDEX = pathlib.Path("Documentation/README.md")
SCHEMA = pathlib.Path("Config/config.schema.json")
HELP = pathlib.Path("Tests/TraceCommandsTests/Snapshots/root-help.txt")

# A pattern, and what to write instead. Code is not looked at.
WORDS = {
    r"put(s|ting)? right": "update",
    r"differing": "drifted, different, that differ",
    r"(what|which|that) can pass": "transient errors",
    r"(try|tries|tried|trying) (it |them )?again": "retry",
    r"hand(s|ed)? (it |this one )?over": "restamp",
    r"attendant": "connection supervisor",
    r"standing": "status",
    r"remed(y|ies)": "fix",
    r"what next": "fix",
    r"those of the program": "built-in",
    r"what was typed": "command line, argument",
    r"production is meant": "allow production",
    r"(vectors )?as they come": "new and changed traces",
    r"at once are one": "safe to run concurrently",
    r"nothing is \w+ but": "only … deletes",
    r"gets no other": "returns 409",
    r"hears? of": "is notified",
    r"judge[sd]?|judging": "check, lint",
    r"has no opposite": "cannot be negated",
    r"has not\b(?=[.,:;|]|$)": "does not have",
    r"what (makes|gives) (vectors|embeddings)": "embedding provider",
    r"of one's own": "your own",
    r"colour\w*|centres?|behaviours?|neighbours?": "American spelling",
    r"(initial|normal|optim|recogn|organ|serial|summar|author|custom)is(e|ed|es|ing|ation)": "American spelling",
    r"(array|list) of texts|texts? or (list|array)|lists? of (ids|objects|numbers|tables)": "string, array",
}


def markdown():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        capture_output=True, text=True, check=True)
    return [path for path in map(pathlib.Path, listed.stdout.split()) if path.exists()]


def prose(path):
    """The lines outside of code blocks and generated tables, with their numbers."""
    fence = generated = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            fence = not fence
        elif re.match(r"<!-- (end of )?\w+ -->", line):
            generated = "end of" not in line
        elif not fence:
            yield number, line, generated


def without_code(line):
    return re.sub(r"`[^`]*`", "``", line)


def anchors(path):
    """The anchors that GitHub gives to the headings."""
    found = {}
    for _, line, _ in prose(path):
        if heading := re.match(r"#+ (.*)", line):
            text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
            slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            found[slug] = found.get(slug, -1) + 1
    return {slug if n == 0 else f"{slug}-{n}" for slug, last in found.items() for n in range(last + 1)}


def links():
    files = markdown()
    pages = {path.resolve() for path in files}
    for path in files:
        for number, line, _ in prose(path):
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(line)):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (path.parent / name).resolve() if name else path.resolve()
                if not file.exists():
                    yield f"{path}:{number}: no file {target}"
                elif anchor and file in pages and anchor not in anchors(file):
                    yield f"{path}:{number}: no anchor {target}"
            for name in re.findall(r"`((?:Sources|Tests|Scripts|Benchmarks|Documentation|Examples)/[\w./+-]+)", line):
                if not pathlib.Path(name).exists():
                    yield f"{path}:{number}: no file {name}"
    index = INDEX.read_text()
    for page in sorted(INDEX.parent.glob("*.md")):
        if page != INDEX and f"({page.name})" not in index:
            yield f"{INDEX}: does not list {page.name}"
    if (count := len(pathlib.Path("README.md").read_text().splitlines())) > README_LINES:
        yield f"README.md: {count} lines, at most {README_LINES} are allowed: move text to Documentation/"


def language():
    rules = [(re.compile(rf"\b({pattern})\b", re.IGNORECASE), use) for pattern, use in WORDS.items()]
    for path in [pathlib.Path("README.md"), pathlib.Path("CONTRIBUTING.md"), *sorted(INDEX.parent.glob("*.md"))]:
        for number, line, is_generated in prose(path):
            if is_generated:
                continue
            text = without_code(line)
            for rule, use in rules:
                if found := rule.search(text):
                    yield f"{path}:{number}: '{found[0]}': write '{use}'"
            if any(sentence.count(";") > 1 for sentence in re.split(r"[.!?:](?: |$)|\|", text)):
                yield f"{path}:{number}: more than one semicolon in a sentence"


def settings(node, prefix=""):
    for name, value in node.get("properties", {}).items():
        if "properties" in value:
            yield from settings(value, f"{prefix}{name}.")
        elif not name.startswith("$"):
            yield f"{prefix}{name}", re.findall(r"(?:--)?[A-Za-z][\w-]+", value["description"].rpartition("Overridden by")[2])


def reference():
    page = pathlib.Path("Documentation/settings.md").read_text()
    rows = dict(re.findall(r"^\| `([\w.]+)` \|(.*)", page, flags=re.MULTILINE))
    known = dict(settings(json.loads(SCHEMA.read_text())))
    for name, sources in known.items():
        for source in sources if name in rows else []:
            if f"`{source}`" not in rows[name]:
                yield f"Documentation/settings.md: {name}: {source} is missing"
        if name not in rows:
            yield f"Documentation/settings.md: no row for {name}"
    for name in rows.keys() - known.keys() - {"environment"}:
        if "." in name:
            yield f"Documentation/settings.md: there is no setting {name}"
    commands = pathlib.Path("Documentation/commands.md").read_text()
    text = HELP.read_text()
    for command in re.findall(r"^  ([a-z-]+)  ", text.partition("\nCommands:\n")[2].partition("\n\n")[0], flags=re.MULTILINE):
        if f"\n### {command}\n" not in commands:
            yield f"Documentation/commands.md: no section for {command}"
    for option in sorted(set(re.findall(r"--(?:\[no-\])?([a-z-]+)", text.partition("\nRun:\n")[2]))):
        if not re.search(rf"--(no-)?{option}\b", commands):
            yield f"Documentation/commands.md: --{option} is missing"


CHECKS = {"links": links, "language": language, "reference": reference}
faults = list(CHECKS[sys.argv[1]]())
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
