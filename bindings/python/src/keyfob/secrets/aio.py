"""The client of a vault for asyncio, with the API of ``azure.keyvault.secrets.aio``.

Arguments, results and exceptions are those of :class:`keyfob.secrets.SecretClient`. As in the Azure SDK,
``delete_secret`` and ``recover_deleted_secret`` return when the operation is complete.
"""

from __future__ import annotations

from typing import Any, AsyncIterator, Callable, Generic, Iterator, List, Optional, Sequence, TypeVar, Union

from keyfob._component.aio import call_in_thread
from keyfob._component.pool import GuestPool
from keyfob._redaction import hide_frames
from keyfob.exceptions import AzureError

from . import _client
from ._models import DeletedSecret, KeyVaultSecret, SecretProperties
from ._paging import ItemPaged, refuse_continuation
from ._polling import LROPoller

T = TypeVar("T")


@hide_frames
class AsyncItemPaged(Generic[T]):
    """An asynchronous iterator over a list. Each page is fetched when its first item is needed."""

    def __init__(self, pool: GuestPool, items: ItemPaged[T]) -> None:
        self._pool = pool
        self._pages = items.by_page
        self._items: Optional[AsyncIterator[T]] = None

    async def by_page(self, continuation_token: Optional[str] = None) -> AsyncIterator[List[T]]:
        """Iterates over the pages instead of the items. A continuation token is refused, as by the synchronous list."""
        refuse_continuation(continuation_token)
        pages: Iterator[List[T]] = await call_in_thread(self._pool, self._pages)
        while (page := await call_in_thread(self._pool, next, pages, None)) is not None:
            yield page

    def __aiter__(self) -> "AsyncItemPaged[T]":
        return self

    async def __anext__(self) -> T:
        if self._items is None:
            self._items = (item async for page in self.by_page() for item in page)
        return await self._items.__anext__()


@hide_frames
class SecretClient:
    """Reads and changes the secrets of one vault.

    Calls run in threads and do not block the event loop.
    """

    def __init__(self, vault_url: str, credential: Any, **options: Any) -> None:
        self._sync_client = _client.SecretClient(vault_url, credential, **options)

    @property
    def vault_url(self) -> str:
        """The vault's URL."""
        return self._sync_client.vault_url

    async def get_secret(self, name: str, version: Optional[str] = None, **options: Any) -> KeyVaultSecret:
        """Reads a secret."""
        return await self._call(self._sync_client.get_secret, name, version, **options)

    async def get_secrets(self, names: Sequence[str], **options: Any) -> List[Union[KeyVaultSecret, AzureError]]:
        """Reads several secrets at the same time."""
        return await self._call(self._sync_client.get_secrets, names, **options)

    async def set_secret(self, name: str, value: str, **options: Any) -> KeyVaultSecret:
        """Creates a secret, or a new version of an existing one."""
        return await self._call(self._sync_client.set_secret, name, value, **options)

    async def update_secret_properties(
        self, name: str, version: Optional[str] = None, **options: Any
    ) -> SecretProperties:
        """Changes properties of a secret, but not its value."""
        return await self._call(self._sync_client.update_secret_properties, name, version, **options)

    def list_properties_of_secrets(self, **options: Any) -> AsyncItemPaged[SecretProperties]:
        """Lists the properties of all secrets, each in its latest version."""
        return self._list(self._sync_client.list_properties_of_secrets(**options))

    def list_properties_of_secret_versions(self, name: str, **options: Any) -> AsyncItemPaged[SecretProperties]:
        """Lists the properties of all versions of a secret."""
        return self._list(self._sync_client.list_properties_of_secret_versions(name, **options))

    def list_deleted_secrets(self, **options: Any) -> AsyncItemPaged[DeletedSecret]:
        """Lists the deleted secrets."""
        return self._list(self._sync_client.list_deleted_secrets(**options))

    async def delete_secret(self, name: str, **options: Any) -> DeletedSecret:
        """Deletes a secret with all its versions, and waits until it can be purged or recovered."""
        poller: LROPoller[DeletedSecret] = await self._call(self._sync_client.begin_delete_secret, name, **options)
        return await self._call(poller.result)

    async def get_deleted_secret(self, name: str, **options: Any) -> DeletedSecret:
        """Reads the properties of a deleted secret."""
        return await self._call(self._sync_client.get_deleted_secret, name, **options)

    async def recover_deleted_secret(self, name: str, **options: Any) -> SecretProperties:
        """Recovers a deleted secret, and waits until it can be read."""
        begin = self._sync_client.begin_recover_deleted_secret
        poller: LROPoller[SecretProperties] = await self._call(begin, name, **options)
        return await self._call(poller.result)

    async def purge_deleted_secret(self, name: str, **options: Any) -> None:
        """Deletes a deleted secret permanently."""
        await self._call(self._sync_client.purge_deleted_secret, name, **options)

    async def backup_secret(self, name: str, **options: Any) -> bytes:
        """Returns all versions of a secret in a format that only Key Vault can read."""
        return await self._call(self._sync_client.backup_secret, name, **options)

    async def restore_secret_backup(self, backup: bytes, **options: Any) -> SecretProperties:
        """Restores a secret with all its versions."""
        return await self._call(self._sync_client.restore_secret_backup, backup, **options)

    def __repr__(self) -> str:
        return repr(self._sync_client)

    def __reduce__(self) -> Any:
        return self._sync_client.__reduce__()

    async def close(self) -> None:
        """Closes the client; further calls raise ``ValueError``. The credential can still be used."""
        self._sync_client.close()

    async def __aenter__(self) -> "SecretClient":
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def _call(self, call: Callable[..., T], *arguments: Any, **options: Any) -> T:
        return await call_in_thread(self._sync_client._pool, call, *arguments, **options)

    def _list(self, items: ItemPaged[T]) -> AsyncItemPaged[T]:
        return AsyncItemPaged(self._sync_client._pool, items)


__all__ = ["AsyncItemPaged", "SecretClient"]
