"""The client of a vault for asyncio, with the API of ``azure.keyvault.secrets.aio``.

Arguments, results and exceptions are those of :class:`keyfob.secrets.SecretClient`. As in the Azure SDK,
``delete_secret`` and ``recover_deleted_secret`` return when the operation is complete.
"""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any, AsyncIterator, Callable, Coroutine, Generic, Iterator, Optional, TypeVar

from keyfob._component.aio import call_in_thread
from keyfob._component.pool import GuestPool
from keyfob._redaction import hide_frames

from . import _client
from ._paging import ItemPaged, Page, refuse_continuation
from ._polling import LROPoller

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    P = ParamSpec("P")
    # To the type checker, the methods of an object: without self.
    _METHODS: _client.SecretClient
else:
    _METHODS = _client.SecretClient

T = TypeVar("T")


@hide_frames
class AsyncItemPaged(Generic[T]):
    """An asynchronous iterator over a list. Each page is fetched when its first item is needed."""

    def __init__(self, pool: GuestPool, items: ItemPaged[T]) -> None:
        self._pool = pool
        self._pages = items.by_page
        self._items: Optional[AsyncIterator[T]] = None

    async def by_page(self, continuation_token: Optional[str] = None) -> AsyncIterator[Page[T]]:
        """Iterates over the pages instead of the items. A continuation token is refused, as by the synchronous list."""
        refuse_continuation(continuation_token)
        pages: Iterator[Page[T]] = await call_in_thread(self._pool, self._pages)
        while (page := await call_in_thread(self._pool, next, pages, None)) is not None:
            yield page

    def __aiter__(self) -> "AsyncItemPaged[T]":
        return self

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = (item async for page in self.by_page() for item in page)
        return await self._items.__anext__()


def _asynchronous(method: Callable[P, T]) -> Callable[Concatenate[SecretClient, P], Coroutine[Any, Any, T]]:
    """A method with the arguments and the description of the synchronous one."""

    async def call(self: SecretClient, /, *arguments: Any, **options: Any) -> Any:
        return await self._call(method, *arguments, **options)

    functools.update_wrapper(call, method)
    return call


def _completed(method: Callable[P, LROPoller[T]]) -> Callable[Concatenate[SecretClient, P], Coroutine[Any, Any, T]]:
    """A method that begins an operation with the arguments of the synchronous one, and waits until it is complete."""

    async def call(self: SecretClient, /, *arguments: Any, **options: Any) -> Any:
        poller = await self._call(method, *arguments, **options)
        return await call_in_thread(self._sync_client._pool, poller.result)

    functools.update_wrapper(call, method)
    return call


def _list(method: Callable[P, ItemPaged[T]]) -> Callable[Concatenate[SecretClient, P], AsyncItemPaged[T]]:
    """A method that returns a list, with the arguments of the synchronous one."""

    def call(self: SecretClient, /, *arguments: Any, **options: Any) -> Any:
        items: Callable[..., ItemPaged[T]] = method
        return AsyncItemPaged(self._sync_client._pool, items(self._sync_client, *arguments, **options))

    functools.update_wrapper(call, method)
    return call


@hide_frames
class SecretClient:
    """Reads and changes the secrets of one vault.

    Calls run in threads and do not block the event loop.
    """

    def __init__(self, vault_url: str, credential: Any, **options: Any) -> None:
        self._sync_client = _client.SecretClient(vault_url, credential, **options)

    functools.update_wrapper(__init__, _client.SecretClient.__init__)

    @property
    def vault_url(self) -> str:
        """The vault's URL."""
        return self._sync_client.vault_url

    get_secret = _asynchronous(_METHODS.get_secret)
    get_secrets = _asynchronous(_METHODS.get_secrets)
    set_secret = _asynchronous(_METHODS.set_secret)
    update_secret_properties = _asynchronous(_METHODS.update_secret_properties)
    get_deleted_secret = _asynchronous(_METHODS.get_deleted_secret)
    purge_deleted_secret = _asynchronous(_METHODS.purge_deleted_secret)
    backup_secret = _asynchronous(_METHODS.backup_secret)
    restore_secret_backup = _asynchronous(_METHODS.restore_secret_backup)

    list_properties_of_secrets = _list(_METHODS.list_properties_of_secrets)
    list_properties_of_secret_versions = _list(_METHODS.list_properties_of_secret_versions)
    list_deleted_secrets = _list(_METHODS.list_deleted_secrets)
    # They wait until a deleted secret can be purged or recovered, or a recovered one can be read.
    delete_secret = _completed(_METHODS.begin_delete_secret)
    recover_deleted_secret = _completed(_METHODS.begin_recover_deleted_secret)

    def __repr__(self) -> str:
        return repr(self._sync_client)

    def __copy__(self) -> "SecretClient":
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self), _sync_client=copy.copy(self._sync_client))
        return copied

    def __reduce__(self) -> Any:
        return self._sync_client.__reduce__()

    async def _call(self, method: Callable[..., T], *arguments: Any, **options: Any) -> T:
        return await call_in_thread(self._sync_client._pool, method, self._sync_client, *arguments, **options)

    async def close(self) -> None:
        """Closes the client; further calls raise ``ValueError``. The credential can still be used."""
        self._sync_client.close()

    async def __aenter__(self) -> "SecretClient":
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


__all__ = ["AsyncItemPaged", "SecretClient"]
