"""Tokens, in the shape of ``azure.core.credentials``; where that is installed, they are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Protocol, TypedDict

__all__ = ["AccessToken", "AccessTokenInfo", "TokenCredential", "TokenRequestOptions"]

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenRequestOptions
    from azure.core.credentials import AccessTokenInfo as _AccessTokenInfo
else:
    try:
        from azure.core.credentials import AccessToken, TokenRequestOptions
        from azure.core.credentials import AccessTokenInfo as _AccessTokenInfo
    except ImportError:
        _AccessTokenInfo = object

        class AccessToken(NamedTuple):
            """A token and when it ends."""

            token: str
            """The token itself. Treat it as a secret."""
            expires_on: int
            """When it ends, in unix seconds."""

        class TokenRequestOptions(TypedDict, total=False):
            """How a token is asked for."""

            claims: str
            """A claims challenge."""
            tenant_id: str
            """The tenant, where it is not the credential's own."""
            enable_cae: bool
            """Whether the caller can handle claims challenges."""


class AccessTokenInfo(_AccessTokenInfo):
    """A token, when it ends, and who gave it."""

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
        self.token = token
        """The token itself. Treat it as a secret."""
        self.expires_on = expires_on
        """When it ends, in unix seconds."""
        self.token_type = token_type
        """How it is used."""
        self.refresh_on = refresh_on
        """When to ask for the next one, in unix seconds, where that is known."""
        self.credential = credential
        """The class name of the credential that gave it."""
        self.source = source
        """Where that credential got it: ``App Service``, ``IMDS``, ``Microsoft Entra ID``, …"""

    def __repr__(self) -> str:
        return (
            f"AccessTokenInfo(token='REDACTED', expires_on={self.expires_on}, token_type={self.token_type!r}, "
            f"refresh_on={self.refresh_on}, credential={self.credential!r}, source={self.source!r})"
        )


class TokenCredential(Protocol):
    """What gives tokens: every credential of this package, and those of the Azure SDK."""

    def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> Any:
        """A token for the scopes."""
        ...
