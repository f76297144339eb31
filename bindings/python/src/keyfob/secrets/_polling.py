"""Deletions and recoveries, which go on in the vault after the call that begins them."""

from __future__ import annotations

import threading
from typing import Any, Callable, Generic, List, NoReturn, Optional, TypeVar

from keyfob._component import wit
from keyfob._component.guest import ResourceHandle
from keyfob._component.options import Options, milliseconds, setters
from keyfob._component.pool import GuestPool
from keyfob._redaction import hide_frames
from keyfob.exceptions import AzureError, ServiceResponseTimeoutError

T = TypeVar("T")
# The component asks the vault every two seconds: with a shorter timeout it asks once.
_SINGLE_POLL_SECONDS = 1.9
_MIN_TIMEOUT_SECONDS, _MAX_TIMEOUT_SECONDS = 0.001, 600.0
_NO_TOKEN = (
    "an operation can't be resumed by a token: keep the poller, or ask whether it is done with get_deleted_secret or get_secret"
)


@hide_frames
class PollingMethod(Generic[T]):
    """The state of an operation, as callbacks get it. It asks the vault only through its poller."""

    def __init__(self, poller: "LROPoller[T]", result: T) -> None:
        self._poller = poller
        self._result = result

    def status(self) -> str:
        """See :meth:`LROPoller.status`."""
        return self._poller.status()

    def finished(self) -> bool:
        """See :meth:`LROPoller.done`."""
        return self._poller.done()

    def resource(self) -> T:
        """The vault's response to the first request."""
        return self._result


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
        # Set when it is done, and after an error in the thread that waits for the callbacks.
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: List[Callable[[Any], Any]] = []
        self._waiter: Optional[threading.Thread] = None
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
        if self._waiter is not None and self._waiter is not threading.current_thread():
            # As in the Azure SDK, the callbacks have been called.
            self._waiter.join()

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
        """``polling`` or ``finished``. Asks the vault like :meth:`done`."""
        return "finished" if self.done() else "polling"

    def polling_method(self) -> PollingMethod[T]:
        """The state of the operation, with ``status()``, ``finished()`` and ``resource()``."""
        return PollingMethod(self, self._result)

    def add_done_callback(self, func: Callable[[PollingMethod[T]], Any]) -> None:
        """Has a function called when the operation has ended, or when the vault can't be asked any more.

        The first callback starts a thread, which asks the vault every two seconds and calls the functions. If the operation
        has ended, the function is called at once.

        :param func: gets what :meth:`polling_method` returns.
        """
        with self._lock:
            waits = not self._ended.is_set()
            if waits:
                self._callbacks.append(func)
                if self._waiter is None:
                    self._waiter = threading.Thread(target=self._wait_for_callbacks, name="keyfob poller", daemon=True)
                    self._waiter.start()
        if not waits:
            func(self.polling_method())

    def remove_done_callback(self, func: Callable[[PollingMethod[T]], Any]) -> None:
        """Takes a function of :meth:`add_done_callback` back.

        :raises ValueError: the operation has ended.
        """
        with self._lock:
            if self._ended.is_set():
                raise ValueError("the operation has ended")
            self._callbacks = [one for one in self._callbacks if one != func]

    def continuation_token(self) -> str:
        """Not supported, as in the Azure SDK: a second deletion must not begin where a first one is resumed.

        :raises TypeError: always.
        """
        raise TypeError(_NO_TOKEN)

    @classmethod
    def from_continuation_token(cls, *arguments: Any, **options: Any) -> NoReturn:
        """Not supported; see :meth:`continuation_token`.

        :raises TypeError: always.
        """
        raise TypeError(_NO_TOKEN)

    def _poll(self, timeout: float) -> None:
        options = Options(wit.CALL_OPTIONS, setters(timeout=milliseconds(timeout)))
        self._pool.call(self._wait, self._handle, options)
        self._done = True
        self._ended.set()

    def _wait_for_callbacks(self) -> None:
        try:
            # Between two questions, other calls of the program have the instance of the component.
            while not self.done():
                self._ended.wait(_SINGLE_POLL_SECONDS)
        except AzureError:
            # A call of the poller reports it.
            pass
        with self._lock:
            self._ended.set()
            callbacks, self._callbacks = self._callbacks, []
        for call in callbacks:
            call(self.polling_method())
