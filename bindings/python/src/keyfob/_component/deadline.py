"""The time limit of one call, by the clock of all limits."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Optional

from keyfob.exceptions import ServiceResponseTimeoutError

NANOSECONDS_PER_SECOND = 1_000_000_000
# The component ends a call at its limit with an error that says more. Only if it does not, the package ends the call.
_GRACE_SECONDS = 1.0

_started_at: ContextVar[Optional[int]] = ContextVar("keyfob_started_at", default=None)


def monotonic_ns() -> int:
    """The clock of all limits, in nanoseconds."""
    return time.monotonic_ns()


def set_start(time_ns: int) -> None:
    """Sets when the caller of an asynchronous method began to wait. The next call in this context takes it."""
    _started_at.set(time_ns)


class Deadline:
    """When a call must end. Waiting for other calls with the same credential counts.

    :param timeout: in seconds.
    """

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._started_at = _started_at.get() or monotonic_ns()
        _started_at.set(None)
        self._ends_at = self._started_at + int(timeout * NANOSECONDS_PER_SECOND)

    def elapsed(self) -> float:
        """The seconds since the call began."""
        return (monotonic_ns() - self._started_at) / NANOSECONDS_PER_SECOND

    def remaining(self) -> float:
        """The seconds until the limit; negative if it has passed."""
        return (self._ends_at - monotonic_ns()) / NANOSECONDS_PER_SECOND

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
