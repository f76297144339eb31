"""Lists of secrets, fetched page by page."""

from __future__ import annotations

from typing import Any, AsyncIterator, Callable, Generic, Iterator, List, Optional, TypeVar

from keyfob._component.guest import ResourceHandle
from keyfob._component.pool import GuestPool
from keyfob._component.wit import Resource
from keyfob._redaction import hide_frames

T = TypeVar("T")


def refuse_continuation(token: Optional[str]) -> None:
    """Refuses to begin again where a list was to be resumed.

    :raises TypeError: there is a token.
    """
    if token is not None:
        raise TypeError("a list can't be resumed by a token: keep the iterator of by_page, which goes on after an error")


class Page(List[T]):
    """A page of a list. As in the Azure SDK, it is also an iterator, and an asynchronous one."""

    _items: Optional[Iterator[T]] = None

    def __next__(self) -> T:
        if self._items is None:
            self._items = iter(self)
        return next(self._items)

    async def __aiter__(self) -> AsyncIterator[T]:
        for item in self:
            yield item

    async def __anext__(self) -> T:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None


@hide_frames
class ItemPaged(Generic[T]):
    """An iterator over a list. Each page is fetched when its first item is needed."""

    def __init__(
        self, pool: GuestPool, start: Callable[[], ResourceHandle], resource: Resource, to_item: Callable[[Any], T]
    ) -> None:
        self._pool = pool
        self._start = start
        self._resource = resource
        self._to_item = to_item
        self._items: Optional[Iterator[T]] = None

    def __repr__(self) -> str:
        return f"<ItemPaged of {self._resource.name}>"

    def by_page(self, continuation_token: Optional[str] = None) -> Iterator[Page[T]]:
        """Iterates over the pages instead of the items. After an error, the next step requests the same page again.

        :param continuation_token: must be ``None``: keep the iterator to go on later.
        :raises TypeError: there is a token.
        """
        refuse_continuation(continuation_token)
        return _Pages(self._pool, self._start(), self._resource, self._to_item)

    def __iter__(self) -> "ItemPaged[T]":
        return self

    def __next__(self) -> T:
        if self._items is None:
            self._items = (item for page in self.by_page() for item in page)
        return next(self._items)


@hide_frames
class _Pages(Generic[T], Iterator[Page[T]]):
    def __init__(
        self, pool: GuestPool, handle: ResourceHandle, resource: Resource, to_item: Callable[[Any], T]
    ) -> None:
        self._pool = pool
        self._handle = handle
        self._next = resource.method("next")
        self._to_item = to_item

    @property
    def continuation_token(self) -> str:
        """Not supported.

        :raises TypeError: always.
        """
        raise TypeError("a list has no token: keep the iterator of by_page, which goes on after an error")

    def __next__(self) -> Page[T]:
        page = self._pool.call(self._next, self._handle)
        if page is None:
            raise StopIteration
        return Page(self._to_item(record) for record in page)
