"""The time limit of one call, by the clock of all limits."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from typing import Callable, Optional

from keyfob.exceptions import AzureError, ServiceResponseTimeoutError

NANOSECONDS_PER_SECOND = 1_000_000_000
# The component ends a call at its limit with an error that says more. Only if it does not, the package ends the call.
_GRACE_SECONDS = 1.0

_started_at: ContextVar[Optional[int]] = ContextVar("keyfob_started_at", default=None)
_cancellation: ContextVar[Optional["Cancellation"]] = ContextVar("keyfob_cancellation", default=None)


def monotonic_ns() -> int:
    """The clock of all limits, in nanoseconds."""
    return time.monotonic_ns()


class Cancellation:
    """Whether the task that waits for the calls of an asynchronous method was cancelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._interrupt: Optional[Callable[[], None]] = None

    def cancel(self) -> None:
        """Interrupts the current call. Further calls are not made."""
        with self._lock:
            self._cancelled = True
            if self._interrupt is not None:
                self._interrupt()

    def set_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Sets the function that interrupts the current call.

        :raises AzureError: the task was cancelled before.
        """
        with self._lock:
            self._interrupt = interrupt
        self.check()

    def clear_interrupt(self) -> None:
        """The current call has ended."""
        with self._lock:
            self._interrupt = None

    def check(self) -> None:
        """Ends a call whose task was cancelled.

        :raises AzureError: it was.
        """
        if self._cancelled:
            raise AzureError("the task that waits for this call was cancelled")


def set_waiting_task(started_at: int, cancellation: Cancellation) -> None:
    """Sets the task that waits for the calls in this context.

    :param started_at: when it began to wait, by :func:`monotonic_ns`. The next call takes it.
    """
    _started_at.set(started_at)
    _cancellation.set(cancellation)


class Deadline:
    """When a call must end. Waiting for other calls with the same credential counts.

    :param timeout: in seconds.
    """

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.cancellation = _cancellation.get() or Cancellation()
        self._started_at = _started_at.get() or monotonic_ns()
        _started_at.set(None)
        self.ends_at = self._started_at + int(timeout * NANOSECONDS_PER_SECOND)

    def elapsed(self) -> float:
        """The seconds since the call began."""
        return (monotonic_ns() - self._started_at) / NANOSECONDS_PER_SECOND

    def remaining(self) -> float:
        """The seconds until the limit; negative if it has passed."""
        return (self.ends_at - monotonic_ns()) / NANOSECONDS_PER_SECOND

    def remaining_with_grace(self) -> float:
        """The seconds until the call is ended by force."""
        return self.remaining() + _GRACE_SECONDS

    def check(self) -> None:
        """Ends a call that works for longer than its limit.

        :raises ServiceResponseTimeoutError: the limit and a grace have passed.
        """
        if self.remaining_with_grace() <= 0:
            raise self.error("the call had not ended")

    def error(self, what: str) -> ServiceResponseTimeoutError:
        """The exception for this limit."""
        return ServiceResponseTimeoutError(
            f"{what} when its timeout of {self.timeout:g} s had passed",
            kind="timed-out",
            hint="Call again, with a longer timeout if the service is slow",
        )
