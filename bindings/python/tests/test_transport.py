"""The way out: proxies, certificate authorities, limits."""

import errno
import os
import re
import socket

import threading
from types import SimpleNamespace

import pytest
import urllib3
from conftest import USER_ASSIGNED, VALUE

from keyfob._component.pending_request import monotonic_ns
from keyfob._component.host import Host
from keyfob._component.transport import _proxy_for, send_error
from keyfob.exceptions import ClientAuthenticationError, ServiceRequestError
from keyfob.identity import ClientSecretCredential, ManagedIdentityCredential
from keyfob.secrets import SecretClient

SECOND = 1_000_000_000


def client():
    return SecretClient(os.environ["KEYVAULT_URL"], ManagedIdentityCredential(client_id=USER_ASSIGNED))


def test_a_private_authority_by_either_variable(app_service, monkeypatch):
    bundle = os.environ["REQUESTS_CA_BUNDLE"]
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        for other in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv(name, bundle)
        assert client().get_secret("secret-a").value == VALUE, name


def test_without_it_nothing_is_trusted(app_service, monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)
    with pytest.raises(ServiceRequestError, match="TLS handshake failed") as raised:
        client().get_secret("secret-a")
    assert isinstance(raised.value.__cause__, urllib3.exceptions.SSLError)
    assert "SSL_CERT_FILE" in raised.value.hint and "--cacert" not in raised.value.hint


def test_a_proxy_that_is_not_there(app_service, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(ServiceRequestError, match="connection was refused"):
        client().get_secret("secret-a")


def test_a_proxy_that_refuses(app_service, monkeypatch):
    # The fake has no such vault, and its proxy leads nowhere else.
    with pytest.raises(ServiceRequestError, match="denied") as raised:
        SecretClient("https://unknown.vault.azure.net", client()._credential).get_secret("a")
    assert "NO_PROXY" in raised.value.hint


def test_an_authority_that_no_proxy_leads_to(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    credential = ClientSecretCredential(
        "contoso", USER_ASSIGNED, "s3cret", authority="https://127.0.0.1:9", disable_instance_discovery=True
    )
    with pytest.raises((ServiceRequestError, ClientAuthenticationError), match="connection was refused"):
        credential.get_token("https://vault.azure.net/.default")


class Server:
    """Answers each connection on loopback as a function says."""

    def __init__(self, answer, reads=True):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/x?y=z"
        self.requests = []
        self.done = threading.Event()
        threading.Thread(target=self._serve, args=(answer, reads), daemon=True).start()

    def _serve(self, answer, reads):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                if reads:
                    self.requests.append(_request(connection))
                answer(self, connection)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.done.set()
        self.listener.close()


def _request(connection):
    """The whole of it."""
    text = b""
    while piece := connection.recv(65536):
        text += piece
        head, end, body = text.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return text


def start(host, server, **changes):
    """Has a host begin a request."""
    request = SimpleNamespace(
        method="GET", url=server if isinstance(server, str) else server.url, headers=[], body=None
    )
    limits = SimpleNamespace(connect=5 * SECOND)
    setattr(request, "max-body", changes.pop("max_body", 1000))
    setattr(limits, "first-byte", changes.pop("first_byte", 5 * SECOND))
    setattr(limits, "between-bytes", changes.pop("between_bytes", 5 * SECOND))
    limits.deadline = monotonic_ns() + changes.pop("within", 20 * SECOND)
    vars(request).update(changes)
    return host.start(request, limits)


def send(server, **changes):
    """What a host gives the component for one request."""
    host = Host()
    number = start(host, server, **changes)
    while True:
        ended = host.wait(2**63)
        if ended:
            assert [one.id for one in ended] == [number]
            return ended[0].outcome


def say(text):
    return lambda server, connection: connection.sendall(text)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\nX-One: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    monkeypatch.setenv("NO_PROXY", os.environ.get("NO_PROXY", "127.0.0.1,localhost"))


def test_an_answer():
    with Server(say(OK)) as server:
        outcome = send(server, method="POST", body="a=ü", headers=[("x-mine", "1")])
    assert (outcome.status, outcome.body) == (200, "ok")
    assert [value for name, value in outcome.headers if name == "X-One"] == ["1", "2"]
    request = server.requests[0].decode()
    assert request.startswith("POST /x?y=z HTTP/1.1\r\n")
    assert "x-mine: 1\r\n" in request and "Content-Length: 4\r\n" in request and request.endswith("a=ü")


def test_an_empty_post_says_so():
    with Server(say(OK)) as server:
        send(server, method="POST", body="")
    assert b"Content-Length: 0\r\n" in server.requests[0]


def test_a_redirect_is_an_answer():
    with Server(say(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")) as server:
        assert send(server).status == 302


def test_bytes_that_are_no_text():
    with Server(say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe")) as server:
        assert send(server).body == "\ufffd\ufffd"


@pytest.mark.parametrize(
    "answer, limits, error",
    [
        (say(b""), {}, "reset"),
        (say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"), {}, "reset"),
        (say(b"nonsense\r\n\r\n"), {}, "reset"),
        (say(OK), {"max_body": 1}, "too-large"),
        (lambda server, _: server.done.wait(30), {"first_byte": SECOND // 10}, "first-byte-timeout"),
        (lambda server, _: server.done.wait(30), {"within": SECOND // 10}, "deadline"),
    ],
)
def test_no_answer(answer, limits, error):
    with Server(answer) as server:
        assert send(server, **limits) == error


def test_a_body_that_stops():
    def stop(server, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        server.done.wait(30)

    with Server(stop) as server:
        assert send(server, between_bytes=SECOND // 10) == "between-bytes-timeout"


def test_a_body_that_drips_without_end():
    def drip(server, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
        while not server.done.wait(0.01):
            connection.sendall(b"x")

    with Server(drip) as server:
        assert send(server, within=SECOND // 2) == "deadline"


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/") == "refused"


def test_a_name_that_hangs_or_does_not_resolve(monkeypatch):
    def unknown(*arguments):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert send("http://nowhere.invalid/") == "name-not-found"
    hanging = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments: hanging.wait(30))
    assert send("http://slow.invalid/", first_byte=SECOND // 10) == "first-byte-timeout"
    hanging.set()


def test_tls_with_a_stranger():
    with Server(say(b"not TLS"), reads=False) as server:
        assert send(server.url.replace("http:", "https:")) == "tls"


def test_an_authority_file_that_is_not_there(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with Server(say(OK)) as server:
        assert send(server.url.replace("http:", "https:")) == "tls"


def test_files(tmp_path):
    (tmp_path / "file").write_bytes(b"\x00\xff")
    host = Host()
    assert host.read_file(str(tmp_path / "file"), 2) == b"\x00\xff"
    assert host.read_file(str(tmp_path / "file"), 1) == "too-large"
    assert host.read_file(str(tmp_path / "missing"), 1) == "not-found"
    assert host.read_file(str(tmp_path), 1) == "unreadable"
    assert host.read_file("a\0b", 1) == "unreadable"


def test_variables_that_are_no_text():
    host = Host()
    host.variables = {"A": "ü", "B": os.fsdecode(b"\xff"), "C": "x"}
    assert host.environment() == [("A", "ü"), ("C", "x")]


def test_the_log(app_service, monkeypatch, caplog):
    monkeypatch.setenv("AZURE_LOG_LEVEL", "verbose")
    with caplog.at_level("DEBUG", logger="keyfob"):
        client().get_secret("secret-a")
    lines = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "keyfob"]
    assert any(level == "INFO" and "https://my-vault.vault.azure.net/secrets/secret-a" in text for level, text in lines)
    assert any(level == "DEBUG" for level, _ in lines)
    assert VALUE not in caplog.text and "eyJ" not in caplog.text


def test_no_proxy_for_this_machine(monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    with Server(say(OK)) as server:
        for host in ("127.0.0.1", "localhost"):
            assert send(server.url.replace("127.0.0.1", host)).status == 200
    assert [_proxy_for(f"https://{host}/") for host in ("169.254.169.254", "[fe80::1]", "[::1]:80")] == [None] * 3
    # Nor for plain http, which carries the header of an identity endpoint.
    assert [_proxy_for(f"http://{host}/") for host in ("172.16.5.3:8081", "[fd00::1]", "endpoint.internal")] == [
        None
    ] * 3
    for proxy, url in [
        ("127.0.0.1:8", "http://127.0.0.1:8"),
        ("https://a:b@proxy.example", "https://a:b@proxy.example"),
    ]:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        assert _proxy_for("https://my-vault.vault.azure.net/") == url


def test_a_proxy_that_wants_a_password(monkeypatch):
    with Server(say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:p%40ss@"))
        assert send("https://vault.example/x", headers=[("authorization", "Bearer token")]) == "denied"
    assert proxy.requests[0].startswith(b"CONNECT vault.example:443 HTTP/1.")
    assert b"proxy-authorization: Basic dXNlcjpwQHNz\r\n" in proxy.requests[0]
    assert b"Bearer" not in proxy.requests[0]


def test_requests_are_on_their_way_together():
    meeting = threading.Barrier(3)

    def together(server, connection):
        meeting.wait(30)
        connection.sendall(OK)

    host = Host()
    with Server(together) as one, Server(together) as two, Server(together) as three:
        numbers = [start(host, server) for server in (one, two, three)]
        ended = []
        while len(ended) < 3:
            ended += host.wait(2**63)
    assert sorted(one.id for one in ended) == numbers
    assert [one.outcome.status for one in ended] == [200] * 3


def test_what_is_given_up_is_not_told():
    host = Host()
    with Server(lambda server, _: server.done.wait(30)) as silent, Server(say(OK)) as server:
        host.cancel(start(host, silent, first_byte=SECOND // 10))
        number = start(host, server)
        assert [one.id for one in host.wait(2**63)] == [number]
        # Its limit passes, and its thread ends.
        assert host.wait(SECOND // 2) == []


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error, told",
    [
        (urllib3.exceptions.ConnectTimeoutError(), "connect-timeout"),
        (caused(urllib3.exceptions.NewConnectionError(None, ""), OSError(errno.EHOSTUNREACH, "")), "unreachable"),
        (caused(urllib3.exceptions.NewConnectionError(None, ""), OSError(errno.EPERM, "")), "other"),
        (urllib3.exceptions.ProxyError("", urllib3.exceptions.ConnectTimeoutError()), "connect-timeout"),
        (urllib3.exceptions.ProxyError("", OSError("Tunnel connection failed: 403 Forbidden")), "denied"),
        (ValueError(), "other"),
    ],
)
def test_faults_that_loopback_does_not_have(error, told):
    assert send_error(error, response_started=False) == told
