"""Starts a service, sends requests to it, and measures its processor time."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Service:
    """A running service with a log file."""

    def __init__(self, name, command, environment, port, folder):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = folder / f"{name.replace(' ', '-').replace(',', '')}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        deadline = time.time() + 60
        while True:
            try:
                urllib.request.urlopen(self.url + "/health", timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.time() > deadline:
                    sys.exit(f"{name} does not respond:\n{self.log.read_text()[-2000:]}")
                time.sleep(0.1)

    def post(self, path, body, token=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{self.name} returned status {error.code} for {path}:\n{self.log.read_text()[-2000:]}")

    def register(self):
        return self.post("/api/v1/auth/register", {"email": f"bench-{time.time_ns()}@example.com"})["token"]

    def cpu(self):
        """The processor time of the process and its children so far, in seconds."""
        pids, total = [self.process.pid], 0
        while pids:
            pid = pids.pop()
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
            pids += map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return total / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait()
