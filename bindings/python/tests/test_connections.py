"""Requests that have not ended when their call ends leave neither connections nor threads behind."""

import time

import pytest
from conftest import SCOPE
from servers import LONG, OK_RESPONSE, Server, Watched, silence
from test_transport import start_request

from keyfob._component.host import Host
from keyfob._component.pending_request import PendingRequest
from keyfob.exceptions import AzureError
from keyfob.identity import ManagedIdentityCredential


def drip_body(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
    while not server.done.wait(0.01):
        connection.sendall(b"x")


def drip_head(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not server.done.wait(0.01):
        connection.sendall(b"x")


def continue_for_ever(server, connection):
    while not server.done.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def informational_headers(server, connection):
    while not server.done.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n")


def chunks_for_ever(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not server.done.wait(0.01):
        connection.sendall(b"1\r\nx\r\n")


def trailers_for_ever(server, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    while not server.done.wait(0.01):
        connection.sendall(b"X: y\r\n")


ENDLESS = [drip_body, drip_head, continue_for_ever, informational_headers, chunks_for_ever, trailers_for_ever, silence]


@pytest.mark.parametrize("respond", ENDLESS)
def test_reply_that_does_not_end(monkeypatch, finished_requests, respond):
    with Watched(respond) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        with pytest.raises(AzureError):
            ManagedIdentityCredential().get_token(SCOPE, timeout=0.3)
        assert server.ended.acquire(timeout=LONG)
        assert finished_requests.acquire(timeout=LONG)


@pytest.mark.parametrize("respond", [drip_body, continue_for_ever, silence])
def test_handshake_that_does_not_end(finished_requests, respond):
    with Watched(respond, reads_request=False) as server:
        host = Host()
        start_request(host, server, url=server.url.replace("http:", "https:"), within=200_000_000)
        assert [one.outcome for one in host.wait(2**63)][0] in ("deadline", "tls")
        assert server.ended.acquire(timeout=LONG)
        assert finished_requests.acquire(timeout=LONG)


@pytest.mark.parametrize("end", ["cancel", "end_call"])
def test_abandoned_request_closes_its_connection(finished_requests, end):
    with Watched(drip_body) as server:
        host = Host()
        id = start_request(host, server)
        while not server.requests:
            time.sleep(0.01)
        host.cancel(id) if end == "cancel" else host.end_call()
        assert server.ended.acquire(timeout=LONG)
        assert finished_requests.acquire(timeout=LONG)


def test_many_dripping_replies_leave_no_threads(monkeypatch, finished_requests):
    count = 30
    servers = [Watched(drip_body) for _ in range(count)]
    host = Host()
    for server in servers:
        start_request(host, server, within=300_000_000)
    ended = []
    while len(ended) < count:
        ended += host.wait(2**63)
    for server in servers:
        assert server.ended.acquire(timeout=LONG)
        assert finished_requests.acquire(timeout=LONG)
        server.__exit__()


def test_ended_request_does_not_end_the_next_one():
    """Both use the same connection."""
    connections = []

    def serve(server, connection):
        connections.append(connection)
        connection.sendall(OK_RESPONSE)
        while connection.recv(65536):
            connection.sendall(OK_RESPONSE)

    with Server(serve) as server:
        host = Host()
        first = PendingRequest
        aborts = []
        original = first.__init__

        def remember(pending, *arguments):
            original(pending, *arguments)
            aborts.append(pending.abort)

        first.__init__ = remember
        try:
            for number in range(3):
                start_request(host, server)
                assert [one.outcome.status for one in host.wait(2**63)] == [200]
                for abort in aborts:
                    abort()
        finally:
            first.__init__ = original
    assert len(connections) == 1
