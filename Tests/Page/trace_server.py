"""Starts trace-server with its own database for the page tests."""

import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("PAGE_BINARIES", ROOT / ".build" / "debug"))
# In seconds. Long, because the machine may be busy.
PATIENCE = 120


class Project:
    """A folder with an embedded PostgreSQL that all its servers share."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="trace-page-"))
        # If the tests run as root, PostgreSQL runs as another user.
        self.folder.chmod(0o755)
        self.servers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.stop()
        subprocess.run(
            [BINARIES / "seed-runner", "db", "destroy", "--yes"],
            env=self.environment(), cwd=self.folder, check=True, capture_output=True, timeout=PATIENCE,
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, **variables):
        names = {"PATH", "HOME", "LANG", "TMPDIR"}
        # Variables of the caller can select another embedding model.
        kept = {name: value for name, value in os.environ.items() if name in names or name.startswith("EMBEDDING_")}
        return kept | {"SEED_PROJECT_PATH": str(self.folder), "SEED_ENV": "dev"} | variables

    def establish(self):
        """Makes all users established since two days, each in a network of their own, so that others find their traces."""
        subprocess.run(
            [BINARIES / "seed-runner", "db", "psql"], text=True,
            input="UPDATE users SET is_established = true, created_at = created_at - interval '2 days', network = email;",
            env=self.environment(), cwd=self.folder, check=True, capture_output=True, timeout=PATIENCE,
        )

    def serve(self, **variables):
        defaults = {
            "PORT": "0", "AUTO_SEED_DATABASE": "true", "SEARCH_NEEDS_TOKEN": "false",
            "RATE_LIMIT_READ_PER_MINUTE": "100000", "RATE_LIMIT_WRITE_PER_MINUTE": "100000",
        }
        server = Server(self.environment(**defaults | variables), self.folder)
        self.servers.append(server)
        return server


class Server:
    """A running trace-server."""

    def __init__(self, environment, folder):
        self.process = subprocess.Popen(
            [BINARIES / "trace-server"], env=environment, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )
        os.set_blocking(self.process.stderr.fileno(), False)
        self.log = b""
        self.url = None
        self._wait_until_it_listens()

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while self.url is None:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(f"trace-server does not listen:\n{self.log.decode()}")
                selector.select(1)
                self.drain()
                found = re.search(rb"listening on (http://\S+)", self.log)
                self.url = found and found[1].decode() + "/"

    def drain(self):
        """Reads the log, so that the pipe never fills up."""
        while chunk := self.process.stderr.read(65536) or b"":
            self.log += chunk

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def ask(self, path, body=None, token=None):
        """Sends a request to the API. Returns the status and the JSON."""
        self.drain()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def register(self, email):
        status, answer = self.ask("api/v1/auth/register", {"email": email})
        assert status == 201, answer
        return answer["token"]
