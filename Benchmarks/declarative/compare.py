"""compare.py URL SEED-RUNNER: compares a declarative seeder with psql's \\copy for the same CSV file, on one server.

Each round uses new databases with the same table. seed-runner is measured in a first run, in a first run from the
same file with gzip, in a run without changes, and in a run after one row of the file has changed, with ownership of the
whole table and of single rows. A first run also creates the history tables, checks every row and records its origin,
which \\copy does not do. --rows 9000000 --first makes a file of 1 GB and measures only first runs.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).parents[1] / "lib"))
from measure import peak_memory  # noqa: E402

NAME = "seed_runner_benchmark"
TABLE = """
CREATE TABLE people (
  id integer PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  balance numeric(12,2) NOT NULL,
  joined_at timestamptz NOT NULL,
  is_active boolean NOT NULL,
  note text
)"""
SEEDER = {
    "id": "people",
    "summary": "People of a benchmark",
    "tables": [{"table": "people", "files": "people.csv", "key": "id"}],
}
OWNERSHIP = ["table", "rows"]


class Bench:
    def __init__(self, url, program, rows, rounds, only_first):
        self.admin_url = url
        self.url = urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(path=f"/{NAME}"))
        self.program, self.rows, self.rounds = pathlib.Path(program).resolve(), rows, rounds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seed-runner-benchmark-"))
        self.file = self.folder / "people.csv"
        self.times, self.memory, self.only_first = {}, 0, only_first

    def psql(self, command, url=None):
        result = subprocess.run(
            ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url or self.url, "-c", command],
            capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"psql: {result.stderr}")
        return result.stdout.strip()

    def write(self):
        dice = random.Random(1)
        words = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor".split()
        with self.file.open("w") as file:
            file.write("id,email,name,balance,joined_at,is_active,note\n")
            for number in range(1, self.rows + 1):
                first, last = dice.choice(words), dice.choice(words)
                date = f"20{number % 25:02}-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:00+00"
                note = '"with ""quotes"", and a comma"' if number % 10 == 0 else " ".join(dice.choices(words, k=4))
                file.write(
                    f"{number},{first}.{last}{number}@example.com,{first.title()} {last.title()},"
                    f"{dice.randrange(10**8) / 100:.2f},{date},{'true' if number % 3 else 'false'},{note}\n")
        subprocess.run(["gzip", "--keep", str(self.file)], check=True)

    def own(self, ownership, suffix=""):
        """Sets in the definition how the history tracks the rows, and whether the file is compressed."""
        SEEDER["tables"][0].update(ownership=ownership, files=self.file.name + suffix)
        (self.folder / "seeder.json").write_text(json.dumps(SEEDER))

    def change(self, before, after):
        """Changes one row of the file."""
        self.file.write_bytes(self.file.read_bytes().replace(before, after, 1))

    def fresh(self):
        self.psql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        self.psql(f"CREATE DATABASE {NAME}", self.admin_url)
        self.psql(TABLE)
        # Pending writes of one method must not slow down the next.
        self.psql("CHECKPOINT")

    def timed(self, name, work):
        start = time.perf_counter()
        work()
        self.times.setdefault(name, []).append(time.perf_counter() - start)

    def ours(self, expected):
        command = [str(self.program), "--people", "--no-built-in", "--quiet", "--format", "json"]
        variables = {"DATABASE_URL": self.url, "SEED_ENV": "dev", "SEEDERS_PATH": str(self.folder)}
        # Set the project folder, so that the seeders of this repository are not used.
        variables["SEED_PROJECT_PATH"] = str(self.folder)
        process = subprocess.Popen(
            command, cwd=self.folder, env={**os.environ, **variables}, stdout=subprocess.PIPE)
        while process.poll() is None:
            self.memory = max(self.memory, peak_memory(process.pid))
            time.sleep(0.01)
        report = json.load(process.stdout)
        counts = report["seeders"][0]["tables"][0]
        found = tuple(counts[name] for name in ("inserted", "updated", "unchanged"))
        if process.returncode or found != expected:
            sys.exit(f"{' '.join(command)}: {found}, expected {expected}")

    def run(self):
        self.write()
        copy = f"\\copy people FROM '{self.file}' (FORMAT csv, HEADER)"
        for number in range(self.rounds):
            print(f"round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            self.fresh()
            self.timed("psql \\copy", lambda: self.psql(copy))
            for ownership in OWNERSHIP:
                self.own(ownership, ".gz")
                self.fresh()
                self.timed(f"{ownership}, first run of .gz", lambda: self.ours((self.rows, 0, 0)))
                self.own(ownership)
                self.fresh()
                self.timed(f"{ownership}, first run", lambda: self.ours((self.rows, 0, 0)))
                if self.only_first:
                    continue
                self.timed(f"{ownership}, nothing to do", lambda: self.ours((0, 0, self.rows)))
                self.change(b"\n7,", b"\n7,x")
                self.timed(f"{ownership}, one row changed", lambda: self.ours((0, 1, self.rows - 1)))
                self.change(b"\n7,x", b"\n7,")
        self.report()

    def report(self):
        size = self.file.stat().st_size >> 20
        print(
            f"{self.rows} rows, {size} MB, medians of {self.rounds} interleaved rounds; "
            f"peak memory of seed-runner {self.memory:.0f} MB")
        base = statistics.median(self.times["psql \\copy"])
        for name, seconds in self.times.items():
            median = statistics.median(seconds)
            print(
                f"{name:24} {median:6.2f} s ({min(seconds):.2f} to {max(seconds):.2f})   "
                f"{self.rows / median:8.0f} rows/s   {base / median:5.2f} times the speed of \\copy")

    def clean(self):
        self.psql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first", action="store_true", help="measure only first runs")
    arguments = parser.parse_args()
    bench = Bench(arguments.url, arguments.program, arguments.rows, arguments.rounds, arguments.first)
    try:
        bench.run()
    finally:
        bench.clean()


main()
