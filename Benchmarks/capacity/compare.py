"""compare.py URL SEED-RUNNER: compares loading of capacity data with other methods, on one server.

Every method loads the same rows (exported from seed-runner's load) into the same table with the same small indexes and
foreign keys, in a new database without a vector index. The rows of the other methods are read or generated beforehand.
Only seed-runner generates its rows during the load. Slow methods load fewer rows, and their rates are computed from
those.
"""

import argparse
import asyncio
import concurrent.futures
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import asyncpg
import numpy as np
import pgvector.asyncpg
import pgvector.psycopg
import psycopg

sys.path.append(str(pathlib.Path(__file__).parents[1] / "lib"))
from measure import peak_memory  # noqa: E402

NAME = "seed_runner_benchmark"
STREAMS = 4
INDEX = "ix_traces_embedding_hnsw"
COLUMNS = (
    "id title context_text solution_text embedding embedding_model_id embedding_model_version status trust_score "
    "confirmation_count contributor_id agent_model agent_version is_seed"
).split()
TYPES = "uuid text text text vector text text text float8 int4 uuid text text bool".split()


def with_database(url, name):
    return urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(path=f"/{name}"))


class Bench:
    def __init__(self, url, program, rows, rounds):
        self.admin_url, self.url, self.program = url, with_database(url, NAME), program
        self.rows, self.rounds = rows, rounds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seed-runner-benchmark-"))
        # The operating system user of the server writes and reads files here.
        self.folder.chmod(0o777)
        self.times = {}
        self.python_rows = []

    def sql(self, statement, url=None):
        with psycopg.connect(url or self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def ours(self, *arguments, rows):
        """Runs seed-runner. Returns total seconds, seconds until the last commit of rows, and peak memory in MB."""
        command = [self.program, "--capacity-traces", "--rows", str(rows), "--streams", str(STREAMS), "--quiet", *arguments]
        start = time.time()
        process = subprocess.Popen(
            command, env={**os.environ, "DATABASE_URL": self.url, "SEED_ENV": "dev"}, stdout=subprocess.DEVNULL
        )
        memory = 0
        while process.poll() is None:
            memory = max(memory, peak_memory(process.pid))
            time.sleep(0.02)
        seconds = time.time() - start
        if process.returncode:
            sys.exit(f"{' '.join(command)} exited with status {process.returncode}")
        loaded = self.sql("SELECT extract(epoch FROM max(loaded_at))::float8 FROM seed_runner.bulk_chunk") - start
        return seconds, loaded, memory

    def fresh(self, has_index=False):
        self.sql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        self.sql(f"CREATE DATABASE {NAME}", self.admin_url)
        subprocess.run(
            [self.program, "--users", "--quiet"], check=True, stdout=subprocess.DEVNULL,
            env={**os.environ, "DATABASE_URL": self.url, "SEED_ENV": "dev"},
        )
        if not has_index:
            self.sql(f"DROP INDEX {INDEX}")
        # Pending writes of one method must not slow down the next.
        self.sql("CHECKPOINT", self.admin_url)

    def export(self):
        """Exports the rows as binary files, one per stream, and returns the first rows as Python values."""
        self.fresh(has_index=True)
        self.ours(rows=self.rows)
        columns = ", ".join(COLUMNS)
        for stream in range(STREAMS):
            part = f"SELECT {columns} FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM traces) AS t WHERE n % {STREAMS} = {stream}"
            self.sql(f"COPY ({part}) TO '{self.folder}/{stream}.bin' (FORMAT binary)")
        self.sql(f"COPY (SELECT {columns} FROM traces) TO '{self.folder}/all.bin' (FORMAT binary)")
        with psycopg.connect(self.url) as connection:
            pgvector.psycopg.register_vector(connection)
            query = f"SELECT {columns} FROM traces ORDER BY id LIMIT 20000"
            self.python_rows = connection.execute(query).fetchall()

    def timed(self, name, work, rows):
        self.fresh()
        start = time.perf_counter()
        work()
        self.times.setdefault(name, []).append((rows, time.perf_counter() - start))
        count = self.sql("SELECT count(*) FROM traces")
        if count != rows:
            sys.exit(f"{name} loaded {count} of {rows} rows")

    def build_by_hand(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '2GB'")
            connection.execute("SET max_parallel_maintenance_workers = 3")
            connection.execute("SET min_parallel_table_scan_size = 0")
            connection.execute(
                f"CREATE INDEX {INDEX} ON traces USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64)"
                " WHERE NOT is_provisional AND NOT is_flagged"
            )

    # (a) like the script that this project replaces

    def executemany_text(self, count):
        async def work():
            connection = await asyncpg.connect(self.url)
            casts = ", ".join(f"${i}::text::vector" if t == "vector" else f"${i}" for i, t in enumerate(TYPES, 1))
            statement = f"INSERT INTO traces ({', '.join(COLUMNS)}) VALUES ({casts})"
            for start in range(0, count, 1000):
                # The conversion to text is part of this method.
                batch = [
                    (*row[:4], "[" + ",".join(map(str, vector(row[4]).tolist())) + "]", *row[5:])
                    for row in self.python_rows[start : min(start + 1000, count)]
                ]
                await connection.executemany(statement, batch)
            await connection.close()

        asyncio.run(work())

    # (b) binary COPY from Python

    def asyncpg_copy(self, rows, streams):
        async def one(part):
            connection = await asyncpg.connect(self.url)
            await pgvector.asyncpg.register_vector(connection)
            await connection.copy_records_to_table("traces", records=part, columns=COLUMNS)
            await connection.close()

        async def work():
            await asyncio.gather(*(one(rows[i::streams]) for i in range(streams)))

        asyncio.run(work())

    def psycopg_copy(self, rows):
        with psycopg.connect(self.url) as connection:
            pgvector.psycopg.register_vector(connection)
            with connection.cursor().copy(f"COPY traces ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(TYPES)
                for row in rows:
                    copy.write_row(row)

    # (c) prepared files: the maximum speed of the server

    def psql_copy(self, files):
        columns = ", ".join(COLUMNS)
        command = ["psql", "-qX", self.url, "-v", "ON_ERROR_STOP=1", "-c"]
        processes = [
            subprocess.Popen([*command, f"\\copy traces ({columns}) FROM '{self.folder}/{file}' (FORMAT binary)"])
            for file in files
        ]
        if any(process.wait() for process in processes):
            sys.exit("psql failed")

    def server_copy(self, files):
        columns = ", ".join(COLUMNS)
        with concurrent.futures.ThreadPoolExecutor(len(files)) as threads:
            list(threads.map(
                lambda file: self.sql(f"COPY traces ({columns}) FROM '{self.folder}/{file}' (FORMAT binary)"), files))

    def run(self):
        parts = [f"{i}.bin" for i in range(STREAMS)]
        sample = self.python_rows
        peak = 0
        for number in range(self.rounds):
            print(f"round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            self.fresh(has_index=True)
            total, loaded, memory = self.ours(rows=self.rows)
            peak = max(peak, memory)
            self.times.setdefault("ours, 4 streams", []).append((self.rows, loaded))
            self.times.setdefault("ours, load and index", []).append((self.rows, total))
            self.timed("psql \\copy of ready files, 4 streams", lambda: self.psql_copy(parts), self.rows)
            start = time.perf_counter()
            self.build_by_hand()
            by_hand = self.times["psql \\copy of ready files, 4 streams"][-1][1] + time.perf_counter() - start
            self.times.setdefault("by hand: psql \\copy, 4 streams, and index", []).append((self.rows, by_hand))
            self.timed("server-side COPY of ready files, 4 streams", lambda: self.server_copy(parts), self.rows)
            self.timed("psql \\copy of a ready file, 1 stream", lambda: self.psql_copy(["all.bin"]), self.rows)
            self.timed("asyncpg COPY, 4 streams", lambda: self.asyncpg_copy(sample, STREAMS), len(sample))
            self.timed("asyncpg COPY, 1 stream", lambda: self.asyncpg_copy(sample, 1), len(sample))
            self.timed("psycopg 3 COPY BINARY, 1 stream", lambda: self.psycopg_copy(sample[:5000]), 5000)
            self.timed("asyncpg executemany, text vectors", lambda: self.executemany_text(3000), 3000)
        self.report(peak)

    def report(self, peak):
        print(f"{self.rows} rows, medians of {self.rounds} interleaved rounds; peak memory {peak:.0f} MB")
        rates = {name: statistics.median(rows / seconds for rows, seconds in runs) for name, runs in self.times.items()}
        for wanted, base in ((False, "ours, 4 streams"), (True, "ours, load and index")):
            for name, runs in self.times.items():
                if ("index" in name) != wanted:
                    continue
                seconds = statistics.median(seconds for _, seconds in runs)
                low, high = min(s for _, s in runs), max(s for _, s in runs)
                print(
                    f"{name:44} {rates[name]:8.0f} rows/s   {seconds:6.2f} s ({low:.2f} to {high:.2f}) for {runs[0][0]} rows"
                    f"   ours is {rates[base] / rates[name]:5.2f} times as fast"
                )

    def growth(self):
        for rows in (10_000, 100_000, 400_000):
            self.fresh(has_index=True)
            total, loaded, memory = self.ours(rows=rows)
            print(
                f"{rows:7} rows: load {loaded:6.2f} s ({rows / loaded:.0f} rows/s), index {total - loaded:6.1f} s, "
                f"peak memory {memory:.0f} MB",
                flush=True,
            )

    def kinds(self):
        self.fresh(has_index=True)
        for kind in ("vector", "halfvec", "bit"):
            total, _, _ = self.ours("--index", kind, rows=self.rows)
            name = INDEX + ("" if kind == "vector" else f"_{kind}")
            size = self.sql(f"SELECT pg_relation_size('{name}') >> 20")
            check = subprocess.run(
                [self.program, "capacity", "check", "--format", "json", "--quiet", "--queries", "1000"],
                env={**os.environ, "DATABASE_URL": self.url, "SEED_ENV": "dev"}, capture_output=True, text=True,
            )
            report = json.load(io.StringIO(check.stdout))
            recall = ", ".join(f"{r['candidates']}: {r['recall']:.3f}" for r in report["recalls"])
            slowest = next(l for l in report["latencies"] if l["clients"] == 20 and l["candidates"] == 64)
            loading = " with the load" if kind == "vector" else ""
            print(
                f"index {kind:8} {total:6.1f} s{loading}, {size} MB, recall@10 by candidates {recall}, "
                f"p50/p99 with 20 clients {slowest['p50']:.1f}/{slowest['p99']:.1f} ms",
                flush=True,
            )

    def clean(self):
        self.sql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        shutil.rmtree(self.folder, ignore_errors=True)


def vector(value):
    return value if isinstance(value, np.ndarray) else value.to_numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-growth", action="store_true")
    arguments = parser.parse_args()
    bench = Bench(arguments.url, arguments.program, arguments.rows, arguments.rounds)
    try:
        bench.export()
        bench.run()
        bench.kinds()
        if not arguments.no_growth:
            bench.growth()
    finally:
        bench.clean()


main()
