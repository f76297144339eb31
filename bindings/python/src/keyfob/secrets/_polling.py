"""Deletions and recoveries, which go on in the vault after the call that begins them."""

from __future__ import annotations

from typing import Any, Callable, Generic, Optional, TypeVar

from keyfob._component import wit
from keyfob._component.guest import ResourceHandle
from keyfob._component.options import Options, milliseconds, setters
from keyfob._component.pool import GuestPool
from keyfob._redaction import hide_frames
from keyfob.exceptions import ServiceResponseTimeoutError

T = TypeVar("T")
# The component asks the vault every two seconds: with a shorter timeout it asks once.
_SINGLE_POLL_SECONDS = 1.9
_MIN_TIMEOUT_SECONDS, _MAX_TIMEOUT_SECONDS = 0.001, 600.0


@hide_frames
class LROPoller(Generic[T]):
    """A deletion or a recovery. The vault completes it even if the program does not wait."""

    def __init__(
        self,
        pool: GuestPool,
        handle: ResourceHandle,
        resource: wit.Resource,
        getter: str,
        to_item: Callable[[Any], T],
    ) -> None:
        self._pool = pool
        self._handle = handle
        self._wait = resource.method("wait")
        self._done = False
        self._result = to_item(pool.call(resource.method(getter), handle))

    def __repr__(self) -> str:
        return f"<LROPoller of {self._result!r}>"

    def wait(self, timeout: Optional[float] = None) -> None:
        """Waits until a deleted secret can be purged or recovered, or a recovered secret can be read.

        :param timeout: in seconds, 0.001 to 600; other values are limited to this range. Without it, waits without a
            limit. When it passes, the method returns and :meth:`done` is false, as in the Azure SDK.
        :raises keyfob.exceptions.AzureError: the vault could not be asked. The method may be called again.
        """
        while not self._done:
            try:
                self._poll(
                    _MAX_TIMEOUT_SECONDS
                    if timeout is None
                    else min(max(timeout, _MIN_TIMEOUT_SECONDS), _MAX_TIMEOUT_SECONDS)
                )
            except ServiceResponseTimeoutError:
                if timeout is not None:
                    return

    def result(self, timeout: Optional[float] = None) -> T:
        """Waits, and returns the vault's response to the first request."""
        self.wait(timeout)
        return self._result

    def done(self) -> bool:
        """Whether it is done. Asks the vault once, if it was not done before."""
        if not self._done:
            try:
                self._poll(_SINGLE_POLL_SECONDS)
            except ServiceResponseTimeoutError:
                pass
        return self._done

    def status(self) -> str:
        """``InProgress`` or ``Succeeded``. Asks the vault like :meth:`done`."""
        return "Succeeded" if self.done() else "InProgress"

    def continuation_token(self) -> str:
        """Not supported, as in the Azure SDK: a second deletion must not begin where a first one is resumed.

        :raises TypeError: always.
        """
        raise TypeError(
            "an operation can't be resumed by a token: keep the poller, or ask whether it is done with get_deleted_secret or "
            "get_secret"
        )

    def _poll(self, timeout: float) -> None:
        options = Options(wit.CALL_OPTIONS, setters(timeout=milliseconds(timeout)))
        self._pool.call(self._wait, self._handle, options)
        self._done = True
