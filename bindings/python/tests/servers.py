"""Servers on loopback that answer with any bytes."""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyfob.identity import AccessToken
from keyfob.secrets import SecretClient


SECRET = b'{"id":"@url/secrets/a/1","value":"x","attributes":{"enabled":true}}'
# For what would never happen without the change; not a duration that is measured.
LONG = 30


class Server:
    """A server on loopback. `respond` is called for each connection."""

    def __init__(self, respond, reads_request=True):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/x?y=z"
        self.requests = []
        self.done = threading.Event()
        threading.Thread(target=self._serve, args=(respond, reads_request), daemon=True).start()

    def _serve(self, respond, reads_request):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                if reads_request:
                    self.requests.append(_read_request(connection))
                respond(self, connection)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.done.set()
        self.listener.close()


def _read_request(connection):
    """The bytes of one request: head and body."""
    text, size = bytearray(), None
    while chunk := connection.recv(65536):
        text += chunk
        end = text.find(b"\r\n\r\n") if size is None else -1
        if end >= 0:
            length = re.search(rb"Content-Length: (\d+)", text[:end])
            size = end + 4 + int(length[1] if length else 0)
        if size is not None and len(text) >= size:
            break
    return bytes(text)


def respond_with(text):
    return lambda server, connection: connection.sendall(text)


OK_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\nX-One: 2\r\n\r\nok"


class StaticCredential:
    """A credential of the program with one token."""

    def get_token(self, *scopes, **options):
        return AccessToken("a-token", int(time.time()) + 3600)


class Vault(Server):
    """A vault that asks for a token and then answers each request with `body`, in which `@url` is its URL."""

    def __init__(self, body, status=b"200 OK"):
        self._environment = pytest.MonkeyPatch()
        super().__init__(self._respond)
        self.url = self.url.partition("/x?")[0]
        self._body = body.replace(b"@url", self.url.encode())
        self._status = status

    def _respond(self, _, connection):
        status, headers, body = self._status, b"", self._body
        if b"authorization: Bearer" not in self.requests[-1]:
            challenge = (
                'Bearer authorization="https://login.microsoftonline.com/contoso", resource="https://vault.azure.net"'
            )
            status, headers, body = b"401 Unauthorized", b"WWW-Authenticate: %s\r\n" % challenge.encode(), b""
        head = b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, headers, len(body))
        connection.sendall(head + body)

    def client(self, credential=None, **options):
        """A client for this vault."""
        with self._environment.context() as patched:
            patched.setenv("KEYFOB_ALLOW_LOOPBACK_HTTP", "1")
            return SecretClient(self.url, credential or StaticCredential(), verify_challenge_resource=False, **options)


class Watched(Server):
    """A server that knows when its connection has ended."""

    def __init__(self, respond, **options):
        self.ended = threading.Semaphore(0)

        def watch(server, connection):
            try:
                respond(server, connection)
            except OSError:
                pass
            self.ended.release()

        super().__init__(watch, **options)


def silence(server, connection):
    while connection.recv(65536):
        pass


def in_thread(call):
    """Starts a call in another thread, and returns a function that returns its result or raises its exception."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future.result
