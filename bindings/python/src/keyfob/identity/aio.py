"""Credentials for asyncio, in the shape of ``azure.identity.aio``. Their arguments are those of :mod:`keyfob.identity`."""

from __future__ import annotations

from typing import Any, List, Optional, Type, TypeVar

from keyfob._component.aio import call_in_thread

from . import _credentials as sync_credentials
from ._base import Candidate
from ._base import Credential as SyncCredential
from ._token import AccessToken, AccessTokenInfo, TokenRequestOptions

Self = TypeVar("Self", bound="Credential")


class Credential:
    """An identity. Calls are made in a thread, one at a time; the event loop goes on."""

    _credential_class: Type[SyncCredential]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._sync_credential = self._credential_class(*arguments, **options)

    async def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        timeout: Optional[float] = None,
        **_: Any,
    ) -> AccessToken:
        """A token for the scopes; from memory while it is fresh."""
        return await call_in_thread(
            self._sync_credential._guest,
            self._sync_credential.get_token,
            *scopes,
            claims=claims,
            tenant_id=tenant_id,
            enable_cae=enable_cae,
            timeout=timeout,
        )

    async def get_token_info(self, *scopes: str, options: Optional[TokenRequestOptions] = None) -> AccessTokenInfo:
        """The same with all that is known of the token."""
        call = self._sync_credential.get_token_info
        return await call_in_thread(self._sync_credential._guest, call, *scopes, options=options)

    async def explain(self) -> List[Candidate]:
        """What a call would try, in this order: nothing is sent."""
        return await call_in_thread(self._sync_credential._guest, self._sync_credential.explain)

    async def close(self) -> None:
        """Does nothing; it is there because the Azure SDK has it."""

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


class DefaultAzureCredential(Credential):
    """See :class:`keyfob.identity.DefaultAzureCredential`."""

    _credential_class = sync_credentials.DefaultAzureCredential


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
    """See :class:`keyfob.identity.ClientAssertionCredential`. The function may be a coroutine function."""

    _credential_class = sync_credentials.ClientAssertionCredential


class ChainedTokenCredential(Credential):
    """See :class:`keyfob.identity.ChainedTokenCredential`. Asynchronous credentials may be among the given ones."""

    _credential_class = sync_credentials.ChainedTokenCredential


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
]
