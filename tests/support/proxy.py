"""A TCP proxy on loopback, between a client and a Cluster, that fails on purpose at one message of the protocol.

It takes both streams apart into PostgreSQL's messages and passes them on one by one. Loopback clients need no password,
because the proxy speaks to the server's Unix socket, which trusts.
"""

import re
import socket
import struct
import threading
import time

CLIENT, SERVER = "client", "server"

READY_FOR_QUERY = b"Z"


class Fault:
    """
    Strikes once: at the `at`-th message (from 1) that the `side` sends, over all connections; with a pattern, at the
    `at`-th that has it in it (a statement's text stands in its Parse message).

      cut        neither the message nor anything after it gets through; both ends see the connection closed
      cut_after  the server gets what was sent up to the end of the batch (Sync) and does it; then both ends are closed,
                 and the client has seen nothing of the answer
      swallow    from the message on nothing gets through, in either direction, and nothing is closed
      deafen     the same, but for what the client sends
      delay      the message is held back for `seconds`
    """

    def __init__(self, how, side=CLIENT, at=1, pattern=b"", seconds=0):
        self.how, self.side, self.left, self.seconds = how, side, at, seconds
        self.pattern = re.compile(pattern)
        self.struck = threading.Event()

    def strikes(self, side, message):
        if self.struck.is_set() or side != self.side or not self.pattern.search(message):
            return False
        self.left -= 1
        if self.left == 0:
            self.struck.set()
        return self.left == 0


class Proxy:
    """`with Proxy(cluster, Fault("cut", at=7)) as proxy:` `proxy.url(database)`; `fault` may be set at any time."""

    def __init__(self, cluster, fault=None):
        self.cluster, self.fault = cluster, fault
        self.silent = False  # from now on, whatever the fault, nothing of anybody gets through
        self.lock = threading.Lock()
        self.sockets = []
        self.threads = []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._run(self._accept)
        return self

    def __exit__(self, *_):
        close(self.listener, *self.sockets)
        for thread in self.threads:
            thread.join(10)

    def url(self, database):
        return (f"postgresql://{self.cluster.user}@127.0.0.1:{self.port}/{database}"
                "?sslmode=disable&gssencmode=disable")

    def _run(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self.cluster.folder / f".s.PGSQL.{self.cluster.port}"))
            except OSError:  # the server is down: so are we
                close(client, server)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets += [client, server]
            connection = Connection(self, client, server)
            self._run(connection.pump, CLIENT, client, server)
            self._run(connection.pump, SERVER, server, client)

    def find_fault(self, side, message):
        """The fault, if it is to strike at this message."""
        with self.lock:
            return self.fault if self.fault and self.fault.strikes(side, message) else None


class Connection:
    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.swallows = set()  # the sides whose messages do not get through
        self.ends_when_ready = False  # the client is deaf: the connection ends when the server is through

    def pump(self, side, source, sink):
        try:
            for message in read_messages(source, has_startup=side == CLIENT):
                if not self._pass(side, message, sink):
                    break
        except OSError:
            pass
        if not self.swallows:
            close(self.client, self.server)

    def _pass(self, side, message, sink):
        """Hands the message on; False when that was the end of the connection."""
        fault = None if self.swallows or self.ends_when_ready else self.proxy.find_fault(side, message)
        if fault and fault.how == "cut":
            return False
        if fault and fault.how == "swallow":
            self.swallows = {CLIENT, SERVER}
        if fault and fault.how == "deafen":
            self.swallows = {SERVER}
        if fault and fault.how == "delay":
            time.sleep(fault.seconds)
        if fault and fault.how == "cut_after":
            self.ends_when_ready = True
        if side in self.swallows or self.proxy.silent:
            return True
        if self.ends_when_ready and side == SERVER:
            return message[:1] != READY_FOR_QUERY
        sink.sendall(message)
        return True


def close(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        each.close()


def read_messages(source, has_startup):
    """The messages of a stream, whole; a client's first one has no type before its length."""
    data = bytearray()
    head = 0 if has_startup else 1
    while chunk := source.recv(65536):
        data += chunk
        while len(data) >= head + 4:
            size = head + struct.unpack_from("!I", data, head)[0]
            if len(data) < size:
                break
            yield bytes(data[:size])
            del data[:size]
            head = 1
