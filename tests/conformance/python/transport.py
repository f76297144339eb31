"""The SDK's own HTTP transport on azure-core, requests and urllib3; only urllib3's connections are replaced.

Connection errors are raised as urllib3 raises them, so the SDK handles them as in production.
"""

import http.client
import io

import requests
import urllib3
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3 import exceptions

from channel import send_and_receive


class _Body(io.RawIOBase):
    """A response body that may end with a connection error or a timeout."""

    def __init__(self, data, end):
        super().__init__()
        self._data = io.BytesIO(data)
        self._end = end

    def readable(self):
        return True

    def read(self, size=-1):
        data = self._data.read(size)
        if data or size == 0:
            return data
        if self._end == "reset":
            raise ConnectionResetError(104, "Connection reset by peer")
        if self._end == "silent":
            raise TimeoutError("timed out")
        return b""

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _ConnectionPool:
    """Takes the place of urllib3's connection pool for one host: sends requests through the channel."""

    host = ""

    def __init__(self, url):
        self._url = url

    def urlopen(self, method, url, body=None, headers=None, timeout=None, **_kwargs):
        # `url` is only the path and the query, encoded by requests.
        parts = urllib3.util.parse_url(self._url)
        if isinstance(body, bytes):
            body = body.decode("latin-1")
        response = send_and_receive(
            {
                "send": {
                    "method": method,
                    "url": f"{parts.scheme}://{parts.netloc}{url}",
                    "headers": [[name, _header_text(value)] for name, value in headers.items()],
                    "body": body or "",
                    "connect": _seconds(timeout.connect_timeout),
                    "read": _seconds(timeout.read_timeout),
                }
            }
        )
        if "error" in response:
            raise self._error(response["error"])
        return urllib3.HTTPResponse(
            body=_Body(response["body"].encode("latin-1"), response["end"]),
            headers=[tuple(header) for header in response["headers"]],
            status=response["status"],
            reason=http.client.responses.get(response["status"], ""),
            preload_content=False,
            decode_content=False,
            request_method=method,
            connection=None,
        )

    def _error(self, error):
        if error == "connect-timeout":
            return exceptions.ConnectTimeoutError(self, "Connection timed out.")
        if error == "read-timeout":
            return exceptions.ReadTimeoutError(self, self._url, "Read timed out.")
        if error == "name-not-found":
            return exceptions.NewConnectionError(self, "Failed to resolve the name")
        if error in ("refused", "unreachable", "denied"):
            return exceptions.NewConnectionError(self, f"Failed to establish a new connection: {error}")
        if error == "certificate":
            return exceptions.SSLError("certificate verify failed")
        if error == "reset":
            reset = ConnectionResetError(104, "Connection reset by peer")
            return exceptions.ProtocolError("Connection aborted.", reset)
        raise AssertionError(f"unknown error: {error}")


def _seconds(limit):
    return float(limit) if isinstance(limit, (int, float)) else None


def _header_text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        return _ConnectionPool(request.url)

    def cert_verify(self, conn, url, verify, cert):
        """Does nothing: there is no TLS connection."""


def create_transport():
    """A transport to pass to the SDK's credentials and clients."""
    session = requests.Session()
    # Ignores proxies and netrc files, which are not compared.
    session.trust_env = False
    session.mount("http://", _Adapter())
    session.mount("https://", _Adapter())
    return RequestsTransport(session=session, session_owner=False)
