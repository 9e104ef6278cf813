"""A private server, the program under test, and queries to both."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

import world

# The exit codes of Documentation/commands.md.
DOCUMENTED = {0, 1, 2, 3, 4, 5, 64, 65, 78, 130, 143}
LIMIT = 180


class Violation(Exception):
    """An invariant that did not hold."""


class Run:
    """A process of the program."""

    def __init__(self, place, arguments, url, path, plan):
        self.arguments, self.process, self.seconds = arguments, None, 0.0
        command = [place.program, *arguments, "--no-built-in", "--seeders-path", str(path), "--quiet",
                   "--format", "json"]
        self.started = time.monotonic()
        self.errors_file = tempfile.TemporaryFile()
        self.output_file = tempfile.TemporaryFile()
        if plan:
            # The proxy's plan must know the run before the first message.
            plan.run = self
        self.process = subprocess.Popen(
            command, env={**place.variables, "DATABASE_URL": url}, cwd=place.folder, stdin=subprocess.DEVNULL,
            stdout=self.output_file, stderr=self.errors_file)

    def signal(self, number):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, limit=LIMIT):
        """The exit code, which is negative after a kill."""
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Violation(f"{self}: ran longer than {limit} s") from None
        self.seconds = time.monotonic() - self.started
        return self.process.returncode

    def read(self, file):
        file.seek(0)
        return file.read().decode(errors="replace")

    @property
    def output(self):
        return self.read(self.output_file)

    @property
    def errors(self):
        return self.read(self.errors_file)

    def entries(self):
        """The report's entry for each seeder; empty after a kill."""
        try:
            return json.loads(self.output).get("seeders", [])
        except (ValueError, AttributeError):
            return []

    def outcomes(self):
        return {entry["id"]: entry["outcome"] for entry in self.entries()}

    def __str__(self):
        return f"seed-runner {' '.join(self.arguments)}"

    def report(self):
        lines = [f"{self}: exit code {self.process.returncode}"]
        for entry in self.entries():
            tables = [{name: count for name, count in table.items() if count} for table in entry.get("tables", [])]
            if "outcome" not in entry:
                # Commands that do not seed, such as verify, have no entries.
                lines.append(f"  {json.dumps(entry)[:3000]}")
                continue
            lines.append(f"  {entry['id']}: {entry['outcome']}, {tables}")
            lines += [f"    retry: {json.dumps(retry)}" for retry in entry.get("retries", [])]
            if entry.get("failure"):
                lines.append(f"    failure: {json.dumps(entry['failure'])[:3000]}")
        return "\n".join([*lines, self.errors[-3000:]])


class Place:
    """A folder with a project, its server and its seeders."""

    def __init__(self, program):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seed-runner-soak-"))
        # The server may run as another user, because PostgreSQL does not run as root.
        self.folder.chmod(0o755)
        self.seeders = self.folder / "seeders"
        # A copy, so that builds do not affect the test.
        self.program = str(shutil.copy(program, self.folder / "seed-runner"))
        names = ("HOME", "XDG_DATA_HOME", "SEED_POSTGRES_VERSION")
        keep = {name: os.environ[name] for name in names if name in os.environ}
        self.variables = {"PATH": "/usr/bin:/bin", "SEED_ENV": "test", "SEED_PROJECT_PATH": str(self.folder), **keep}
        self.start()
        self.admin_url = self.database("url")
        parts = urllib.parse.urlsplit(self.admin_url)
        self.query = dict(urllib.parse.parse_qsl(parts.query))
        self.user = parts.username or "seed"
        self.url = self.admin_url.replace("/seed?", "/soak?")
        self.socket = f"{self.query['host']}/.s.PGSQL.{self.query['port']}"
        self.data = pathlib.Path(self.query["host"]).parent / "data"

    def database(self, *arguments):
        result = subprocess.run(
            [self.program, "db", *arguments], env=self.variables, capture_output=True, text=True, timeout=LIMIT)
        if result.returncode:
            raise Violation(f"seed-runner db {' '.join(arguments)}: {result.stderr}")
        return result.stdout.strip()

    def start(self):
        self.database("start")

    def restart(self, number):
        """Restarts the server, stopping it with SIGINT (fast) or SIGQUIT (immediate)."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, number)
        deadline = time.monotonic() + 60
        while pathlib.Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.start()

    def close(self):
        self.database("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def through(self, port):
        """The URL of the database through the proxy."""
        return f"postgresql://{self.user}@127.0.0.1:{port}/soak?sslmode=disable&gssencmode=disable"

    def sql(self, *statements, url=None):
        """The unaligned output of each statement."""
        separator = "\x1f"
        command = ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-R", separator, url or self.url]
        text = "".join(f"{statement};\n\\echo {separator}{separator}\n" for statement in statements)
        result = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=LIMIT, env=self.variables)
        if result.returncode:
            raise RuntimeError(f"psql: {result.stderr}\n{text[:2000]}")
        return [part.strip() for part in result.stdout.split(separator * 2)[:-1]]

    def fresh(self):
        """Creates an empty database with the tables."""
        self.sql("DROP DATABASE IF EXISTS soak WITH (FORCE)", url=self.admin_url)
        self.sql("CREATE DATABASE soak", url=self.admin_url)
        # The embedded server may lose the last commits in a crash. In this test, a crash must lose nothing.
        self.sql("ALTER DATABASE soak SET synchronous_commit = on", url=self.admin_url)
        self.sql(world.SCHEMA)

    def run(self, *arguments, url=None, path=None, plan=None):
        return Run(self, list(arguments), url or self.url, path or self.seeders, plan)

    def state(self):
        return world.read(self.sql(world.DUMP)[0])

    def versions(self):
        return self.sql('SELECT string_agg(v, E\'\\n\') FROM versions() AS v')[0]

    def wait_for_sessions(self):
        """Waits until the server has ended the sessions of seed-runner. Returns the time that it took."""
        start = time.monotonic()
        while int(self.sql(world.SESSIONS)[0]):
            if time.monotonic() > start + 60:
                left = self.sql(world.SESSIONS.replace("count(*)", "pid, state, wait_event, query"))
                raise Violation(f"a session is left after 60 s: {left}")
            time.sleep(0.05)
        return time.monotonic() - start


KILL, TERM, INT, QUIT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT
