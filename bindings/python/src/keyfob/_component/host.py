"""The functions that the component imports (the WIT interface ``host``)."""

from __future__ import annotations

import itertools
import secrets
import time
from queue import Empty, SimpleQueue
from typing import Any, Dict, List, Optional, Tuple, Union

from wasmtime.component import Record, Variant

from . import logs
from .conversions import record
from .files import UnreadableFileError, read_regular_file
from .deadline import NANOSECONDS_PER_SECOND, Deadline, monotonic_ns
from .pending_request import FinishedRequest, PendingRequest, SendResult
from .providers import Provider, provider_error
from .transport import Transport

# The component waits for up to 2**63 ns (292 years), which is more than a queue's timeout can be.
_MAX_WAIT_SECONDS = 3600.0


class Host:
    """Implements the imported functions for one guest. The WIT file describes each of them.

    A method that raises an exception makes the component trap.
    """

    def __init__(self, transport: Optional[Transport] = None) -> None:
        self.variables: List[Tuple[str, str]] = []
        self.providers: List[Provider] = []
        # Of the current call. The component's own limit may be later, if the call had to wait for another one.
        self.deadline: Optional[Deadline] = None
        self._transport = transport or Transport()
        self._ids = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        """Forgets the requests that are pending."""
        self._pending: Dict[int, PendingRequest] = {}
        self._finished: SimpleQueue[Optional[FinishedRequest]] = SimpleQueue()
        self._interrupted = False
        self.send_exception: Optional[BaseException] = None
        self.file_exception: Optional[Exception] = None

    def after_fork(self) -> None:
        """In the child process: forgets the requests of the parent."""
        self.reset()

    def interrupt(self) -> None:
        """Ends the requests of the current call, from another thread."""
        self._interrupted = True
        self._finished.put(None)

    def end_call(self) -> None:
        """Ends the requests that the component has left, because it trapped, and forgets the exceptions of the call."""
        for pending in self._pending.values():
            pending.abort()
        self.reset()
        self.deadline = None
        for provider in self.providers:
            provider.error = None

    def environment(self) -> List[Tuple[str, str]]:
        return self.variables

    def read_file(self, path: str, limit: int) -> Union[bytes, str]:
        try:
            content = read_regular_file(path, limit)
        except FileNotFoundError:
            return "not-found"
        except UnreadableFileError as error:
            self.file_exception = error
            return "unreadable"
        except (OSError, ValueError) as error:
            # Only the system's description: the exception also has the path.
            self.file_exception = UnreadableFileError(getattr(error, "strerror", None) or "it can't be read")
            return "unreadable"
        return "too-large" if content is None else content

    def unix_now(self) -> int:
        return int(time.time())

    def monotonic(self) -> int:
        return monotonic_ns()

    def random(self) -> int:
        return secrets.randbits(64)

    def log(self, line: str) -> None:
        logs.write(line)

    def start(self, request: Record, limits: Record) -> int:
        pending = PendingRequest(next(self._ids), request, limits, self._transport, self._finished)
        self._pending[pending.id] = pending
        pending.start()
        return pending.id

    def wait(self, limit: int) -> List[Record]:
        until = monotonic_ns() + limit
        if self.deadline is not None:
            until = min(until, self.deadline.ends_at)
        while True:
            results = self._wait_once(until)
            if results or monotonic_ns() >= until:
                return results

    def _wait_once(self, until: int) -> List[Record]:
        """Waits until a request ends, one of its limits passes, or the time `until`. A request that was cancelled ends the
        wait without a result."""
        next_expiry = min([until, *(pending.next_expiry() for pending in self._pending.values())])
        timeout = 0 if self._interrupted and self._pending else max(0, next_expiry - monotonic_ns())
        finished: List[Optional[FinishedRequest]] = []
        try:
            finished.append(self._finished.get(timeout=min(timeout / NANOSECONDS_PER_SECOND, _MAX_WAIT_SECONDS)))
            while True:
                finished.append(self._finished.get_nowait())
        except Empty:
            pass
        now = monotonic_ns()
        results: List[Tuple[int, SendResult]] = []
        for one in finished:
            if one is not None and one[0] in self._pending:
                del self._pending[one[0]]
                results.append(one[:2])
                self.send_exception = one[2] or self.send_exception
        for id, pending in list(self._pending.items()):
            expired = "deadline" if self._is_over(now) else pending.expired_limit(now)
            if expired is not None:
                del self._pending[id]
                pending.abort()
                results.append((id, expired))
        return [record(id=id, outcome=outcome) for id, outcome in results]

    def _is_over(self, now: int) -> bool:
        return self._interrupted or (self.deadline is not None and now >= self.deadline.ends_at)

    def cancel(self, id: int) -> None:
        pending = self._pending.pop(id, None)
        if pending is not None:
            pending.abort()

    def get_token(self, provider: int, request: Any) -> Variant:
        try:
            return Variant("ok", self.providers[provider].token(request))
        except Exception as error:
            return Variant("err", provider_error(self.providers[provider], error))

    def get_assertion(self, provider: int) -> Union[str, Record]:
        try:
            return self.providers[provider].assertion()
        except Exception as error:
            return provider_error(self.providers[provider], error)
