"""Measures searches under load: trace-server, the same service in Python, and the bare query.

Each round runs all of them in turn, so that load from other processes affects all alike. Results are medians of the
rounds.

Queries are vectors whose expected cosine with the vector of some row is 0.8, as in real use. An embedding service with
OpenAI's API (retrieval/serve.py) returns them to trace-server, which requests each of them once. The Python services
look them up in a table. The cost of queries that are near no row is reported for the bare query.

- paced: Locust with 20 and 50 users who pause a tenth of a second after each response, as in the load test of the
  reference implementation. They start one by one within five seconds, so that they are not synchronized. This is the
  latency of a machine that is not saturated.
- without pause: 20 users who send the next request at once. This is the throughput of a saturated machine, measured by
  Locust with two processes and by wrk, which uses less of the four processors, and by pgbench for the bare query.
- one user without pause, measured by wrk and pgbench: the overhead of a service compared with the query.
- once, at the end, with the default limits: the checks of the rate limiter, and simulated agents.

For all but the last, the limits are raised to a million requests per minute.
"""

import argparse
import concurrent.futures
import csv
import json
import math
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent / "retrieval")]
from questions import QUESTIONS, SEARCH
from report import CLIENTS, Report
from service import Service, free_port
from terms import question_terms

NAME = "seed_runner_search"
HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(sys.executable).parent
UNLIMITED = "1000000"
MODEL, VERSION = "near", "1536"
ARRIVAL = 5
SETTINGS = ("BEGIN READ ONLY", "SET LOCAL hnsw.ef_search = 100", "SET LOCAL hnsw.iterative_scan = relaxed_order")


def say(text):
    print(text, file=sys.stderr, flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Bench:
    def __init__(self, url, bin_folder, rows, rounds, seconds):
        self.admin_url = url
        self.url = urllib.parse.urlunsplit(urllib.parse.urlsplit(url)._replace(path=f"/{NAME}"))
        self.bin, self.rows, self.rounds, self.seconds = pathlib.Path(bin_folder), rows, rounds, seconds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seed-runner-load-"))
        self.figures = {}
        self.stages = {}
        self.services = []
        self.has_wrk, self.has_pgbench = bool(shutil.which("wrk")), bool(shutil.which("pgbench"))

    # Before

    def psql(self, statement, url=None):
        command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url or self.url, "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def prepare(self):
        say(f"seeding {self.rows} rows")
        self.psql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        self.psql(f"CREATE DATABASE {NAME}", self.admin_url)
        self.embeddings = {
            "EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": MODEL, "EMBEDDING_DIMENSIONS": VERSION,
            "EMBEDDING_BASE_URL": f"http://127.0.0.1:{free_port()}/v1",
        }
        subprocess.run(
            [self.bin / "seed-runner", "--capacity-traces", "--rows", str(self.rows), "--quiet"], check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **self.embeddings, "DATABASE_URL": self.url, "SEED_ENV": "dev"},
        )
        # Otherwise the server would do it during a measurement.
        self.psql("VACUUM ANALYZE")
        self.psql("CHECKPOINT")
        near = self.near_vectors()
        self.vectors = self.folder / f"{MODEL}.json"
        self.vectors.write_text(json.dumps(dict(zip(QUESTIONS, near))))
        made = subprocess.run(
            [self.bin / "embed-texts", "vectors"], input=json.dumps(QUESTIONS), check=True, capture_output=True, text=True
        )
        self.keep_questions("question", near)
        self.keep_questions("far_question", json.loads(made.stdout))
        from importlib.util import module_from_spec, spec_from_file_location

        os.environ["VECTORS"] = str(self.vectors)
        spec = spec_from_file_location("reference", HERE / "reference/app.py")
        reference = module_from_spec(spec)
        spec.loader.exec_module(reference)
        query = reference.SEARCH.strip()
        # No user is signed in.
        for name, value in (("$2", f"'{MODEL}'"), ("$3", f"'{VERSION}'"), ("$4", "10"), ("$5", "NULL::uuid")):
            query = query.replace(name, value)
        for name, table in (("search", "question"), ("far-search", "far_question")):
            statement = query.replace("$1", f"(SELECT v FROM {table} WHERE id = :n)")
            lines = [f"\\set n random(0, {len(QUESTIONS) - 1})", "\\startpipeline", *(f"{one};" for one in SETTINGS)]
            lines += [statement + ";", "COMMIT;", "\\endpipeline"]
            (self.folder / f"{name}.sql").write_text("\n".join(lines) + "\n")
            plan = self.psql("; ".join(SETTINGS) + "; EXPLAIN " + statement.replace(":n", "1") + "; COMMIT")
            if "ix_traces_embedding_hnsw" not in plan:
                sys.exit(f"the query does not use the index:\n{plan}")

    def server(self):
        """Describes the database server in one line."""
        return self.psql(
            "SELECT 'PostgreSQL ' || current_setting('server_version') || ', pgvector ' || extversion || ', shared_buffers '"
            " || current_setting('shared_buffers') || ', huge pages ' || current_setting('huge_pages_status', true)"
            " FROM pg_extension WHERE extname = 'vector'"
        )

    def near_vectors(self):
        """A unit vector for each question: that of a row plus noise, with an expected cosine of 0.8."""
        rows = self.psql(
            f"SELECT embedding FROM traces WHERE embedding IS NOT NULL ORDER BY md5(id::text) LIMIT {len(QUESTIONS)}"
        ).splitlines()
        draw = random.Random(1)
        vectors = []
        for row in map(json.loads, rows):
            deviation = math.sqrt((1 / 0.8**2 - 1) / len(row))
            vector = [component + draw.gauss(0, deviation) for component in row]
            norm = math.hypot(*vector)
            vectors.append([component / norm for component in vector])
        return vectors

    def keep_questions(self, table, vectors):
        # Stored in line, so that reading the vector costs pgbench as little as a parameter.
        self.psql(f"CREATE TABLE {table} (id int PRIMARY KEY, v vector(1536))")
        self.psql(f"ALTER TABLE {table} ALTER COLUMN v SET STORAGE plain")
        rows = "".join(f"{index}\t{json.dumps(vector)}\n" for index, vector in enumerate(vectors))
        subprocess.run(["psql", "-qX", self.url, "-c", f"COPY {table} FROM stdin"], input=rows, check=True, text=True)
        self.psql(f"VACUUM ANALYZE {table}")

    def start_embeddings(self):
        port = urllib.parse.urlsplit(self.embeddings["EMBEDDING_BASE_URL"]).port
        command = [sys.executable, HERE.parent / "retrieval/serve.py", "--port", str(port), "--vectors", self.vectors]
        return self.started(Service("embeddings", command, {}, port, self.folder))

    def start_ours(self, **limits):
        port = free_port()
        environment = {
            "DATABASE_URL": self.url, "SEED_ENV": "dev", "AUTO_MIGRATE": "false", "AUTO_SEED_DATABASE": "false",
            "HOST": "127.0.0.1", "PORT": str(port), "RATE_LIMIT_READ_PER_MINUTE": UNLIMITED,
            "RATE_LIMIT_WRITE_PER_MINUTE": UNLIMITED, **self.embeddings, **limits,
        }
        return self.started(Service("trace-server", [self.bin / "trace-server"], environment, port, self.folder))

    def start_reference(self, name, style, workers=1):
        port = free_port()
        command = [
            BIN / "uvicorn", "app:app", "--app-dir", HERE / "reference", "--host", "127.0.0.1", "--port", str(port),
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
            "--workers", str(workers),
        ]
        environment = {
            "DATABASE_URL": self.url, "VECTORS": str(self.vectors), "READS_PER_MINUTE": UNLIMITED,
            # As many connections in total as trace-server.
            "WRITES_PER_MINUTE": UNLIMITED, "POOL_SIZE": str(16 // workers), "STYLE": style, "MODEL": MODEL,
            "MODEL_VERSION": VERSION,
        }
        return self.started(Service(name, command, environment, port, self.folder))

    def started(self, service):
        self.services.append(service)
        return service

    def compare_answers(self, ours, theirs):
        tokens = ours.register(), theirs.register()
        # The Python services do not look up exact terms.
        for question in [one for one in QUESTIONS if not question_terms(one)][:40]:
            answers = [
                [(hit["id"], hit["title"], hit["score"]) for hit in service.post(SEARCH, {"q": question}, token)["results"]]
                for service, token in zip((ours, theirs), tokens)
            ]
            if answers[0] != answers[1] or len(answers[0]) != 10:
                sys.exit(f"the services return different results for '{question}':\n{answers[0]}\n{answers[1]}")

    # Measuring

    def add(self, what, who, **values):
        for name, value in values.items():
            self.figures.setdefault((what, who, name), []).append(value)

    def locust(self, file, service, users, seconds, processes=1, **environment):
        prefix = self.folder / "locust"
        command = [
            BIN / "locust", "-f", HERE / file, "--headless", "--only-summary", "--users", str(users),
            "--host", service.url, "--csv", prefix, "--loglevel", "ERROR",
        ]
        if file == "locustfile_capacity.py":
            # Exclude the ramp-up of users.
            command += ["--spawn-rate", str(users / ARRIVAL), "--run-time", f"{seconds + ARRIVAL}s", "--reset-stats"]
        else:
            command += ["--spawn-rate", str(users), "--run-time", f"{seconds}s"]
        if processes > 1:
            command += ["--processes", str(processes)]
        done = subprocess.run(
            list(map(str, command)), env={**os.environ, **environment}, capture_output=True, text=True, cwd=HERE
        )
        with open(f"{prefix}_stats.csv") as rows:
            stats = {(row["Type"], row["Name"]): row for row in csv.DictReader(rows)}
        return done, stats

    def with_locust(self, what, service, users, processes=1, **environment):
        stages = self.folder / "stages.json"
        stages.unlink(missing_ok=True)
        if processes == 1:
            environment["LOAD_STAGES"] = str(stages)
        before = service.cpu()
        done, stats = self.locust("locustfile_capacity.py", service, users, self.seconds, processes, **environment)
        row = stats["POST", "search"]
        if done.returncode or int(row["Failure Count"]):
            sys.exit(f"{service.name}: {row['Failure Count']} searches failed\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
        count = int(row["Request Count"])
        percentiles = {f"p{share}": float(row[f"{share}%"]) for share in (50, 75, 90, 95, 99)}
        self.add(
            what, service.name, rate=float(row["Requests/s"]), cpu=(service.cpu() - before) * 1e6 / count, **percentiles
        )
        found = json.loads(stages.read_text()) if stages.exists() else []
        for stage in found[0] if found else []:
            values = [one[stage] for one in found]
            for share in (50, 90, 99):
                self.stages.setdefault((what, stage, share), []).append(percentile(values, share / 100))

    def with_wrk(self, what, service, clients):
        if not self.has_wrk:
            return
        token = service.register()
        bodies = (json.dumps({"q": question, "limit": 10}) for question in QUESTIONS)
        requests = self.folder / "requests"
        requests.write_text("\n".join([token, *bodies]) + "\n")
        before = service.cpu()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{self.seconds}s", "-s", HERE / "wrk.lua", service.url], check=True,
            capture_output=True, text=True, env={**os.environ, "LOAD_REQUESTS": str(requests)},
        )
        result = json.loads(done.stdout.partition("RESULT ")[2])
        if result["failed"]:
            sys.exit(f"{service.name}: {result['failed']} searches of wrk failed; see {service.log}")
        self.add(
            what, service.name, rate=result["requests"] / result["seconds"],
            cpu=(service.cpu() - before) * 1e6 / result["requests"],
            **{name: result[name] / 1000 for name in ("p50", "p90", "p99")},
        )

    def with_pgbench(self, what, clients, rate=None, script="search", who="bare query"):
        if not self.has_pgbench:
            return
        log = self.folder / "pgbench-log"
        for old in self.folder.glob("pgbench-log*"):
            old.unlink()
        command = [
            "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(self.seconds), "-l",
            f"--log-prefix={log}", "-f", self.folder / f"{script}.sql", *(["-R", str(rate)] if rate else []), self.url,
        ]
        subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        times = []
        for part in self.folder.glob("pgbench-log*"):
            for line in part.read_text().splitlines():
                fields = line.split()
                # In a paced run, the latency includes the schedule lag, which is the last field.
                times.append((int(fields[2]) - (int(fields[6]) if rate else 0)) / 1000)
        shares = {f"p{share}": percentile(times, share / 100) for share in (50, 75, 90, 95, 99)}
        self.add(what, who, rate=len(times) / self.seconds, **shares)

    def run(self):
        self.prepare()
        self.start_embeddings()
        ours = self.start_ours()
        plain, tuned = self.start_reference("Python", "plain"), self.start_reference("Python, tuned", "tuned")
        four = self.start_reference("Python, tuned, 4 workers", "tuned", 4)
        for service in (plain, tuned):
            self.compare_answers(ours, service)
        for service in (ours, plain, tuned, four):
            self.warm_up(service)
        for number in range(1, self.rounds + 1):
            for users in (20, 50):
                say(f"round {number} of {self.rounds}: {users} users, paced")
                for service in (ours, plain, tuned):
                    self.with_locust(f"{users} paced", service, users)
                # The same rate as that of the users.
                rate = self.figures[f"{users} paced", ours.name, "rate"][-1]
                self.with_pgbench(f"{users} paced", users, rate)
            say(f"round {number} of {self.rounds}: {CLIENTS} without pause")
            for service in (ours, plain, tuned, four):
                self.with_locust("full", service, CLIENTS, processes=2, LOAD_PAUSE="0")
            for service in (ours, plain, tuned, four):
                self.with_wrk("full, wrk", service, CLIENTS)
            self.with_pgbench("full, wrk", CLIENTS)
            say(f"round {number} of {self.rounds}: one without pause")
            for service in (ours, plain, tuned):
                self.with_wrk("one", service, 1)
            self.with_pgbench("one", 1)
            self.with_pgbench("one", 1, script="far-search", who="bare query, far")
        for service in (ours, plain, tuned, four):
            service.stop()
            self.services.remove(service)
        limits = self.limits()
        Report(self.rows, self.rounds, self.seconds, self.server(), self.figures, self.stages).write(limits)

    def warm_up(self, service):
        """Opens connections, plans statements, warms the cache, and requests the vector of each question."""
        token = service.register()
        with concurrent.futures.ThreadPoolExecutor(16) as clients:
            list(clients.map(lambda question: service.post(SEARCH, {"q": question}, token), QUESTIONS * 4))

    def limits(self):
        """Runs with the default limits, except for registrations."""
        service = self.start_ours(RATE_LIMIT_READ_PER_MINUTE="60")
        lines = []
        say("checks of the rate limiter with 20 concurrent agents")
        done, stats = self.locust("locustfile_rate_limit.py", service, 20, 25)
        checks = {name: row for (kind, name), row in stats.items() if kind == "CHECK"}
        for name, row in sorted(checks.items()):
            count, failed = int(row["Request Count"]), int(row["Failure Count"])
            lines.append(f"{name}: {count - failed} of {count} agents")
        if done.returncode or len(checks) < 4:
            sys.exit(f"the rate limiter does not enforce its limits:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
        say("40 simulated agents: 10 to 15 searches in 30 s, then idle")
        done, stats = self.locust("locustfile_agent.py", service, 40, 45, LOAD_IDLE="60")
        row = stats["POST", "search"]
        if done.returncode or int(row["Failure Count"]):
            sys.exit(f"an agent was rate limited:\n{done.stdout[-4000:]}")
        lines.append(f"40 simulated agents: {row['Request Count']} searches, no 429, p99 {float(row['99%']):.0f} ms")
        service.stop()
        return lines

    # After

    def clean(self):
        for service in self.services:
            service.stop()
        self.psql(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", self.admin_url)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("bin")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    arguments = parser.parse_args()
    bench = Bench(arguments.url, arguments.bin, arguments.rows, arguments.rounds, arguments.seconds)
    try:
        bench.run()
    finally:
        bench.clean()


main()
