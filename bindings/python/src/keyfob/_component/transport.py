"""Sends HTTP requests with urllib3, with the proxies and certificate authorities that `requests` would use."""

from __future__ import annotations

import errno
import ipaddress
import os
import ssl
import threading
from typing import Any, Dict, Optional
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3 import exceptions

from keyfob._redaction import ShownError

from .connections import POOL_CLASSES
from .conversions import field
from .files import UnreadableFileError, require_regular_file

# For each host. As many as the requests that `get_secrets` sends at the same time by default.
_MAX_IDLE_CONNECTIONS = 10


AUTHORITIES_HINT = (
    "Set REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE, in this order, to a PEM file of certificate authorities,\n"
    "or remove the variable: the authorities of the system are trusted then"
)
"""What to change after an :class:`AuthoritiesError`."""


class AuthoritiesError(exceptions.SSLError, ShownError):
    """The certificate authorities can't be read."""


class Transport:
    """The connections of a credential and its clients. They are kept open between calls."""

    def __init__(self) -> None:
        # Created by the first request and kept after a fork: the authorities are read once.
        self._tls_context: Optional[ssl.SSLContext] = None
        self.reset()

    def reset(self) -> None:
        """Discards the connections: after a fork they belong to the parent process."""
        self._lock = threading.Lock()
        self._pools: Dict[Optional[str], urllib3.PoolManager] = {}

    def send(self, request: Any, connect: float, first_byte: float) -> Any:
        """Sends a request and returns urllib3's response, whose body has not been read.

        :param request: the WIT record ``request``.
        :param connect: the timeout of the connection in seconds.
        :param first_byte: the timeout of each read in seconds.
        """
        url = field(request, "url")
        body = field(request, "body")
        return self._pool_manager(_proxy_for(url)).urlopen(
            field(request, "method"),
            url,
            body=None if body is None else body.encode(),
            headers=dict(field(request, "headers")),
            timeout=urllib3.Timeout(connect=connect, read=first_byte),
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )

    def _pool_manager(self, proxy: Optional[str]) -> urllib3.PoolManager:
        with self._lock:
            if self._tls_context is None:
                self._tls_context = _make_tls_context()
            if proxy not in self._pools:
                self._pools[proxy] = _make_pool_manager(proxy, self._tls_context)
            return self._pools[proxy]


def _make_pool_manager(proxy: Optional[str], tls_context: ssl.SSLContext) -> urllib3.PoolManager:
    options: Any = {"ssl_context": tls_context, "maxsize": _MAX_IDLE_CONNECTIONS}
    if proxy is None:
        return _abortable(urllib3.PoolManager(**options))
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https"):
        raise exceptions.ProxySchemeUnknown(parts.scheme)
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        options["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=credentials)
    host = parts.netloc.rpartition("@")[2]
    return _abortable(urllib3.ProxyManager(f"{parts.scheme}://{host}", proxy_ssl_context=tls_context, **options))


def _abortable(manager: urllib3.PoolManager) -> urllib3.PoolManager:
    manager.pool_classes_by_scheme = POOL_CLASSES
    return manager


def _proxy_for(url: str) -> Optional[str]:
    """The URL of the proxy for a request, from the environment or, on Windows and macOS, the system settings."""
    parts = urlsplit(url)
    # Plain http is spoken by identity endpoints on this machine or in its private network. Requests to them carry a
    # secret header, which no proxy may see.
    if parts.scheme == "http" or _is_local(parts.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_local(host: str) -> bool:
    """Whether a host is a loopback or link-local address. A proxy can't reach those of this machine.
    https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_link_local


def _make_tls_context() -> ssl.SSLContext:
    """Trusts the authorities that `requests` would (REQUESTS_CA_BUNDLE), else those of OpenSSL (SSL_CERT_FILE)."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or None
    try:
        if bundle is not None and os.path.isdir(bundle):
            return ssl.create_default_context(capath=bundle)
        default = os.environ.get("SSL_CERT_FILE")
        if bundle is not None:
            require_regular_file(bundle)
        elif default and os.path.exists(default) and not os.path.isdir(default):
            # OpenSSL ignores one that does not exist.
            require_regular_file(default)
        return ssl.create_default_context(cafile=bundle)
    except (OSError, UnreadableFileError) as error:
        name = "SSL_CERT_FILE" if bundle is None else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        reason = getattr(error, "strerror", None) or (
            error if isinstance(error, UnreadableFileError) else "it is invalid"
        )
        raise AuthoritiesError(f"the file that {name} names can't be used: {reason}") from None


def send_error(error: BaseException, response_started: bool) -> str:
    """The name of the ``send-error`` for an exception of urllib3.

    :param response_started: whether the head of the response had been received.
    """
    if isinstance(error, exceptions.ProxyError):
        # "Tunnel connection failed: 403 Forbidden" means that the proxy answered and refused.
        if "Tunnel connection failed" in str(error.original_error):
            return "denied"
        error = error.original_error
    if isinstance(error, exceptions.NameResolutionError):
        return "name-not-found"
    if isinstance(error, exceptions.NewConnectionError):
        return _connect_error(error.__cause__ or error.__context__)
    if isinstance(error, exceptions.ConnectTimeoutError):
        return "connect-timeout"
    if isinstance(error, (exceptions.ReadTimeoutError, TimeoutError)):
        return "between-bytes-timeout" if response_started else "first-byte-timeout"
    if isinstance(error, (exceptions.SSLError, ssl.SSLError)):
        return "tls"
    if isinstance(error, (exceptions.ProtocolError, ConnectionError)):
        return "reset"
    return _connect_error(error)


def _connect_error(error: Optional[BaseException]) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ECONNREFUSED:
        return "refused"
    if code in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL):
        return "unreachable"
    return "other"
