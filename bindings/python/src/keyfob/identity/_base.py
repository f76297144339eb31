"""What all credentials have in common."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, TypeVar

from keyfob._component import wit
from keyfob._component.conversions import field
from keyfob._component.guest import Guest, ResourceHandle
from keyfob._component.options import Options, milliseconds, setters

from ._token import AccessToken, AccessTokenInfo, TokenRequestOptions

Self = TypeVar("Self", bound="Credential")


class Candidate(NamedTuple):
    """What one credential is set up to do."""

    credential: str
    """Its class name."""
    readiness: str
    """``ready``, ``unproven``, ``unavailable``, ``failed``, ``not-supported`` or ``excluded``."""
    message: str
    """Whom it would ask, as which identity; else what it lacks."""
    hint: Optional[str]
    """What to change, where something may have to be."""
    variables: Sequence[str]
    """The variables that it looks at and that are set."""
    details: Mapping[str, str]
    """More names and values."""


class Credential:
    """An identity. It keeps its tokens; the environment is read when it is made.

    Threads may share it: one at a time makes its call. After a fork it goes on in both processes.
    """

    def __init__(self, create: Callable[[Guest], Any]) -> None:
        environment: Dict[str, str] = dict(os.environ)

        def create_in_environment(guest: Guest) -> Any:
            with guest.using_environment(environment):
                return create(guest)

        self._create = create_in_environment
        self._guest = Guest()
        self._handle = self._handle_in(self._guest)

    def _handle_in(self, guest: Guest) -> ResourceHandle:
        """This credential in a guest: its own, or that of a chain."""
        create = self._create
        return ResourceHandle(guest, lambda: create(guest))

    def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        timeout: Optional[float] = None,
        **_: Any,
    ) -> AccessToken:
        """A token for the scopes, such as ``https://vault.azure.net/.default``; from memory while it is fresh.

        Other keywords, which the protocol of the Azure SDK allows, change nothing.

        :param claims: a claims challenge.
        :param tenant_id: the tenant, where it is not the credential's own.
        :param enable_cae: whether the caller can handle claims challenges (continuous access evaluation).
        :param timeout: the limit of the whole call in seconds.
        :raises keyfob.exceptions.ClientAuthenticationError: the credential was refused, or none could be used.
        """
        token = self._token(scopes, claims, tenant_id, enable_cae, timeout)
        return AccessToken(token.token, token.expires_on)

    def get_token_info(self, *scopes: str, options: Optional[TokenRequestOptions] = None) -> AccessTokenInfo:
        """The same with all that is known of the token."""
        requested = options or {}
        return self._token(
            scopes, requested.get("claims"), requested.get("tenant_id"), requested.get("enable_cae", False), None
        )

    def explain(self) -> List[Candidate]:
        """What a call would try, in this order, told from options and variables alone: nothing is sent."""
        candidates = self._guest.call(wit.CREDENTIAL.method("explain"), self._handle)
        return [
            Candidate(
                candidate.credential,
                candidate.readiness,
                candidate.message,
                candidate.hint,
                candidate.variables,
                dict(candidate.details),
            )
            for candidate in candidates
        ]

    def close(self) -> None:
        """Does nothing: a credential is kept by who uses it. It is there because the Azure SDK has it."""

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} can't be sent to another process: make one there, or fork")

    def _token(
        self,
        scopes: Sequence[str],
        claims: Optional[str],
        tenant_id: Optional[str],
        enable_cae: bool,
        timeout: Optional[float],
    ) -> AccessTokenInfo:
        options = setters(
            claims=claims, tenant_id=tenant_id, enable_cae=enable_cae or None, timeout=milliseconds(timeout)
        )
        token = self._guest.call(
            wit.CREDENTIAL.method("get-token"),
            self._handle,
            list(scopes),
            Options(wit.TOKEN_OPTIONS, options),
        )
        return AccessTokenInfo(
            token.token,
            field(token, "expires-on"),
            refresh_on=field(token, "refresh-on"),
            credential=token.credential,
            source=token.source,
        )
