"""Credentials for asyncio, with the API of ``azure.identity.aio``.

Arguments, results and exceptions are those of :mod:`keyfob.identity`.
"""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any, Callable, Coroutine, List, Optional, Tuple, Type, TypeVar

from keyfob._component.aio import call_in_thread
from keyfob._redaction import hide_frames

from . import _credentials as sync_credentials
from ._base import Candidate
from ._base import Credential as SyncCredential
from ._chain import ChainedTokenCredential as ChainedSyncCredential
from ._chain import as_keyfob_credential
from ._default import DefaultAzureCredential as DefaultSyncCredential
from ._default import make_members
from ._token import AccessToken, AccessTokenInfo, TokenRequestOptions

Self = TypeVar("Self", bound="Credential")


@hide_frames
class Credential:
    """The base class. Calls run in threads and do not block the event loop."""

    _credential_class: Type[SyncCredential]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._sync_credential = self._credential_class(*arguments, **options)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "_credential_class" in vars(cls):

            def create(self: Credential, *arguments: Any, **options: Any) -> None:
                Credential.__init__(self, *arguments, **options)

            # inspect.signature and help show the arguments of the synchronous class.
            functools.update_wrapper(create, cls._credential_class.__init__)
            setattr(cls, "__init__", create)
            hide_frames(cls)

    async def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        timeout: Optional[float] = None,
        **_: Any,
    ) -> AccessToken:
        """See :meth:`keyfob.identity.Credential.get_token`."""
        return await call_in_thread(
            self._sync_credential._pool,
            self._sync_credential.get_token,
            *scopes,
            claims=claims,
            tenant_id=tenant_id,
            enable_cae=enable_cae,
            timeout=timeout,
        )

    async def get_token_info(self, *scopes: str, options: Optional[TokenRequestOptions] = None) -> AccessTokenInfo:
        """See :meth:`keyfob.identity.Credential.get_token_info`."""
        call = self._sync_credential.get_token_info
        return await call_in_thread(self._sync_credential._pool, call, *scopes, options=options)

    async def explain(self) -> List[Candidate]:
        """See :meth:`keyfob.identity.Credential.explain`."""
        return await call_in_thread(self._sync_credential._pool, self._sync_credential.explain)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for asyncio>"

    def __reduce__(self) -> Any:
        create, (_, arguments, options) = self._sync_credential.__reduce__()
        return create, (type(self), arguments, options)

    async def close(self) -> None:
        """Does nothing, except for a chain. Exists because the Azure SDK's credentials have it."""

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


@hide_frames
class ChainedTokenCredential(Credential):
    """See :class:`keyfob.identity.ChainedTokenCredential`. The credentials may be asynchronous."""

    _credential_class: Type[SyncCredential] = ChainedSyncCredential

    @property
    def _given(self) -> Tuple[Any, ...]:
        given: Tuple[Any, ...] = getattr(self._sync_credential, "_given")
        return given

    @property
    def credentials(self) -> Tuple[Any, ...]:
        """The credentials, as they were given."""
        return self._given

    async def __aenter__(self) -> "ChainedTokenCredential":
        for credential in self._given:
            if hasattr(credential, "__aenter__"):
                await credential.__aenter__()
        return self

    async def close(self) -> None:
        """Closes the credentials of the chain that can be closed."""
        for credential in self._given:
            close = getattr(credential, "close", None)
            closing = close() if callable(close) else None
            if inspect.isawaitable(closing):
                await closing


class DefaultAzureCredential(ChainedTokenCredential):
    """See :class:`keyfob.identity.DefaultAzureCredential`."""

    _credential_class = DefaultSyncCredential
    _members: Tuple[Any, ...] = ()

    @property
    def _given(self) -> Tuple[Any, ...]:
        return self._members

    @property
    def credentials(self) -> Tuple[Any, ...]:
        """See :attr:`keyfob.identity.DefaultAzureCredential.credentials`."""
        if not self._members:
            self._members = make_members(
                getattr(self._sync_credential, "_member_names"), self._sync_credential._arguments.reveal()[1], sys.modules[__name__]
            )
        return self._members


class EnvironmentCredential(Credential):
    """See :class:`keyfob.identity.EnvironmentCredential`."""

    _credential_class = sync_credentials.EnvironmentCredential


class ManagedIdentityCredential(Credential):
    """See :class:`keyfob.identity.ManagedIdentityCredential`."""

    _credential_class = sync_credentials.ManagedIdentityCredential


class WorkloadIdentityCredential(Credential):
    """See :class:`keyfob.identity.WorkloadIdentityCredential`."""

    _credential_class = sync_credentials.WorkloadIdentityCredential


class ClientSecretCredential(Credential):
    """See :class:`keyfob.identity.ClientSecretCredential`."""

    _credential_class = sync_credentials.ClientSecretCredential


class CertificateCredential(Credential):
    """See :class:`keyfob.identity.CertificateCredential`."""

    _credential_class = sync_credentials.CertificateCredential


class ClientAssertionCredential(Credential):
    """See :class:`keyfob.identity.ClientAssertionCredential`. ``func`` may be a coroutine function."""

    _credential_class = sync_credentials.ClientAssertionCredential


def get_bearer_token_provider(credential: Any, *scopes: str) -> Callable[[], Coroutine[Any, Any, str]]:
    """Returns a coroutine function that returns a token for the scopes.

    See :func:`keyfob.identity.get_bearer_token_provider`. The credential may be asynchronous.
    """
    caching = as_keyfob_credential(credential)

    async def bearer_token() -> str:
        token = await call_in_thread(caching._pool, caching.get_token, *scopes)
        return token.token

    return bearer_token


__all__ = [
    "CertificateCredential",
    "ChainedTokenCredential",
    "ClientAssertionCredential",
    "ClientSecretCredential",
    "Credential",
    "DefaultAzureCredential",
    "EnvironmentCredential",
    "ManagedIdentityCredential",
    "WorkloadIdentityCredential",
    "get_bearer_token_provider",
]
