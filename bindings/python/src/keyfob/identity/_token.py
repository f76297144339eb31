"""Tokens, with the API of ``azure.core.credentials``. If the Azure SDK is installed, its classes are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Protocol, TypedDict

from keyfob._redaction import Hidden

__all__ = ["AccessToken", "AccessTokenInfo", "TokenCredential", "TokenRequestOptions"]

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken as _AccessToken
    from azure.core.credentials import AccessTokenInfo as _AccessTokenInfo
    from azure.core.credentials import TokenRequestOptions
else:
    try:
        from azure.core.credentials import AccessToken as _AccessToken
        from azure.core.credentials import AccessTokenInfo as _AccessTokenInfo
        from azure.core.credentials import TokenRequestOptions
    except ImportError:
        _AccessTokenInfo = object

        class _AccessToken(NamedTuple):
            token: str
            """The token itself. Treat it as a secret."""
            expires_on: int
            """The expiry time, in unix seconds."""

        class TokenRequestOptions(TypedDict, total=False):
            """Options of ``get_token_info``."""

            claims: str
            """A claims challenge, as JSON text."""
            tenant_id: str
            """The tenant, if it is not the credential's."""
            enable_cae: bool
            """Whether the caller can handle claims challenges."""


class AccessToken(_AccessToken):
    """An access token and its expiry time. Its text form does not show the token."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"AccessToken(token='REDACTED', expires_on={self.expires_on})"


class AccessTokenInfo(_AccessTokenInfo):
    """An access token with its expiry time and its origin."""

    def __init__(
        self,
        token: str,
        expires_on: int,
        *,
        token_type: str = "Bearer",
        refresh_on: Optional[int] = None,
        credential: Optional[str] = None,
        source: Optional[str] = None,
    ) -> None:
        self._token = Hidden(token)
        self.expires_on = expires_on
        """The expiry time, in unix seconds."""
        self.token_type = token_type
        """The scheme of the ``Authorization`` header."""
        self.refresh_on = refresh_on
        """When to request the next token, in unix seconds, if that is known."""
        self.credential = credential
        """The class name of the credential that returned it."""
        self.source = source
        """The service that issued it to the credential: ``App Service``, ``IMDS``, ``Microsoft Entra ID``, …"""

    @property
    def token(self) -> str:  # type: ignore[override]
        """The token itself. Treat it as a secret."""
        return self._token.reveal()

    def __repr__(self) -> str:
        return (
            f"AccessTokenInfo(token='REDACTED', expires_on={self.expires_on}, token_type={self.token_type!r}, "
            f"refresh_on={self.refresh_on}, credential={self.credential!r}, source={self.source!r})"
        )


class TokenCredential(Protocol):
    """The protocol of credentials: those of this package and of the Azure SDK have it."""

    def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Returns a token for the scopes."""
        ...
