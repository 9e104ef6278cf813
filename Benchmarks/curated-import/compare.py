"""compare.py URL SEED-RUNNER ROUNDS: runs both imports in turn and counts the statements on the server."""

import asyncio
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse

import asyncpg
import per_row

FILES = sorted(map(str, pathlib.Path("Seeders/CuratedTraces/Fixtures").glob("*.json")))
NAME = "seed_runner_benchmark"


LOG = pathlib.Path(".seed-runner/postgres/server.log")


async def counted(admin, work):
    """Counts the statements from the server's log, in a round that is not timed."""
    await admin.execute(f"ALTER DATABASE {NAME} SET log_statement = 'all'")
    start = LOG.stat().st_size
    await asyncio.to_thread(work)
    await admin.execute(f"ALTER DATABASE {NAME} RESET log_statement")
    with LOG.open("rb") as log:
        log.seek(start)
        lines = log.read().decode().split("\n")
    return sum(" LOG:  statement: " in line or " LOG:  execute " in line for line in lines)


async def fresh(admin):
    await admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {NAME}")


def seed_runner(program, url, *arguments):
    # Use the .seed-runner and Config folders of the project.
    environment = {**os.environ, "DATABASE_URL": url, "SEED_ENV": "dev"}
    start = time.perf_counter()
    answer = subprocess.run(
        [program, *arguments, "--format", "json", "--quiet"], env=environment, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    if answer.returncode:
        sys.exit(answer.stderr)
    return seconds, json.loads(answer.stdout)


def timed_per_row(url):
    """Runs in this process, so that the start of Python and its imports do not count."""
    start = time.perf_counter()
    asyncio.run(per_row.import_traces(url, FILES))
    return time.perf_counter() - start


async def main(url, program, rounds):
    admin = await asyncpg.connect(url)
    parts = urllib.parse.urlsplit(url)
    own = urllib.parse.urlunsplit(parts._replace(path=f"/{NAME}"))
    ways = {
        "ours": lambda: seed_runner(program, own, "--curated-traces", "--no-migrate")[0],
        "ours, --if-changed": lambda: seed_runner(program, own, "--curated-traces", "--no-migrate", "--if-changed")[0],
        "per row": lambda: timed_per_row(own),
    }
    times = {}
    statements = {}
    for number in range(rounds + 1):
        for way, work in ways.items():
            await fresh(admin)
            # Both start with the schema, the contributors and the tags. Only the traces are measured.
            seed_runner(program, own, "--users", "--tags")
            for name in (way, f"{way}, nothing to do"):
                if number == 0:
                    statements[name] = await counted(admin, work)
                else:
                    times.setdefault(name, []).append(await asyncio.to_thread(work))
    traces = await admin_count(own)
    await admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    await admin.close()
    print(f"{traces} traces, {rounds} rounds; ours includes the start of the process, the other excludes it")
    for name, values in sorted(times.items()):
        median, ours = statistics.median(values), statistics.median(times[base(name)])
        print(
            f"{name:24} median {median * 1000:7.1f} ms   best {min(values) * 1000:7.1f} ms   "
            f"{median / ours:5.1f} times ours   {statements[name]:5} statements"
        )


def base(name):
    return "ours, nothing to do" if name.endswith("nothing to do") else "ours"


async def admin_count(url):
    connection = await asyncpg.connect(url)
    count = await connection.fetchval("SELECT count(*) FROM traces WHERE is_seed")
    await connection.close()
    return count


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
