"""Chains, and credentials that are not this package's."""

from __future__ import annotations

import inspect
from typing import Any, Callable, List, Optional, Tuple, cast

from keyfob._component import wit
from keyfob._component.environment import CLIENT_VARIABLES
from keyfob._component.guest import Guest
from keyfob._component.providers import has_own_methods
from keyfob._redaction import hide_frames

from ._base import Credential
from ._token import TokenCredential
from ._validation import invalid


@hide_frames
class ChainedTokenCredential(Credential):
    """Tries the credentials in this order. They may be this package's, the Azure SDK's or the program's own.

    The chain does not share the token cache of this package's credentials: it creates each of them again, with the same
    arguments and environment. Its calls are made one after the other.

    Closing it closes the credentials that it was given.

    :raises ValueError: there is no credential.
    :raises TypeError: an argument is not a credential.
    """

    _variables = CLIENT_VARIABLES
    # Another guest could choose another credential of the chain while the chosen one fails, and thereby another identity.
    _max_guests: Optional[int] = 1
    _given: Tuple[TokenCredential, ...] = ()

    def __init__(self, *credentials: TokenCredential) -> None:
        links = [as_keyfob_credential(credential) for credential in credentials]
        if not links:
            raise invalid("the chain has no credential", "Give at least one credential")
        self._given = credentials

        def create(guest: Guest) -> Any:
            handles: List[Any] = [link._new_handle() for link in links]
            return guest.call(wit.CREDENTIAL.static("chained"), handles)

        super().__init__(create)

    @property
    def credentials(self) -> Tuple[TokenCredential, ...]:
        """The credentials, as they were given."""
        return self._given

    def close(self) -> None:
        """Closes the credentials of the chain that can be closed."""
        self.__exit__(None, None, None)

    def __enter__(self) -> "ChainedTokenCredential":
        for credential in self._given:
            if hasattr(credential, "__enter__"):
                credential.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        for credential in self._given:
            if hasattr(credential, "__exit__"):
                credential.__exit__(*exception)
                continue
            close = getattr(credential, "close", None)
            closing = close() if callable(close) else None
            if inspect.iscoroutine(closing):
                # An asynchronous credential, which keyfob.aio's chain closes.
                closing.close()


@hide_frames
class TokenProviderCredential(Credential):
    """A credential that is not this package's, such as one of the Azure SDK."""

    _variables = CLIENT_VARIABLES

    def __init__(self, credential: TokenCredential) -> None:
        def create(guest: Guest) -> Any:
            return guest.call(wit.TOKEN_PROVIDER, guest.register_provider(credential))

        super().__init__(create)


def as_keyfob_credential(credential: Any) -> Credential:
    """Returns this package's credential for any credential.

    An object is one of this package by its type, not by what it says: a mock says that it is what it mocks. A subclass of the
    program with methods of its own is the program's.

    :raises TypeError: the object has no ``get_token`` method.
    """
    if issubclass(type(credential), Credential):
        if has_own_methods(credential):
            return cast(Credential, credential)
    elif has_own_methods(credential) and issubclass(type(vars(credential).get("_sync_credential")), Credential):
        return cast(Credential, vars(credential)["_sync_credential"])
    if hasattr(credential, "get_token") or hasattr(credential, "get_token_info"):
        return TokenProviderCredential(credential)
    raise TypeError(f"{type(credential).__name__} is not a credential: it has no method get_token")


def get_bearer_token_provider(credential: TokenCredential, *scopes: str) -> Callable[[], str]:
    """Returns a function that returns a token for the scopes, for a client that is given one instead of a credential.

    Tokens are cached, also those of a credential that is not this package's.

    :param credential: a credential of this package, of the Azure SDK or of the program.
    :raises TypeError: ``credential`` is none.
    """
    caching = as_keyfob_credential(credential)

    def bearer_token() -> str:
        return caching.get_token(*scopes).token

    return bearer_token
