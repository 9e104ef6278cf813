"""check-docs.py links|language|strings|reference: checks texts. Prints each error. Runs in the repository's folder.

links: every relative link, anchor and path in code exists, every page is in the index, the README is short, and
  pictures are small and have a title.
language: the pages avoid the words that the glossary replaces.
strings: so do the string literals of the folders in FINISHED.
reference: settings.md and commands.md are complete, compared with files that tests compare with the program.
"""

import json
import pathlib
import re
import subprocess
import sys

README_LINES = 150
PICTURE_BYTES = 30_000
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

# The same for string literals of Swift, in addition.
STRING_WORDS = {
    r"by hand|somebody( else)?": "outside seed-runner, another session",
    r"(is|are|was) meant": "say what the flag allows",
    r"(which|that|who) (is|are) (not )?there|(which|that|who) (is|are) to \w+": "existing, missing; which runs",
    r"there is no (such|table|seeder|file|folder|column|row)": "no table 'x', unknown seeder 'x'",
    r"is no(?! longer)|are no(?! longer)": "is not",
    r"an? \w+ of (its|your|their) own": "your own, a unique",
    r"anew": "again, overwritten",
    r"asks? for (it|that|them)": "requires",
    r"answers?|answered": "response, respond",
    r"holds? (no|a|an|something|more|rows)": "contains",
    r"it (once|left out|there|written)|leave it out|left out": "name the thing: each column once, no such field",
    r"(stands|character|parameter) (behind|beside|before)": "after, next to",
    r"blanks?": "space, whitespace",
    r"(without|has no) end": "unclosed, not closed",
    r"tells? (where|what|which|of|all)": "shows",
    r"another \w+ than": "a different value than",
    r"which did not arrive|keeps it (out|from)": "is missing; rejects, discards",
    r"for all if|no way back|at odds": "plain English",
    r"give DATABASE_URL|server of your own": "set DATABASE_URL, your own server",
    r"cancelled|cancelling|licence|favour\w*|labell\w+|grey|modell\w+": "American spelling",
    r"(refers?|referred) to by": "referenced by",
    r", too(?=[:;,.]|$)": "also",
}
# The folders of Swift whose string literals follow the glossary.
FINISHED = [
    "Sources/Database", "Sources/Seeding/SeedKit", "Sources/Seeding/SeedCLI", "Sources/Traces", "Seeders",
    # Without the word lists in Locales.
    *(f"Sources/Seeding/SeedGenerators/{folder}" for folder in ["Calendar", "Core", "Generators", "Options"]),
]
NOT_PROSE = re.compile(r"\\\n\s*|\\\((?:[^()]|\([^()]*\))*\)")
SQL = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|INSERT INTO|WHEN)\b")
LITERAL = re.compile(r'//[^\n]*|"""(?P<block>.*?)"""|"(?P<line>(?:[^"\\\n]|\\.)*)"', re.DOTALL)


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
            for name in re.findall(r"`((?:Sources|Tests|Scripts|Packaging|Benchmarks|Documentation|Examples)/[\w./+-]+)", line):
                if not pathlib.Path(name).exists():
                    yield f"{path}:{number}: no file {name}"
    index = INDEX.read_text()
    for page in sorted(INDEX.parent.glob("*.md")):
        if page != INDEX and f"({page.name})" not in index:
            yield f"{INDEX}: does not list {page.name}"
    for picture in sorted(INDEX.parent.glob("images/*.svg")):
        text = picture.read_text()
        if len(text.encode()) > PICTURE_BYTES or 'role="img"' not in text or "<title" not in text:
            yield f"{picture}: larger than {PICTURE_BYTES} bytes, or without a title or role=\"img\""
    if (count := len(pathlib.Path("README.md").read_text().splitlines())) > README_LINES:
        yield f"README.md: {count} lines, at most {README_LINES} are allowed: move text to Documentation/"


def rules_of(words):
    return [(re.compile(rf"(?<!\w)({pattern})(?!\w)", re.IGNORECASE), use) for pattern, use in words.items()]


def strings():
    rules = rules_of(WORDS | STRING_WORDS)
    for path in sorted(file for folder in FINISHED for file in pathlib.Path(folder).rglob("*.swift")):
        source = path.read_text()
        for literal in LITERAL.finditer(source):
            text = NOT_PROSE.sub("", literal["block"] or literal["line"] or "")
            for rule, use in rules if " " in text and not SQL.search(text) else []:
                if found := rule.search(text):
                    yield f"{path}:{source.count(chr(10), 0, literal.start()) + 1}: '{found[0]}': write '{use}'"


def language():
    rules = rules_of(WORDS)
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


CHECKS = {"links": links, "language": language, "strings": strings, "reference": reference}
faults = list(CHECKS[sys.argv[1]]())
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
