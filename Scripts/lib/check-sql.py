"""check-sql.py FOLDER...: finds SQL statements in Swift string literals that Citus rejects on distributed tables, or
for which it copies them to the coordinator.

A statement that only uses local tables may have such a shape. Then a comment above it says why:

    // citus: REASON

Every shape has an example that it must find, so that a change of this file cannot turn a check off.
"""

import pathlib
import re
import sys

# Tables that are always local: the catalog, and those of seed-runner. Temporary tables have interpolated names.
LOCAL = r"(?:pg_\w+|information_schema\.\w+|seed_runner\.\w+|unnest\(|jsonb?_\w+\(|generate_series\(|regexp_matches\()"
# Names of interpolated temporary tables.
STAGED = (
    r"(?:\\\((?:unescaped: )?[\w.()]*(?:source|stage|Stage|typed|raw|rows|going|wanted)(?:\.quoted|\.rows)?(?:\(\))?\)"
    r"|seed_\w+)"
)
# An interpolated name of a live table.
LIVE = r"\\\((?:unescaped: )?(?!raw|typed|rows|wanted|difference|place|stage|name\b)[\w.]*(?:quoted|table|\.name)\)"

# Name, pattern, a statement with the shape, and the same without it.
SHAPES = [
    (
        "SELECT without columns",
        rf"\bSELECT\s+FROM\s+(?!{LOCAL})",
        "SELECT EXISTS (SELECT FROM traces)",
        "SELECT EXISTS (SELECT 1 FROM traces)",
    ),
    (
        "ARRAY of a subquery",
        rf"\bARRAY\(\s*SELECT\b(?:(?!\bFROM\b).)*\bFROM\s+(?!{LOCAL})",
        "SELECT owner.id, ARRAY(SELECT title FROM traces WHERE user_id = owner.id) FROM users AS owner",
        "SELECT title FROM traces",
    ),
    (
        "RETURNING of a function that is not immutable",
        r"\bRETURNING\b(?:(?!\bFROM\b|\)\s*(?:SELECT\b|,?\s*\w+ AS \()).)*?(?:\bmd5\(|\bto_jsonb\(|\bnow\(|\brandom\(|\bclock_timestamp\(|[dD]igest)",
        "UPDATE traces SET a = 1 RETURNING md5(ROW(a)::text)",
        "UPDATE traces SET a = 1 RETURNING a",
    ),
    (
        "NOT EXISTS",
        rf"(?<!IF )\bNOT\s+EXISTS\s*\(\s*SELECT\b(?:(?!\bFROM\b).)*\bFROM\s+(?!{LOCAL})",
        "DELETE FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.id = a.id)",
        "SELECT a.id FROM a LEFT JOIN b ON b.id = a.id WHERE b.id IS NULL",
    ),
    (
        "several objects in one DROP",
        r"\bDROP\s+(?:TABLE|INDEX|VIEW|SEQUENCE|TYPE)\s+(?:IF EXISTS\s+)?[\w.\"]+\s*,"
        r"|\bDROP\s+(?:TABLE|INDEX)\s+(?:IF EXISTS\s+)?\\\([^()]*(?:names|joined)",
        "DROP INDEX IF EXISTS a, b",
        "DROP INDEX IF EXISTS a",
    ),
    (
        "UPDATE or DELETE by a temporary table",
        rf"\bUPDATE\s+{LIVE}\s+AS\s+live\s+SET\b(?:(?!\bWHERE\b).)*\bFROM\s+{STAGED}"
        rf"|\bDELETE\s+FROM\s+{LIVE}\s+AS\s+live\s+USING\s+{STAGED}",
        r"UPDATE \(writer.quoted) AS live SET a = staged.a FROM \(writer.source) AS staged WHERE live.id = staged.id",
        r"WITH wanted AS (SELECT 1) UPDATE \(writer.quoted) AS live SET a = 1 FROM wanted AS staged WHERE true",
    ),
    (
        "LEFT JOIN of local rows with a whole live table",
        r"\bAS\s+(?:staged|typed)\b(?:(?!\bWHERE\b).)*\bLEFT\s+JOIN\s+\\\((?:unescaped: )?"
        r"(?:[\w.]*rows\(of: [\w.]+\)|[\w.]*(?:quoted|\.name|Quoted)|reference\.rows)\)\s+AS\s+live\b"
        r"|\b(?:embedding_|seed_runner\.)\w+(?:\s+AS\s+\w+)?\s+LEFT\s+JOIN\s+(?:traces|votes|trace_\w+)\b",
        r"SELECT 1 FROM \(source) AS staged LEFT JOIN \(writer.quoted) AS live ON live.id = staged.id",
        r"SELECT 1 FROM \(source) AS staged LEFT JOIN \(writer.counterparts) AS live ON live.id = staged.id",
    ),
    (
        "UPDATE of a local table by a live one",
        r"\bUPDATE\s+seed_runner\.\w+\b(?:(?!\bWHERE\b).)*\b(?:FROM|JOIN)\s+\\\((?:unescaped: )?(?:writer\.)?quoted\)",
        r"UPDATE seed_runner.owned_row AS owner SET key = live.id FROM \(unescaped: writer.quoted) AS live WHERE true",
        r"UPDATE seed_runner.owned_row AS owner SET key = row.id FROM \(unescaped: rows.item) AS row WHERE true",
    ),
    (
        "now() in DO UPDATE",
        r"\bDO\s+UPDATE\s+SET\b(?:(?!\bWHERE\b|\bRETURNING\b).)*\b(?:now|clock_timestamp)\(",
        "INSERT INTO a (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET updated_at = now()",
        "INSERT INTO a (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at",
    ),
    (
        "UPDATE with a function that is only stable",
        r"^\s*UPDATE\s+(?!seed_runner\.|embedding_)(?:(?!\bRETURNING\b).)*\b(?:convert_to\(|EmbeddingJob\.digest)",
        "UPDATE traces SET a = 1 WHERE sha256(convert_to(title, 'UTF8')) = b",
        "UPDATE traces SET a = 1 WHERE title = b",
    ),
    (
        "CASE or coalesce with a function that is not immutable",
        rf"^\s*(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM)\s+(?!{LOCAL}|embedding_|\\\()"
        r"(?:(?!\bRETURNING\b).)*\b(?:CASE\b(?:(?!\bEND\b).)*|coalesce\([^()]*)"
        r"\b(?:now|statement_timestamp|clock_timestamp|random|gen_random_uuid)\(",
        "UPDATE users SET banned_at = CASE WHEN a THEN statement_timestamp() END WHERE id = b",
        "UPDATE users SET a = CASE WHEN b THEN c END, banned_at = statement_timestamp() WHERE id = b",
    ),
    (
        "MERGE",
        r"^\s*MERGE\s+INTO\b",
        "MERGE INTO traces USING staged ON true",
        "INSERT INTO traces SELECT * FROM staged",
    ),
    (
        "SKIP LOCKED",
        rf"\bFROM\s+(?!{LOCAL})(?:(?!\bFROM\b).)*\bSKIP\s+LOCKED\b",
        "SELECT id FROM traces FOR UPDATE SKIP LOCKED",
        "SELECT id FROM seed_runner.bulk_chunk FOR UPDATE SKIP LOCKED",
    ),
    (
        "EXPLAIN with parameters",
        r"\bEXPLAIN\b[^\\]*\\\(",
        r"EXPLAIN (COSTS off) \(query)",
        "EXPLAIN SELECT 1",
    ),
    (
        "INSERT … SELECT … RETURNING without an alias of the target",
        r"^\s*INSERT\s+INTO\s+(?!seed_runner\.|embedding_)[\w.]+\s*\([^)]*\)\s*SELECT\b.*\bRETURNING\b",
        "INSERT INTO tokens (id) SELECT id FROM users RETURNING user_id",
        "INSERT INTO tokens AS token (id) SELECT id FROM users RETURNING user_id",
    ),
]
PATTERNS = [(name, re.compile(pattern, re.DOTALL)) for name, pattern, _, _ in SHAPES]


def shapes_of(statement):
    # Comments inside the statement.
    text = re.sub(r"--[^\n]*", "", statement)
    return [name for name, pattern in PATTERNS if pattern.search(text)]


def skip_interpolation(text, start):
    """The index after an interpolation whose parenthesis opens before `start`."""
    depth, index = 1, start
    while index < len(text) and depth:
        if text[index] == '"':
            _, index = read_literal(text, index)
            continue
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        index += 1
    return index


def read_literal(text, start):
    """The contents of the literal that starts with a quote, and the index after it."""
    hashes = len(text[:start]) - len(text[:start].rstrip("#"))
    quote = '"""' if text.startswith('"""', start) else '"'
    end, escape = quote + "#" * hashes, "\\" + "#" * hashes
    index = begin = start + len(quote)
    while index < len(text):
        if text.startswith(end, index):
            return text[begin:index], index + len(end)
        if text.startswith(escape + "(", index):
            index = skip_interpolation(text, index + len(escape) + 1)
        elif text.startswith(escape, index):
            index += len(escape) + 1
        elif quote == '"' and text[index] == "\n":
            break
        else:
            index += 1
    return text[begin:index], index


def literals(text):
    """Pairs of a position and a literal's contents."""
    index = 0
    while index < len(text):
        if text.startswith("//", index):
            index = text.find("\n", index) if "\n" in text[index:] else len(text)
        elif text[index] == '"':
            start = index
            content, index = read_literal(text, index)
            yield start, content
        else:
            index += 1


def is_allowed(lines, number):
    """Whether a comment above the line, which may be a few lines up in the same call, gives a reason."""
    above = lines[max(0, number - 6) : number]
    return any(re.search(r"// citus: \S+", line) for line in above)


def faults(path):
    text = path.read_text()
    lines = text.split("\n")
    for start, content in literals(text):
        if "-- migrate:up" in content:
            continue
        number = text.count("\n", 0, start) + 1
        for name in shapes_of(content):
            if not is_allowed(lines, number):
                yield f"{path}:{number}: {name}: Citus rejects this statement on distributed tables, or copies them"


def own_faults():
    for name, _, example, counterexample in SHAPES:
        if name not in shapes_of(example):
            yield f"{__file__}: the shape '{name}' does not find its example"
        if name in shapes_of(counterexample):
            yield f"{__file__}: the shape '{name}' finds the statement without it"


def main():
    found = list(own_faults())
    for folder in sys.argv[1:]:
        for path in sorted(pathlib.Path(folder).rglob("*.swift")):
            found += faults(path)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
