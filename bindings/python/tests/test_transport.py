"""HTTP: proxies, certificate authorities, time limits; and the other host functions."""

import errno
import os
import socket
import threading
from types import SimpleNamespace

import pytest
import urllib3
from conftest import SECRET_VALUE, USER_ASSIGNED_CLIENT_ID
from servers import OK_RESPONSE, Server, Vault, respond_with

from keyfob._component.pending_request import monotonic_ns
from keyfob._component.host import Host
from keyfob._component.transport import _proxy_for, send_error
from keyfob.exceptions import ClientAuthenticationError, DecodeError, ServiceRequestError
from keyfob.identity import ClientSecretCredential, ManagedIdentityCredential
from keyfob.secrets import SecretClient

SECOND = 1_000_000_000


def make_client():
    return SecretClient(os.environ["KEYVAULT_URL"], ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID))


def test_private_ca_from_each_variable(app_service, monkeypatch):
    bundle = os.environ["REQUESTS_CA_BUNDLE"]
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        for other in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv(name, bundle)
        assert make_client().get_secret("secret-a").value == SECRET_VALUE, name


def test_untrusted_ca_is_rejected(app_service, monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)
    with pytest.raises(ServiceRequestError, match="TLS handshake failed") as raised:
        make_client().get_secret("secret-a")
    assert isinstance(raised.value.inner_exception, urllib3.exceptions.SSLError)
    assert "(unable to get local issuer certificate)" in raised.value.summary
    assert "SSL_CERT_FILE" in raised.value.hint and "--cacert" not in raised.value.hint


def test_unreachable_proxy(app_service, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(ServiceRequestError, match="connection was refused"):
        make_client().get_secret("secret-a")


def test_proxy_denies_the_connection(app_service, monkeypatch):
    # The fake's proxy denies hosts that are not part of the fake.
    with pytest.raises(ServiceRequestError, match="denied") as raised:
        SecretClient("https://unknown.vault.azure.net", make_client()._credential).get_secret("a")
    assert "NO_PROXY" in raised.value.hint


def test_authority_refuses_the_connection(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    credential = ClientSecretCredential(
        "contoso", USER_ASSIGNED_CLIENT_ID, "s3cret", authority="https://127.0.0.1:9", disable_instance_discovery=True
    )
    with pytest.raises((ServiceRequestError, ClientAuthenticationError), match="connection was refused"):
        credential.get_token("https://vault.azure.net/.default")


def start_request(host, server, **changes):
    """Starts a request and returns its id. Limits are in nanoseconds."""
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


def send_request(server, **changes):
    """The result of one request, as the component receives it."""
    host = Host()
    id = start_request(host, server, **changes)
    while True:
        finished = host.wait(2**63)
        if finished:
            assert [one.id for one in finished] == [id]
            return finished[0].outcome


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", os.environ.get("NO_PROXY", "127.0.0.1,localhost"))


def test_request_and_response():
    with Server(respond_with(OK_RESPONSE)) as server:
        outcome = send_request(server, method="POST", body="a=ü", headers=[("x-mine", "1")])
    assert (outcome.status, outcome.body) == (200, "ok")
    assert [value for name, value in outcome.headers if name == "X-One"] == ["1", "2"]
    request = server.requests[0].decode()
    assert request.startswith("POST /x?y=z HTTP/1.1\r\n")
    assert "x-mine: 1\r\n" in request and "Content-Length: 4\r\n" in request and request.endswith("a=ü")


def test_empty_post_sends_content_length_0():
    with Server(respond_with(OK_RESPONSE)) as server:
        send_request(server, method="POST", body="")
    assert b"Content-Length: 0\r\n" in server.requests[0]


def test_redirect_is_not_followed():
    with Server(
        respond_with(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
    ) as server:
        assert send_request(server).status == 302


@pytest.mark.parametrize("body", [b"\xff\xfe", b"ab\xc3", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
def test_body_that_is_not_utf8(body):
    with Server(respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))) as server:
        outcome = send_request(server)
    assert (outcome.status, outcome.body) == (200, None)


def test_header_that_is_not_utf8():
    head = "HTTP/1.1 200 OK\r\nX-Text: ü\r\n".encode() + b"X-Bytes: \xff\r\nContent-Length: 0\r\n\r\n"
    with Server(respond_with(head)) as server:
        assert send_request(server).headers == [("X-Text", "ü"), ("Content-Length", "0")]


def test_secret_that_is_not_utf8_is_refused():
    reply = b'{"id":"@url/secrets/a/1","value":"s3cret-%s-s3cret","attributes":{"enabled":true}}'
    with Vault(reply % b"\xc3\xbc") as vault:
        assert vault.client().get_secret("a").value == "s3cret-ü-s3cret"
    for broken in (b"\xff", b"\xed\xa0\x80"):
        with Vault(reply % broken) as vault, pytest.raises(DecodeError) as raised:
            vault.client().get_secret("a")
        assert raised.value.status_code == 200 and "s3cret" not in str(raised.value)
    # Behind a whole reply, too.
    with Vault(reply % b"" + b"\xff") as vault, pytest.raises(DecodeError):
        vault.client().get_secret("a")


def test_token_that_is_not_utf8_is_refused(monkeypatch):
    body = b'{"access_token":"s3cret\xff","expires_on":"4102444800","token_type":"Bearer"}'
    with Server(respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        with pytest.raises(DecodeError, match="no token reply") as raised:
            ManagedIdentityCredential().get_token("https://vault.azure.net/.default")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "respond, limits, error",
    [
        (respond_with(b""), {}, "reset"),
        (respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"), {}, "reset"),
        (respond_with(b"nonsense\r\n\r\n"), {}, "reset"),
        (respond_with(OK_RESPONSE), {"max_body": 1}, "too-large"),
        (respond_with(b"HTTP/1.1 200 OK\r\n" + 90 * (b"X: " + b"y" * 60_000 + b"\r\n") + b"\r\n"), {}, "too-large"),
        (lambda server, _: server.done.wait(30), {"first_byte": SECOND // 10}, "first-byte-timeout"),
        (lambda server, _: server.done.wait(30), {"within": SECOND // 10}, "deadline"),
    ],
)
def test_send_errors(respond, limits, error):
    with Server(respond) as server:
        assert send_request(server, **limits) == error


def test_stalled_body():
    def stop(server, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        server.done.wait(30)

    with Server(stop) as server:
        assert send_request(server, between_bytes=SECOND // 10) == "between-bytes-timeout"


def test_endless_slow_body_hits_the_deadline():
    def drip(server, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
        while not server.done.wait(0.01):
            connection.sendall(b"x")

    with Server(drip) as server:
        assert send_request(server, within=SECOND // 2) == "deadline"


def test_connection_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send_request(f"http://127.0.0.1:{port}/") == "refused"


def test_name_resolution_failure_and_hang(monkeypatch):
    def unknown(*arguments):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert send_request("http://nowhere.invalid/") == "name-not-found"
    hanging = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments: hanging.wait(30))
    assert send_request("http://slow.invalid/", first_byte=SECOND // 10) == "first-byte-timeout"
    hanging.set()


def test_tls_handshake_failure():
    with Server(respond_with(b"not TLS"), reads_request=False) as server:
        assert send_request(server.url.replace("http:", "https:")) == "tls"


def test_missing_ca_bundle(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with Server(respond_with(OK_RESPONSE)) as server:
        assert send_request(server.url.replace("http:", "https:")) == "tls"


def test_logging(app_service, monkeypatch, caplog):
    monkeypatch.setenv("AZURE_LOG_LEVEL", "verbose")
    with caplog.at_level("DEBUG", logger="keyfob"):
        make_client().get_secret("secret-a")
    lines = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "keyfob"]
    assert any(level == "INFO" and "https://my-vault.vault.azure.net/secrets/secret-a" in text for level, text in lines)
    assert any(level == "DEBUG" for level, _ in lines)
    assert SECRET_VALUE not in caplog.text and "eyJ" not in caplog.text


def test_proxy_selection(monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    with Server(respond_with(OK_RESPONSE)) as server:
        for host in ("127.0.0.1", "localhost"):
            assert send_request(server.url.replace("127.0.0.1", host)).status == 200
    assert [_proxy_for(f"https://{host}/") for host in ("169.254.169.254", "[fe80::1]", "[::1]:80")] == [None] * 3
    # Plain http uses no proxy either: identity endpoints get a secret header.
    assert [_proxy_for(f"http://{host}/") for host in ("172.16.5.3:8081", "[fd00::1]", "endpoint.internal")] == [
        None
    ] * 3
    for proxy, url in [
        ("127.0.0.1:8", "http://127.0.0.1:8"),
        ("https://a:b@proxy.example", "https://a:b@proxy.example"),
    ]:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        assert _proxy_for("https://my-vault.vault.azure.net/") == url


def test_proxy_basic_authentication(monkeypatch):
    with Server(respond_with(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://user:p%40ss@"))
        assert send_request("https://vault.example/x", headers=[("authorization", "Bearer token")]) == "denied"
    assert proxy.requests[0].startswith(b"CONNECT vault.example:443 HTTP/1.")
    assert b"proxy-authorization: Basic dXNlcjpwQHNz\r\n" in proxy.requests[0]
    assert b"Bearer" not in proxy.requests[0]


def test_requests_run_concurrently():
    meeting = threading.Barrier(3)

    def together(server, connection):
        meeting.wait(30)
        connection.sendall(OK_RESPONSE)

    host = Host()
    with Server(together) as one, Server(together) as two, Server(together) as three:
        ids = [start_request(host, server) for server in (one, two, three)]
        finished = []
        while len(finished) < 3:
            finished += host.wait(2**63)
    assert sorted(one.id for one in finished) == ids
    assert [one.outcome.status for one in finished] == [200] * 3


def test_cancelled_request_is_not_reported():
    host = Host()
    with Server(lambda server, _: server.done.wait(30)) as silent, Server(respond_with(OK_RESPONSE)) as server:
        host.cancel(start_request(host, silent, first_byte=SECOND // 10))
        id = start_request(host, server)
        assert [one.id for one in host.wait(2**63)] == [id]
        # The cancelled request passes its limit, and is not reported.
        assert host.wait(SECOND // 2) == []


def with_cause(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error, expected",
    [
        (urllib3.exceptions.ConnectTimeoutError(), "connect-timeout"),
        (with_cause(urllib3.exceptions.NewConnectionError(None, ""), OSError(errno.EHOSTUNREACH, "")), "unreachable"),
        (with_cause(urllib3.exceptions.NewConnectionError(None, ""), OSError(errno.EPERM, "")), "other"),
        (urllib3.exceptions.ProxyError("", urllib3.exceptions.ConnectTimeoutError()), "connect-timeout"),
        (urllib3.exceptions.ProxyError("", OSError("Tunnel connection failed: 403 Forbidden")), "denied"),
        (ValueError(), "other"),
    ],
)
def test_send_error_mapping(error, expected):
    assert send_error(error, response_started=False) == expected
