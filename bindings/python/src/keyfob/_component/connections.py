"""Connections that another thread can end.

A thread that is blocked in urllib3 can't be interrupted, but it goes on as soon as its socket is shut down.
"""

from __future__ import annotations

import http.client
import socket
import threading
from typing import Any, Optional, Set

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

# Servers send at most one or two of the statuses 100 to 199 before a response.
_MAX_STATUS_LINES = 10

_current = threading.local()


class RequestAbortedError(OSError):
    """The request was cancelled, or its limit has passed."""


class _Socket:
    """A duplicate of a connection's socket, which stays valid when TLS takes over the original."""

    def __init__(self, original: socket.socket) -> None:
        self._duplicate = original.dup()
        self._lock = threading.Lock()
        self._owner: Optional["Abort"] = None

    def use(self, owner: "Abort") -> None:
        """From now on, the connection serves this request."""
        with self._lock:
            self._owner = owner

    def shut_down(self, owner: "Abort") -> None:
        """Ends the connection, unless it serves another request already."""
        with self._lock:
            if self._owner is owner:
                try:
                    self._duplicate.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # The connection has ended.

    def __del__(self) -> None:
        self._duplicate.close()


class Abort:
    """Ends a request from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._aborted = False
        self._sockets: Set[_Socket] = set()

    def __enter__(self) -> None:
        """Within the block, the connections of this thread belong to the request."""
        _current.abort = self

    def __exit__(self, *exception: object) -> None:
        _current.abort = None
        with self._lock:
            self._sockets.clear()

    def abort(self) -> None:
        """Shuts the request's connections down. A connection that it opens later is shut down at once."""
        with self._lock:
            self._aborted = True
            sockets = list(self._sockets)
        for one in sockets:
            one.shut_down(self)

    def add(self, connection_socket: _Socket) -> None:
        """Adds a connection.

        :raises RequestAbortedError: the request was aborted.
        """
        connection_socket.use(self)
        with self._lock:
            self._sockets.add(connection_socket)
            if not self._aborted:
                return
        connection_socket.shut_down(self)
        raise RequestAbortedError("the request was aborted")


class _Response(http.client.HTTPResponse):
    """A response before which there are only a few informational ones: http.client skips any number of them."""

    _status_lines = 0

    def _read_status(self) -> Any:
        self._status_lines += 1
        if self._status_lines > _MAX_STATUS_LINES:
            raise http.client.HTTPException("too many informational responses")
        return super()._read_status()  # type: ignore[misc]


class _Abortable:
    _socket: Optional[_Socket] = None

    def _new_conn(self) -> Any:
        opened = super()._new_conn()  # type: ignore[misc]
        self._socket = _Socket(opened)
        try:
            self._add()
        except RequestAbortedError:
            opened.close()
            raise
        return opened

    def request(self, *arguments: Any, **options: Any) -> None:
        # A connection that an earlier request has opened.
        if self._socket is not None:
            self._add()
        super().request(*arguments, **options)  # type: ignore[misc]

    def close(self) -> None:
        # The request keeps the duplicate: http.client closes the connection of a last response before its body is read.
        self._socket = None
        super().close()  # type: ignore[misc]

    def _add(self) -> None:
        abort: Optional[Abort] = getattr(_current, "abort", None)
        if abort is not None and self._socket is not None:
            abort.add(self._socket)


class _HttpConnection(_Abortable, HTTPConnection):
    response_class = _Response


class _HttpsConnection(_Abortable, HTTPSConnection):
    response_class = _Response


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


POOL_CLASSES = {"http": _HttpPool, "https": _HttpsPool}
"""For ``PoolManager.pool_classes_by_scheme``."""
