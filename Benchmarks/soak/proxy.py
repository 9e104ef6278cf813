"""A proxy between seed-runner and the server that counts protocol messages and fails at the n-th."""

import socket
import struct
import threading
import time


class Plan:
    """The action at the n-th message, counted over all connections and both directions.

    ``kind``: ``reset`` and ``close`` end the connection, ``swallow`` forwards nothing on it from then on,
    ``blackhole`` on no connection, ``delay`` waits, ``call`` calls ``action``. ``part`` of the message is forwarded
    before: 1 is all of it. It happens ``times`` times, each ``at`` messages after the last.
    """

    def __init__(self, kind="none", at=0, times=1, part=1.0, action=None, seconds=0.0):
        self.kind, self.at, self.times, self.part = kind, at, times, part
        self.action, self.seconds = action, seconds
        self.count = self.fired = 0
        self.is_black = False
        self.lock = threading.Lock()

    def is_due(self):
        """Counts a message. Returns whether it is the n-th."""
        with self.lock:
            self.count += 1
            due = self.kind != "none" and self.fired < self.times and self.count >= self.at * (self.fired + 1)
            self.fired += due
            return due


class Proxy:
    """Listens on the loopback address and forwards to a server's unix socket."""

    def __init__(self, server):
        self.server, self.plan = server, Plan()
        self.pairs = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def use(self, plan):
        self.drop()
        self.plan = plan
        return plan

    def drop(self):
        """Closes open connections, such as those whose packets were dropped."""
        for pair in list(self.pairs):
            self.end(pair)

    def end(self, pair, hard=False):
        """Closes both sides once. If `hard` is set, the client gets a reset."""
        if pair in self.pairs:
            self.pairs.discard(pair)
            close(*pair, hard)

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            upstream = socket.socket(socket.AF_UNIX)
            try:
                upstream.connect(self.server)
            except OSError:
                # The server is restarting and refuses connections.
                close(client, upstream, hard=True)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = (client, upstream)
            self.pairs.add(pair)
            state = {"plan": self.plan, "swallows": False}
            for source, target, has_type in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(
                    target=self.forward, args=(pair, source, target, has_type, state), daemon=True).start()

    def forward(self, pair, source, target, has_type, state):
        plan, buffer = state["plan"], bytearray()
        try:
            while received := source.recv(65536):
                buffer += received
                if state["swallows"] or plan.is_black:
                    buffer.clear()
                    continue
                while message := take(buffer, has_type):
                    has_type = True
                    if not plan.is_due():
                        target.sendall(message)
                        continue
                    target.sendall(message[: int(len(message) * plan.part)])
                    if plan.kind in ("reset", "close"):
                        return self.end(pair, hard=plan.kind == "reset")
                    if plan.kind in ("swallow", "blackhole"):
                        state["swallows"] = True
                        plan.is_black = plan.kind == "blackhole"
                    if plan.kind == "delay":
                        time.sleep(plan.seconds)
                    if plan.action:
                        plan.action()
                    if plan.kind == "delay" or plan.kind == "call":
                        target.sendall(message[int(len(message) * plan.part):])
                    if state["swallows"]:
                        buffer.clear()
        except OSError:
            pass
        if not (state["swallows"] or plan.is_black):
            self.end(pair)


def take(buffer, has_type):
    """The next complete message. The first message of a client has no type byte."""
    start = 1 if has_type else 0
    if len(buffer) < start + 4:
        return None
    size = start + struct.unpack_from("!i", buffer, start)[0]
    if len(buffer) < size:
        return None
    message = bytes(buffer[:size])
    del buffer[:size]
    return message


def close(client, upstream, hard):
    if hard:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for side, how in ((client, socket.SHUT_RD if hard else socket.SHUT_RDWR), (upstream, socket.SHUT_RDWR)):
        try:
            # Wakes the other thread, which is reading. Otherwise the socket would stay open.
            side.shutdown(how)
        except OSError:
            pass
        side.close()
