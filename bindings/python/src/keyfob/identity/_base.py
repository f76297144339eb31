"""The base class of the credentials."""

from __future__ import annotations

from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
)

from keyfob._argument_types import check_constructor, check_types
from keyfob._component import wit
from keyfob._component.conversions import field
from keyfob._component.environment import Environment
from keyfob._component.guest import DEFAULT_TIMEOUT_SECONDS, Guest, ResourceHandle
from keyfob._component.options import Options, milliseconds, setters
from keyfob._component.pool import GuestPool
from keyfob._redaction import Hidden, cleaned, hide_frames
from keyfob.exceptions import AzureError, token_failure

from ._token import AccessToken, AccessTokenInfo, TokenRequestOptions

Self = TypeVar("Self", bound="Credential")


class Candidate(NamedTuple):
    """A credential that ``get_token`` would or would not try, as :meth:`Credential.explain` reports it."""

    credential: str
    """The class name."""
    readiness: str
    """``ready``: would be tried, and decides the call.
    ``unproven``: would be tried; whether it is available is known only then.
    ``unavailable``: something is not set, so the chain goes on.
    ``failed``: something is invalid, so the chain stops.
    ``not-supported``: can't work in a WebAssembly component.
    ``excluded``: left out of the chain by an option or a variable."""
    message: str
    """The endpoint and the identity that it would use, or what is missing."""
    hint: Optional[str]
    """What to change, if something may be wrong."""
    variables: Sequence[str]
    """The names of the environment variables that it reads and that are set."""
    details: Mapping[str, str]
    """More information by name, such as ``source`` and ``client-id``. New names may be added."""


def _create_again(credential_class: Type[Any], arguments: Tuple[Any, ...], options: Dict[str, Any]) -> Any:
    return credential_class(*arguments, **options)


@hide_frames
class Credential:
    """A credential. It caches its tokens. The environment variables are read when it is created.

    Threads may share it: up to 16 calls go at the same time, and each of them may request a token of its own. It can
    be used after a fork in both processes. Copying and pickling make a new credential from its arguments.
    """

    _variables: FrozenSet[str] = frozenset()
    """The names of the environment variables that it reads."""
    _timeout = DEFAULT_TIMEOUT_SECONDS
    _max_guests: Optional[int] = None
    """The most calls at the same time; None for the default."""

    _arguments: Hidden[Tuple[Tuple[Any, ...], Dict[str, Any]]]

    def __new__(cls: Type[Self], *arguments: Any, **options: Any) -> Self:
        try:
            check_constructor(cls, arguments, options)
        except TypeError as error:
            failure = cleaned(error)
            del arguments, options
        else:
            credential = super().__new__(cls)
            # For copies and pickles.
            credential._arguments = Hidden((arguments, options))
            return credential
        raise failure

    def __init__(self, create: Callable[[Guest], Any]) -> None:
        environment = Environment(self._variables)

        def create_in_environment(guest: Guest) -> Any:
            with guest.using_environment(environment):
                return create(guest)

        self._create = create_in_environment
        self._pool = GuestPool(self._timeout, self._max_guests)
        self._handle = self._new_handle()

    def _new_handle(self) -> ResourceHandle:
        """This credential in the guests of its own pool, or of a chain's."""
        return ResourceHandle(self._create)

    def get_token(
        self,
        *scopes: str,
        claims: Optional[str] = None,
        tenant_id: Optional[str] = None,
        enable_cae: bool = False,
        timeout: Optional[float] = None,
        **_: Any,
    ) -> AccessToken:
        """Returns a token, from the cache if it is fresh.

        Other keyword arguments are accepted, as the Azure SDK's protocol requires, and ignored.

        :param scopes: such as ``https://vault.azure.net/.default``.
        :param claims: a claims challenge, as JSON text. A cached token is not used then.
        :param tenant_id: the tenant, if it is not the credential's. Managed identity ignores it.
        :param enable_cae: whether the caller can handle claims challenges (continuous access evaluation).
        :param timeout: the time limit of the whole call in seconds, 0.001 to 600. The default is 30, and 100 for
            :class:`ManagedIdentityCredential`.
        :raises keyfob.exceptions.CredentialUnavailableError: no credential is available.
        :raises keyfob.exceptions.ClientAuthenticationError: a credential was rejected or its endpoint failed.
        :raises keyfob.exceptions.InvalidArgumentError: an argument, an option or a variable is invalid.
        :raises keyfob.exceptions.AzureError: any other error, such as a timeout or no connection.
        """
        token = self._token(scopes, claims, tenant_id, enable_cae, timeout)
        return AccessToken(token.token, token.expires_on)

    def get_token_info(self, *scopes: str, options: Optional[TokenRequestOptions] = None) -> AccessTokenInfo:
        """Like :meth:`get_token`, and returns more information about the token."""
        requested = options or {}
        return self._token(
            scopes, requested.get("claims"), requested.get("tenant_id"), requested.get("enable_cae", False), None
        )

    def explain(self) -> List[Candidate]:
        """The credentials that :meth:`get_token` would try, in this order. Sends nothing and reads no file."""
        candidates = self._pool.call(wit.CREDENTIAL.method("explain"), self._handle)
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
        """Does nothing, except for a chain. Exists because the Azure SDK's credentials have it."""

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> Any:
        # A new credential, which reads the environment variables again. The pickle holds the arguments, as that of the Azure
        # SDK's credential does, also a client secret; what the variables hold is not in it.
        return _create_again, (type(self), *self._arguments.reveal())

    def _token(
        self,
        scopes: Sequence[str],
        claims: Optional[str],
        tenant_id: Optional[str],
        enable_cae: bool,
        timeout: Optional[float],
    ) -> AccessTokenInfo:
        check_types(
            "get_token", {"claims": claims, "tenant_id": tenant_id, "enable_cae": enable_cae, "timeout": timeout}
        )
        check_types("get_token", {"scopes": scopes})
        options = setters(
            claims=claims, tenant_id=tenant_id, enable_cae=enable_cae or None, timeout=milliseconds(timeout)
        )
        try:
            token = self._pool.call(
                wit.CREDENTIAL.method("get-token"), self._handle, list(scopes), Options(wit.TOKEN_OPTIONS, options)
            )
        except AzureError as error:
            failure = token_failure(error)
        else:
            return self._to_token(token)
        raise failure

    @staticmethod
    def _to_token(token: Any) -> AccessTokenInfo:
        return AccessTokenInfo(
            token.token,
            field(token, "expires-on"),
            refresh_on=field(token, "refresh-on"),
            credential=token.credential,
            source=token.source,
        )
