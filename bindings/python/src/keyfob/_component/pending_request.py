"""One HTTP request within its limits."""

from __future__ import annotations

import time
from queue import SimpleQueue
from typing import Any, Optional, Tuple, Union

from wasmtime.component import Record

from .transport import Transport, failure
from .conversions import field, record
from .http_threads import WORKERS

_SECOND = 1_000_000_000
_PIECE = 64 * 1024
_MARGIN = 0.1

Outcome = Union[Record, str]
"""An answer, or the name of a ``send-error``."""

Ended = Tuple[int, Outcome, Optional[Exception]]
"""The number of a request, what came of it, and the exception behind that."""


def monotonic() -> int:
    """The clock of all limits, in nanoseconds."""
    return time.monotonic_ns()


class Exchange:
    """A request on its way. It ends by the time-outs of its socket, wanted or not."""

    def __init__(self, number: int, request: Any, limits: Any, transport: Transport, ended: Any) -> None:
        self.number = number
        self._request = request
        self._limits = limits
        self._transport = transport
        self._ended: SimpleQueue[Ended] = ended
        self._started = monotonic()
        self._last_piece: Optional[int] = None

    def start(self) -> None:
        """Begins, in a thread."""
        WORKERS.do(self._run)

    def overdue(self, now: int) -> Optional[str]:
        """The limit that has passed, if one has. What blocks outside of a socket, such as a resolver, is seen here alone."""
        if now >= field(self._limits, "deadline"):
            return "deadline"
        if now >= self.due():
            return "first-byte-timeout" if self._last_piece is None else "between-bytes-timeout"
        return None

    def due(self) -> int:
        """When the next limit passes."""
        if self._last_piece is None:
            limit: int = self._started + field(self._limits, "first-byte")
        else:
            limit = self._last_piece + field(self._limits, "between-bytes")
        deadline: int = field(self._limits, "deadline")
        return min(limit, deadline)

    def _left(self) -> float:
        """Seconds for the socket until then, and some more: who waits tells which limit it was."""
        return max(0, self.due() - monotonic()) / _SECOND + _MARGIN

    def _run(self) -> None:
        try:
            self._ended.put((self.number, self._exchange(), None))
        except Exception as error:  # whatever it is: nobody is above this
            self._ended.put((self.number, failure(error, answered=self._last_piece is not None), error))

    def _exchange(self) -> Outcome:
        request = self._request
        connect = min(field(self._limits, "connect") / _SECOND, self._left())
        response = self._transport.send(request, connect, self._left())
        with response:
            self._last_piece = monotonic()
            sock = getattr(response.connection, "sock", None)
            if sock is not None:
                sock.settimeout(self._left())
            pieces = []
            length = 0
            while piece := response.read1(_PIECE, decode_content=False):
                self._last_piece = monotonic()
                pieces.append(piece)
                length += len(piece)
                if length > field(request, "max-body"):
                    response.close()
                    return "too-large"
            response.release_conn()
            return record(
                status=response.status,
                headers=[(name, value) for name, value in response.headers.items()],
                body=b"".join(pieces).decode("utf-8", "replace"),
            )
