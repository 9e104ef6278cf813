"""A TCP proxy that delays a connection as a distant server does. Its delay is half a round trip in each direction."""

import asyncio
import collections

TERMINATE = b"X\0\0\0\4"


class Proxy:
    """Listens on the loopback address and forwards to a server's unix socket.

    It limits no bandwidth and keeps the order of the bytes. The TCP handshake is not delayed. The event loop must have
    a timer finer than a millisecond (`SelectSelector`, unlike `EpollSelector`).
    """

    def __init__(self, server, milliseconds):
        self.server, self.delay = server, milliseconds / 2000
        # How often a client sent something after an answer of the server, or first, over all connections.
        self.round_trips = 0

    async def start(self):
        self.listener = await asyncio.get_running_loop().create_server(lambda: Client(self), "127.0.0.1", 0)
        self.port = self.listener.sockets[0].getsockname()[1]
        return self


class Side(asyncio.Protocol):
    """One side of a connection: delays what it receives and passes it on to the other side."""

    def __init__(self, proxy):
        self.proxy, self.peer, self.transport = proxy, None, None
        self.waiting, self.loop = collections.deque(), asyncio.get_running_loop()

    def data_received(self, data):
        self.later(data)

    def connection_lost(self, _):
        self.later(None)

    def later(self, data):
        """Passes on `data`, or the end of the connection, after the delay."""
        if not self.proxy.delay:
            self.peer.take(data)
            return
        self.waiting.append((self.loop.time() + self.proxy.delay, data))
        if len(self.waiting) == 1:
            self.loop.call_at(self.waiting[0][0], self.flush)

    def flush(self):
        """One timer per side, for the oldest piece, so that pieces cannot overtake each other."""
        while self.waiting and self.waiting[0][0] <= self.loop.time():
            self.peer.take(self.waiting.popleft()[1])
        if self.waiting:
            self.loop.call_at(self.waiting[0][0], self.flush)

    def take(self, data):
        if data is None:
            self.transport.close()
        elif not self.transport.is_closing():
            self.transport.write(data)


class Client(Side):
    def __init__(self, proxy):
        super().__init__(proxy)
        self.is_waiting = False
        # What came before the connection to the server was open.
        self.early = []

    def connection_made(self, transport):
        self.transport = transport
        self.task = self.loop.create_task(self.connect())

    async def connect(self):
        try:
            _, self.peer = await self.loop.create_unix_connection(
                lambda: Server(self.proxy, self), self.proxy.server)
        except OSError:
            self.transport.abort()
            return
        for data in self.early:
            self.later(data)

    def data_received(self, data):
        # The farewell is not answered.
        if not self.is_waiting and data != TERMINATE:
            self.is_waiting = True
            self.proxy.round_trips += 1
        super().data_received(data)

    def later(self, data):
        if self.peer is None:
            self.early.append(data)
        else:
            super().later(data)

    def take(self, data):
        self.is_waiting = False
        super().take(data)


class Server(Side):
    def __init__(self, proxy, client):
        super().__init__(proxy)
        self.peer = client

    def connection_made(self, transport):
        self.transport = transport
