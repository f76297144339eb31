"""An HTTP request that the component has started, and its time limits."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any, List, Optional, Tuple, Union

from wasmtime.component import Record

from keyfob._redaction import describe_transport_error

from .connections import Abort
from .conversions import field, record
from .deadline import NANOSECONDS_PER_SECOND, monotonic_ns
from .http_threads import HTTP_THREADS
from .transport import Transport, send_error

_CHUNK_BYTES = 64 * 1024
_SOCKET_MARGIN_SECONDS = 0.1
# Of all headers of a response together. Python's HTTP client accepts 100 of 64 KiB each.
_MAX_HEADER_BYTES = 64 * 1024

SendResult = Union[Record, str]
"""A WIT ``response``, or the name of a ``send-error``."""

FinishedRequest = Tuple[int, SendResult, Optional[BaseException]]
"""The id of a request, its result, and the exception that is the cause of an error."""


class PendingRequest:
    """A request that a thread is sending.

    After :meth:`abort`, the thread goes on as soon as it reads or writes. Only name resolution and the attempt to connect
    can't be interrupted: they end by their own limits.

    :param limits: the WIT record ``limits``: nanoseconds, and ``deadline`` by :func:`monotonic_ns`.
    :param finished: the queue that the result is put into.
    """

    def __init__(self, id: int, request: Any, limits: Any, transport: Transport, finished: Any) -> None:
        self.id = id
        self._request = request
        self._limits = limits
        self._transport = transport
        self._finished: SimpleQueue[FinishedRequest] = finished
        self._started_at = monotonic_ns()
        self._last_chunk_at: Optional[int] = None
        self._abort = Abort()

    def start(self) -> None:
        """Starts sending, in another thread."""
        HTTP_THREADS.submit(self._run)

    def abort(self) -> None:
        """Ends the request: closes its connection."""
        self._abort.abort()

    def expired_limit(self, now: int) -> Optional[str]:
        """The ``send-error`` of a limit that has passed, or None.

        Only this check ends a request that is blocked outside of a socket, such as in name resolution.
        """
        if now >= field(self._limits, "deadline"):
            return "deadline"
        if now >= self.next_expiry():
            return "first-byte-timeout" if self._last_chunk_at is None else "between-bytes-timeout"
        return None

    def next_expiry(self) -> int:
        """When the next limit passes, by :func:`monotonic_ns`."""
        if self._last_chunk_at is None:
            limit: int = self._started_at + field(self._limits, "first-byte")
        else:
            limit = self._last_chunk_at + field(self._limits, "between-bytes")
        deadline: int = field(self._limits, "deadline")
        return min(limit, deadline)

    def _socket_timeout(self) -> float:
        """Seconds until the next limit passes, plus a margin.

        With the margin, :meth:`expired_limit` reports the limit before the socket does, and knows which limit it was.
        """
        return max(0, self.next_expiry() - monotonic_ns()) / NANOSECONDS_PER_SECOND + _SOCKET_MARGIN_SECONDS

    def _run(self) -> None:
        try:
            with self._abort:
                result = self._send()
            self._finished.put((self.id, result, None))
        except Exception as error:  # nothing above this would report it
            self._finished.put(
                (
                    self.id,
                    send_error(error, response_started=self._last_chunk_at is not None),
                    describe_transport_error(error),
                )
            )

    def _send(self) -> SendResult:
        request = self._request
        connect = min(field(self._limits, "connect") / NANOSECONDS_PER_SECOND, self._socket_timeout())
        response = self._transport.send(request, connect, self._socket_timeout())
        with response:
            self._last_chunk_at = monotonic_ns()
            headers = _headers(response.headers)
            if headers is None:
                response.close()
                return "too-large"
            sock = getattr(response.connection, "sock", None)
            if sock is not None:
                sock.settimeout(self._socket_timeout())
            chunks = []
            length = 0
            while chunk := response.read1(_CHUNK_BYTES, decode_content=False):
                self._last_chunk_at = monotonic_ns()
                chunks.append(chunk)
                length += len(chunk)
                if length > field(request, "max-body"):
                    response.close()
                    return "too-large"
            response.release_conn()
            return record(
                status=response.status,
                headers=headers,
                body=_text(b"".join(chunks)),
            )


def _headers(headers: Any) -> Optional[List[Tuple[str, str]]]:
    """The headers, without those whose values are not UTF-8, or None if they are too large. Python's HTTP client has decoded
    them as Latin-1."""
    if sum(len(name) + len(value) for name, value in headers.items()) > _MAX_HEADER_BYTES:
        return None
    decoded = [(name, _text(value.encode("latin-1", "replace"))) for name, value in headers.items()]
    return [(name, value) for name, value in decoded if value is not None]


def _text(body: bytes) -> Optional[str]:
    """Bytes as text, or None if it is not UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
