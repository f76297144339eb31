"""Lists that come page by page, and operations that go on in the vault."""

from __future__ import annotations

from typing import Any, Callable, Generic, Iterator, List, Optional, TypeVar

from keyfob._component.guest import OptionsResource, ResourceHandle
from keyfob.exceptions import ServiceResponseTimeoutError
from keyfob.identity._base import milliseconds, setters

T = TypeVar("T")
# The component looks every two seconds: in less it looks once, and says that it is not done.
_SINGLE_POLL_SECONDS = 1.9
_MIN_TIMEOUT_SECONDS, _MAX_TIMEOUT_SECONDS = 0.001, 600.0


class ItemPaged(Generic[T]):
    """The items of a list, fetched page by page as they are asked for."""

    def __init__(self, start: Callable[[], ResourceHandle], to_item: Callable[[Any], T]) -> None:
        self._start = start
        self._to_item = to_item
        self._items: Optional[Iterator[T]] = None

    def by_page(self) -> Iterator[List[T]]:
        """The pages instead of the items. After an error the next step asks for the same page again."""
        return _Pages(self._start(), self._to_item)

    def __iter__(self) -> "ItemPaged[T]":
        return self

    def __next__(self) -> T:
        if self._items is None:
            self._items = (item for page in self.by_page() for item in page)
        return next(self._items)


class _Pages(Generic[T], Iterator[List[T]]):
    def __init__(self, handle: ResourceHandle, to_item: Callable[[Any], T]) -> None:
        self._handle = handle
        self._to_item = to_item

    def __next__(self) -> List[T]:
        page = self._handle.guest.call("secrets", "[method]secret-list.next", self._handle)
        if page is None:
            raise StopIteration
        return [self._to_item(record) for record in page]


class LROPoller(Generic[T]):
    """A deletion or a recovery, which goes on in the vault whether anybody waits or not."""

    def __init__(self, handle: ResourceHandle, to_item: Callable[[Any], T]) -> None:
        self._handle = handle
        self._done = False
        self._result = to_item(handle.guest.call("secrets", "[method]secret-change.properties", handle))

    def wait(self, timeout: Optional[float] = None) -> None:
        """Waits until it is done: until the secret can be purged or recovered, or read again.

        :param timeout: in seconds. Without it waits for as long as it takes. With it, whether it is done by then tells
            :meth:`done`, as in the Azure SDK.
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
        """What the vault said when it began, after :meth:`wait`."""
        self.wait(timeout)
        return self._result

    def done(self) -> bool:
        """Whether it is done; looks once."""
        if not self._done:
            try:
                self._poll(_SINGLE_POLL_SECONDS)
            except ServiceResponseTimeoutError:
                pass
        return self._done

    def status(self) -> str:
        """``InProgress`` or ``Succeeded``."""
        return "Succeeded" if self.done() else "InProgress"

    def _poll(self, timeout: float) -> None:
        options = OptionsResource("secrets", "call-options", setters(timeout=milliseconds(timeout)))
        self._handle.guest.call("secrets", "[method]secret-change.wait", self._handle, options)
        self._done = True
