"""A Hub that listens, at two origins."""

import contextlib
import socket
import sys
import threading
from http.server import ThreadingHTTPServer

from tests.hub_server.routes import Routes
from tests.hub_server.users import SharedRepositories
from tests.hub_server.xet import WAIT


class HubServer(SharedRepositories):
    """A Hub on 127.0.0.1, and its second origin for large files."""

    def __init__(self, folder, *, xet=True):
        super().__init__(folder, xet)
        self.requests = []
        self.fault = None  # a Fault, or a list of them: the first that applies
        self.requests_left = None  # this many more are answered; every later connection is closed
        self.stopping = threading.Event()
        self.signatures = {}
        self._servers = {}
        self._threads = []
        self._ports = {"main": 0, "cdn": 0}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._ports['main']}"

    @property
    def cdn(self):
        return f"http://127.0.0.1:{self._ports['cdn']}"

    def start(self):
        """Listen; after `stop`, at the same ports again."""
        self.stopping.clear()
        for origin in ("main", "cdn"):
            server = _Server(("127.0.0.1", self._ports[origin]), Routes)
            server.hub, server.origin = self, origin
            self._ports[origin] = server.server_address[1]
            self._servers[origin] = server
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            self._threads.append(thread)

    def stop(self):
        """Close the ports and every open connection, in the middle of whatever they carry."""
        self.stopping.set()
        for server in self._servers.values():
            server.shutdown()
            server.break_connections()
            server.server_close()
        for thread in self._threads:
            thread.join(WAIT)
        self._servers.clear()
        self._threads.clear()


class _Server(ThreadingHTTPServer):
    """One origin; knows its open connections, so that it can close them."""

    daemon_threads = False  # all are waited for
    request_queue_size = 64

    def __init__(self, *arguments):
        self._open = set()
        self._guard = threading.Lock()
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def break_connections(self):
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
