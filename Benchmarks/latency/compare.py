"""compare.py: measures runs of seed-runner, of a seeder with SQLAlchemy and of Django's loaddata at several latencies.

A proxy between the programs and a private server adds the round-trip time. Each figure is the duration of a whole
process, from its start to its end. Programs and round-trip times take turns. Only the runs of SQLAlchemy and loaddata
at 100 ms take place at the same time as the others. They take minutes, of which they wait for 99 percent.
"""

import argparse
import asyncio
import json
import pathlib
import selectors
import signal
import statistics
import sys
import time

from chart import write_chart
from proxy import Proxy
from rows import fixture
from server import HERE, TABLES, Failure, Server

ROOT = HERE.parents[1]
LATENCIES = (0, 1, 5, 20, 100)
# The rounds of seed-runner and of the other programs. At 100 ms, the single runs of the other programs take place
# beside everything else, because they take minutes.
ROUNDS = {0: (5, 3), 1: (5, 3), 5: (5, 2), 20: (5, 2), 100: (3, 0)}
# The latency of the ratios and of the round trips in the tables.
COMPARED = 20
OURS, PER_ROW, LOADDATA = "seed-runner", "SQLAlchemy", "Django loaddata"
FIRST, SECOND = "first run", "second run"
# The commands of seed-runner, in this order on one database.
COMMANDS = {
    "--all, first run": ["--all"],
    "--all, nothing to do": ["--all"],
    "--all --if-changed": ["--all", "--if-changed"],
    "plan": ["plan"],
    "verify": ["verify"],
}


class Figures:
    """What was measured for one program at one latency."""

    def __init__(self):
        self.seconds, self.counted, self.reported = [], [], []

    @property
    def median(self):
        return statistics.median(self.seconds)


class Bench:
    def __init__(self, server, rounds):
        self.server, self.rounds = server, rounds
        self.figures, self.rows, self.measured = {}, {}, {}
        self.fixture = server.folder / "traces.json"
        self.fixture.write_text(json.dumps(list(fixture())))
        self.programs = {
            OURS: [server.program, "--curated-traces", "--sample-traces", "--format", "json", "--quiet"],
            PER_ROW: [sys.executable, HERE / "sqlalchemy_seeder.py"],
            LOADDATA: [sys.executable, "-m", "django", "loaddata", self.fixture],
        }

    async def timed(self, name, command, database, proxy, latency):
        """Runs a command through the proxy and records the figures under the name."""
        proxy.round_trips = 0
        seconds, output = await self.server.run(command, self.server.through(proxy, database))
        figures = self.figures.setdefault((name, latency), Figures())
        figures.seconds.append(seconds)
        figures.counted.append(proxy.round_trips)
        report = json.loads(output) if output.startswith("{") else {}
        if "round_trips" in report:
            figures.reported.append(report["round_trips"])

    async def all_seeders(self, proxy, latency):
        database = f"benchmark_all_{latency}"
        await self.server.fresh(database)
        for name, arguments in COMMANDS.items():
            command = [self.server.program, *arguments, "--format", "json", "--quiet"]
            await self.timed(name, command, database, proxy, latency)

    async def same_rows(self, name, proxy, latency):
        database = f"benchmark_{list(self.programs).index(name)}_{latency}"
        await self.server.fresh(database, TABLES)
        for run in (FIRST, SECOND):
            await self.timed((name, run), self.programs[name], database, proxy, latency)
            found = await self.server.rows(database)
            self.rows = self.rows or found
            if found != self.rows:
                raise Failure(f"{name}, {run}: left {found} instead of {self.rows}")

    async def slow_run(self, name):
        """A run at the highest latency, which takes minutes."""
        proxy = await Proxy(self.server.socket, LATENCIES[-1]).start()
        await self.same_rows(name, proxy, LATENCIES[-1])

    async def interleaved_runs(self):
        """In each round all programs run at all latencies."""
        proxies = {latency: await Proxy(self.server.socket, latency).start() for latency in LATENCIES}
        for number in range(self.rounds):
            print(f"round {number + 1} of {self.rounds}", file=sys.stderr, flush=True)
            for latency, proxy in proxies.items():
                ours, others = ROUNDS[latency]
                if number < ours:
                    await self.all_seeders(proxy, latency)
                    await self.same_rows(OURS, proxy, latency)
                if number < others:
                    await self.same_rows(PER_ROW, proxy, latency)
                    await self.same_rows(LOADDATA, proxy, latency)

    async def check_delays(self):
        self.measured[None] = await self.server.select_one(self.server.direct(TABLES), 300)
        for latency in LATENCIES:
            proxy = await Proxy(self.server.socket, latency).start()
            count = 300 if latency < 10 else 20
            self.measured[latency] = await self.server.select_one(self.server.through(proxy, TABLES), count)

    async def run(self):
        self.version = await self.server.admin.fetchval("SHOW server_version")
        await self.check_delays()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.interleaved_runs())
                for name in (PER_ROW, LOADDATA):
                    group.create_task(self.slow_run(name))
        except ExceptionGroup as failures:
            raise failures.exceptions[0]

    def line(self, name, title):
        compared = self.figures[name, COMPARED]
        reported = f"{statistics.median(compared.reported):.0f}" if compared.reported else "-"
        times = "".join(f"{short(self.figures[name, latency].median):>9}" for latency in LATENCIES)
        print(f"{title:30}{statistics.median(compared.counted):9.0f}{reported:>10}  {times}")

    def table(self, title, names):
        """`names` are those of the lines."""
        latencies = "".join(f"{f'{latency} ms':>9}" for latency in LATENCIES)
        print(f"\n{title}\n{'':32}{'round trips':>17}   seconds at a round-trip time of")
        print(f"{'':30}{'counted':>9}{'reported':>10}  {latencies}")
        for line, name in names.items():
            self.line(name, line)

    def report(self):
        print(f"PostgreSQL {self.version} behind a proxy that adds the round-trip time, half of it in each direction")
        print("Median time of SELECT 1 over one open connection:")
        print(f"  unix socket, no proxy {self.measured[None]:8.2f} ms")
        for latency in LATENCIES:
            print(f"  proxy set to {latency:3} ms  {self.measured[latency]:8.2f} ms")
        print(
            "\nThe times are medians of whole processes, from start to end. The proxy counted the round trips at "
            f"{COMPARED} ms,\nincluding those for connecting, which seed-runner does not report. It runs several\n"
            "seeders at the same time, so not every round trip adds to the time.")
        self.table("All built-in seeders, starting with an empty database", {name: name for name in COMMANDS})
        counts = {name: count for name, (count, _) in self.rows.items()}
        self.table(
            f"The same rows by three programs, starting with empty tables: {counts['users']} users, {counts['tags']} "
            f"tags, {counts['traces']} traces,\n{counts['trace_tags']:,} links between traces and tags. After each run "
            "the rows were compared and were the same.",
            {f"{name}, {run}": (name, run) for run in (FIRST, SECOND) for name in self.programs})
        print(
            "In the second run, SQLAlchemy only checks that the rows exist, loaddata writes them again, and "
            "seed-runner\ncompares them.")
        print()
        for name in (PER_ROW, LOADDATA):
            first, second = (
                self.figures[(name, run), COMPARED].median / self.figures[(OURS, run), COMPARED].median
                for run in (FIRST, SECOND))
            print(f"At {COMPARED} ms, {name} takes {first:.0f} times as long as seed-runner in the first run and "
                  f"{second:.0f} times in the second run.")
        rounds = ", ".join(
            f"{len(self.figures['plan', latency].seconds)} and {len(self.figures[(PER_ROW, FIRST), latency].seconds)} "
            f"at {latency} ms" for latency in LATENCIES)
        print(f"Rounds of seed-runner and of the other programs: {rounds}.")
        self.draw()

    def draw(self):
        def values(name):
            return [self.figures[name, latency].median for latency in LATENCIES]

        panels = {
            "All built-in seeders, seed-runner": [
                (name, color, False, values(name)) for color, name in enumerate(COMMANDS)],
            "The same rows by three programs": [
                (f"{name}, {run}", color, run == SECOND, values((name, run)))
                for color, name in enumerate(self.programs) for run in (FIRST, SECOND)],
        }
        title = "Seeding a database that is 0 to 100 ms away"
        write_chart(ROOT / "Benchmarks/results/latency.svg", title, LATENCIES, panels)


def short(seconds):
    digits = 3 if seconds < 1 else 2 if seconds < 10 else 1 if seconds < 100 else 0
    return f"{seconds:.{digits}f}"


async def measure(program, rounds):
    task = asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with Server(program) as server:
        bench = Bench(server, rounds)
        await bench.run()
    return bench


def precise_loop():
    """An event loop whose timer is exact to microseconds. The default one rounds up to milliseconds."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5, help="at most this many rounds [default: 5]")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/seed-runner")
    arguments = parser.parse_args()
    start = time.monotonic()
    try:
        with asyncio.Runner(loop_factory=precise_loop) as runner:
            bench = runner.run(measure(arguments.program, arguments.rounds))
    except Failure as failure:
        sys.exit(str(failure))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
    bench.report()
    print(f"The benchmark took {(time.monotonic() - start) / 60:.1f} minutes.")


main()
