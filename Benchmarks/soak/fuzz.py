"""Files with random values, which must be loaded exactly, and damaged files, which must be loaded or rejected."""

import json

from world import cell, frozen, text, value

DUMP = """
SELECT coalesce(json_agg(json_build_array(id, name, amount::text, ratio, flag, doc::text, list, day::text)), '[]')
FROM fuzz"""
FIELDS = ["id", "name", "amount", "ratio", "flag", "doc", "list", "day"]


def record(dice, key):
    def maybe(made):
        return None if dice.random() < 0.15 else made

    return {
        "id": key, "name": maybe(dice.choice(["", text(dice), text(dice, most=300)])),
        "amount": maybe(f"{dice.randrange(-10**7, 10**7)}.{dice.randrange(100):02}"),
        "ratio": maybe(dice.choice([0.1, 1e300, -2.5e-300, dice.uniform(-1, 1)])),
        "flag": maybe(dice.random() < 0.5), "doc": maybe(value(dice, 3)),
        "list": maybe([dice.choice([None, "", text(dice)]) for _ in range(dice.randrange(4))]),
        "day": maybe(f"{dice.randrange(1, 9999):04}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}")}


def array(elements):
    """Formats an array as a PostgreSQL array literal."""
    def element(content):
        return "NULL" if content is None else '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "{" + ",".join(map(element, elements)) + "}"


def csv_field(name, content):
    if content is None:
        return ""
    if name == "doc":
        return cell(json.dumps(content))
    if name == "list":
        return cell(array(content))
    return cell(str(content).lower() if name == "flag" else content)


def render(kind, records, dice):
    if kind == "csv":
        lines = [",".join(FIELDS)]
        lines += [",".join(csv_field(name, row[name]) for name in FIELDS) for row in records]
        return dice.choice(["\n", "\r\n"]).join(lines) + "\n"
    as_ascii = dice.random() < 0.5
    if kind == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=as_ascii) for row in records)
    return json.dumps(records, ensure_ascii=as_ascii, indent=dice.choice([None, 2]))


def expected(records):
    return {(row["id"], row["name"], row["amount"], row["ratio"], row["flag"], frozen(row["doc"]), frozen(row["list"]),
             row["day"]) for row in records}


def read(dump):
    return {(*row[:5], frozen(None if row[5] is None else json.loads(row[5])), frozen(row[6]), row[7])
            for row in json.loads(dump)}


PIECES = [b'"', b"'", b",", b"\n", b"\r", b"\\", b"{", b"}", b"[", b"]", b":", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80",
          b"\\ud800", b"null", b"NULL", b"-", b"1e999", b"9" * 40, b"\xef\xbb\xbf", b"//", b";", b"\t",
          b"\x1b[2J", b"[" * 200]


def damage(dice, content):
    """Replaces, inserts, removes, repeats or truncates some bytes."""
    made = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 5, 30])):
        place = dice.randrange(len(made) + 1)
        length = dice.choice([1, 1, 3, 20])
        action = dice.randrange(6)
        if action == 0:
            made[place:place + length] = dice.choice(PIECES)
        elif action == 1:
            made[place:place] = dice.choice(PIECES)
        elif action == 2:
            del made[place:place + length]
        elif action == 3:
            made[place:place] = made[place:place + length * 5]
        elif action == 4 and place < len(made):
            made[place] ^= 1 << dice.randrange(8)
        elif dice.random() < 0.2:
            del made[place:]
    return bytes(made)


def step(soak, dice, damaged):
    """Writes one file, runs its seeder twice and checks the table."""
    place, kind = soak.place, dice.choice(["csv", "json", "jsonl"])
    folder = place.folder / "fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "seeder.json").write_text(json.dumps({
        "id": "fuzz", "summary": "Random values", "environments": ["test"], "tables": [
            {"table": "fuzz", "files": f"data.{kind}", "key": "id", "policy": "sync"}]}))
    records = [record(dice, key) for key in dice.sample(range(1, 200), dice.randrange(1, 40))]
    content = render(kind, records, dice).encode()
    if damaged:
        content = damage(dice, content)
    (folder / f"data.{kind}").write_bytes(content)
    before = read(place.sql(DUMP)[0])
    run = soak.go("--fuzz", path=folder)
    code = soak.finish(run, {0, 65} if damaged else {0})
    after = read(place.sql(DUMP)[0])
    if code == 65:
        soak.demand(after == before, "a refused file changed rows", run)
        failure = json.loads(run.output)["seeders"][0]["failure"]
        soak.demand(bool(failure["faults"]), "a refusal without a fault", run)
    else:
        if not damaged:
            soak.demand(after == expected(records), f"loaded {sorted(after ^ expected(records), key=str)[:3]}", run)
        versions = place.versions()
        again = soak.go("--fuzz", path=folder)
        soak.finish(again, {0})
        soak.demand(place.versions() == versions, "a second run wrote", again)
    return "refused" if code else "loaded"
