"""A proxy between a program and a service, which can be told to delay, freeze, cut or refuse what goes through it."""
import asyncio
import contextlib
import socket
import threading

CHUNK = 65536


class Proxy:
    """Listens at `listen` and connects each client to `target`; both are a (host, port) or the path of a unix socket.
    It relays on a thread of its own; the methods may be called from any other."""

    def __init__(self, listen, target):
        self.listen, self.target = listen, target
        self.delay = 0.0  # seconds by which each chunk is late, in both directions
        self.refusing = False
        self.connections = set()
        self.started = threading.Event()
        self.thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self.thread.start()
        if not self.started.wait(10):
            raise AssertionError(f"no proxy at {listen}")

    # Faults. All but `cut` last until `heal`.

    def cut(self):
        """Every connection is reset; new ones are taken."""
        self._call(self._cut)

    def refuse(self):
        """Every connection is reset, and so is each new one."""
        self.refusing = True
        self.cut()

    def freeze(self, requests=True, answers=True):
        """Nothing comes through (or only in one direction), and nobody is told: as behind a network that drops packets."""
        self._call(lambda: [event.clear() for event, frozen in ((self.requests, requests), (self.answers, answers))
                            if frozen])

    def heal(self):
        """What was frozen goes on, if its connection still lives."""
        self.delay, self.refusing = 0.0, False
        self._call(lambda: [self.requests.set(), self.answers.set()])

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.ended.set)
            self.thread.join(10)

    def _call(self, action):
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (action(), done.set()))
        if not done.wait(10):
            raise AssertionError("the proxy hangs")

    def _run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        self.requests, self.answers, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.requests.set()
        self.answers.set()
        if isinstance(self.listen, tuple):
            server = await asyncio.start_server(self._relay, *self.listen)
        else:
            server = await asyncio.start_unix_server(self._relay, self.listen)
        self.started.set()
        await self.ended.wait()
        server.close()
        self._cut()

    def _cut(self):
        for connection in self.connections:
            for writer in connection:
                writer.transport.abort()

    async def _relay(self, client_reader, client_writer):
        if self.refusing:
            client_writer.transport.abort()
            return
        try:
            if isinstance(self.target, tuple):
                server_reader, server_writer = await asyncio.open_connection(*self.target)
            else:
                server_reader, server_writer = await asyncio.open_unix_connection(self.target)
        except OSError:
            client_writer.transport.abort()
            return
        for writer in (client_writer, server_writer):
            if isinstance(self.target, tuple):
                writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = (client_writer, server_writer)
        self.connections.add(connection)
        pumps = [asyncio.ensure_future(self._pump(client_reader, server_writer, self.requests)),
                 asyncio.ensure_future(self._pump(server_reader, client_writer, self.answers))]
        try:
            # Programs here close both directions at once: the first end is the connection's.
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.connections.discard(connection)
            for pump in pumps:
                pump.cancel()
            for writer in connection:
                with contextlib.suppress(OSError, RuntimeError):
                    writer.close()

    async def _pump(self, reader, writer, flows):
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await flows.wait()
                writer.write(chunk)
                await writer.drain()
