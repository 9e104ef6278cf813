"""Prints the results and draws a chart."""

import pathlib
import statistics

from chart import write_chart

HERE = pathlib.Path(__file__).parent
# The number of users without pause.
CLIENTS = 20


class Report:
    def __init__(self, rows, rounds, seconds, server, figures, stages):
        self.rows, self.rounds, self.seconds, self.server = rows, rounds, seconds, server
        self.figures, self.stages = figures, stages

    def median(self, what, who, name):
        values = self.figures.get((what, who, name))
        return statistics.median(values) if values else None

    def table(self, what, title, names, tool):
        ours = self.median(what, "trace-server", "rate")
        if ours is None:
            return
        print(f"\n{title}; by {tool}")
        for who in names:
            rate = self.median(what, who, "rate")
            if rate is None:
                continue
            p50, p90, p99 = (self.median(what, who, f"p{share}") for share in (50, 90, 99))
            cpu = self.median(what, who, "cpu")
            used = f"   {cpu:5.0f} µs CPU per search" if cpu is not None else " " * 26
            times = "" if who == "trace-server" else f"   trace-server: {ours / rate:.2f} times as many"
            print(f"  {who:24} {rate:7.0f} searches/s   p50 {p50:7.2f}  p90 {p90:7.2f}  p99 {p99:7.2f} ms{used}{times}")

    def write(self, limits):
        ours, plain, tuned, bare = "trace-server", "Python", "Python, tuned", "bare query"
        four, far = "Python, tuned, 4 workers", "bare query, far"
        print(f"{self.rows} rows, medians of {self.rounds} interleaved rounds of {self.seconds} s each")
        print(self.server)
        for users in (20, 50):
            title = f"{users} users who pause 0.1 s"
            self.table(
                f"{users} paced", title, (ours, plain, tuned, bare), "Locust (the bare query: pgbench at our rate)"
            )
            parts = []
            for stage in ("embed", "pool", "query", "encode", "own"):
                shares = [statistics.median(self.stages[f"{users} paced", stage, share]) for share in (50, 90, 99)]
                parts.append(f"{stage} " + "/".join(f"{share:.2f}" for share in shares))
            print(f"  of which by Server-Timing, p50/p90/p99 ms: {', '.join(parts)}")
        self.table("full", f"{CLIENTS} users without pause", (ours, plain, tuned, four), "Locust in 2 processes")
        title = f"{CLIENTS} users without pause"
        self.table("full, wrk", title, (ours, plain, tuned, four, bare), "wrk (the bare query: pgbench)")
        self.table("one", "one user without pause", (ours, plain, tuned, bare, far), "wrk (the bare query: pgbench)")
        print("\nwith the default limits, by Locust")
        for line in limits:
            print(f"  {line}")
        series = {
            who: [self.median("20 paced", who, f"p{share}") for share in (50, 75, 90, 95, 99)] for who in (ours, plain, tuned, bare)
        }
        write_chart(
            HERE.parent / "results/search.svg", f"A search among {self.rows:,} traces, 20 users who pause 0.1 s",
            ["p50", "p75", "p90", "p95", "p99"], {who: values for who, values in series.items() if values[0] is not None},
        )
