"""A private server, and programs that run on it through a proxy."""

import asyncio
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

import asyncpg

HERE = pathlib.Path(__file__).parent
# Also keeps the settings of the caller's shell, such as DATABASE_URL and SEED_JOBS, away from the programs.
KEPT = ("HOME", "XDG_DATA_HOME", "SEED_POSTGRES_VERSION")
# Has the tables of the traces, but no rows.
TABLES = "benchmark_tables"
ROWS = """
WITH links AS (
  SELECT traces.title, tags.name FROM trace_tags
  JOIN traces ON traces.id = trace_id JOIN tags ON tags.id = tag_id
), rows AS (
  SELECT 'users' AS "table", (email, display_name, is_seed)::text AS row FROM users
  UNION ALL SELECT 'tags', name FROM tags
  UNION ALL SELECT 'traces', (title, context_text, solution_text, status, agent_model, agent_version, email,
    traces.is_seed, trust_score, confirmation_count)::text
  FROM traces JOIN users ON users.id = contributor_id
  UNION ALL SELECT 'trace_tags', links::text FROM links
)
SELECT "table", count(*), md5(string_agg(row, E'\\n' ORDER BY row COLLATE "C")) FROM rows GROUP BY "table"
"""


class Failure(Exception):
    """A program failed, or left other rows than it should."""


class Server:
    """The server in a temporary folder. Both are removed at the end."""

    def __init__(self, program):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seed-runner-latency-"))
        # The server may run as another user, because PostgreSQL does not run as root.
        self.folder.chmod(0o755)
        # A copy, so that builds do not affect the measurements.
        self.program = str(shutil.copy(program, self.folder / "seed-runner"))
        keep = {name: os.environ[name] for name in KEPT if name in os.environ}
        # The folder of the project is set, so that its Config and .seed-runner are not those of this repository.
        self.variables = {
            "PATH": "/usr/bin:/bin", "SEED_ENV": "dev", "SEED_PROJECT_PATH": str(self.folder),
            "PYTHONPATH": str(HERE), "DJANGO_SETTINGS_MODULE": "knowledge.settings", **keep,
        }
        self.lock, self.running = asyncio.Lock(), set()

    async def __aenter__(self):
        try:
            self.control("start")
            self.url = self.control("url")
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.url).query))
            self.socket = f"{query['host']}/.s.PGSQL.{query['port']}"
            self.admin = await asyncpg.connect(self.url)
            await self.admin.execute(f"CREATE DATABASE {TABLES}")
            await self.run([self.program, "migrate", "up"], self.direct(TABLES))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_):
        # A second Ctrl-C must not leave the server running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in list(self.running):
            process.kill()
            await process.wait()
        subprocess.run([self.program, "db", "stop"], env=self.variables, cwd=self.folder, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, command):
        result = subprocess.run(
            [self.program, "db", command], env=self.variables, cwd=self.folder, capture_output=True, text=True)
        if result.returncode:
            raise Failure(f"seed-runner db {command}: {result.stderr}")
        return result.stdout.strip()

    def direct(self, database):
        """The URL of a database without the proxy."""
        return urllib.parse.urlunsplit(urllib.parse.urlsplit(self.url)._replace(path=f"/{database}"))

    def through(self, proxy, database):
        """The URL of a database through a proxy."""
        user = urllib.parse.urlsplit(self.url).username
        return f"postgresql://{user}@127.0.0.1:{proxy.port}/{database}?sslmode=disable"

    async def fresh(self, database, template="template0"):
        async with self.lock:
            await self.admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            await self.admin.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
            # Pending writes of one program must not slow down the next.
            await self.admin.execute("CHECKPOINT")

    async def rows(self, database):
        """The number of rows of each table, and a digest of their contents without keys and times."""
        connection = await asyncpg.connect(self.direct(database))
        found = await connection.fetch(ROWS)
        await connection.close()
        return {name: (count, digest) for name, count, digest in found}

    async def run(self, command, url):
        """The duration in seconds of the whole process, and its output."""
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *map(str, command), env={**self.variables, "DATABASE_URL": url}, cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        self.running.add(process)
        output, errors = await process.communicate()
        seconds = time.perf_counter() - start
        self.running.discard(process)
        if process.returncode:
            raise Failure(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{errors.decode()}")
        return seconds, output.decode()

    async def select_one(self, url, count):
        """The median time in milliseconds of a SELECT 1 over an open connection."""
        return float((await self.run([sys.executable, HERE / "round_trip.py", count], url))[1])
