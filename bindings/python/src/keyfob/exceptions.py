"""The exceptions, with the names and the hierarchy of ``azure.core.exceptions`` and ``azure.identity``.

Where the Azure SDK is installed each of them also is the SDK's own exception of that name, so that ``except`` clauses
written for the SDK go on to work. Where it is not, nothing of it is needed.
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple, Type

from . import _azure_exceptions


class Attempt(NamedTuple):
    """One line of the report of a credential chain."""

    credential: str
    """The credential's class name."""
    outcome: str
    """``unavailable``, ``failed`` or ``not-supported``."""
    message: str
    """Why, in one line."""


class ServiceError(NamedTuple):
    """What the service said of its refusal."""

    code: Optional[str]
    """Its own code, such as ``SecretNotFound`` or ``ForbiddenByRbac``."""
    message: str
    """What it said."""


class AzureError(_azure_exceptions.AzureError):
    """Every failure of this package."""

    kind: str = "other"
    """What went wrong, as a closed set: ``invalid-argument``, ``credential-unavailable``, ``forbidden``, …"""
    message: str = ""
    """What was tried, and what was answered."""
    hint: Optional[str] = None
    """What to change, where that is known."""
    attempts: Sequence[Attempt] = ()
    """Every credential that was tried, in order."""
    status_code: Optional[int] = None
    """The HTTP status that decided."""
    code: Optional[str] = None
    """The service's own code."""
    retry_after: Optional[int] = None
    """The delay that the service asked for, in seconds."""
    details: Mapping[str, str] = {}
    """More names and values, such as ``x-ms-request-id``."""

    # What the SDK's exceptions have besides.
    response: Optional[Any] = None
    reason: Optional[str] = None
    model: Optional[Any] = None
    error: Optional[ServiceError] = None
    inner_exception: Optional[BaseException] = None
    continuation_token: Optional[str] = None
    exc_type: Optional[type] = None
    exc_value: Optional[BaseException] = None
    exc_traceback: Optional[Any] = None
    exc_msg: str = ""

    def __init__(self, message: str = "", **attributes: Any) -> None:
        # Not the constructors of the SDK's classes: they want a response to read all this from.
        Exception.__init__(self, message)
        self.message = self.exc_msg = message
        for name, value in attributes.items():
            setattr(self, name, value)
        if self.status_code is not None:
            self.error = ServiceError(self.code, message)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"

    def __reduce__(self) -> Tuple[Any, ...]:
        # Exceptions travel from worker processes to their pool.
        names = ("kind", "hint", "attempts", "status_code", "code", "retry_after", "details")
        return _unpickle, (type(self), self.message, {name: getattr(self, name) for name in names})


def _unpickle(exception_class: type, message: str, attributes: Mapping[str, Any]) -> BaseException:
    error: BaseException = exception_class(message, **attributes)
    return error


class InvalidArgumentError(AzureError, ValueError):
    """An argument or a variable is not what it claims to be. Nothing was sent."""


class ServiceRequestError(AzureError, _azure_exceptions.ServiceRequestError):
    """No usable connection, or a proxy did not let the request out."""


class ServiceResponseError(AzureError, _azure_exceptions.ServiceResponseError):
    """A request was sent, and no whole answer came."""


class ServiceResponseTimeoutError(ServiceResponseError, _azure_exceptions.ServiceResponseTimeoutError):
    """The time of the call was over first."""


class HttpResponseError(AzureError, _azure_exceptions.HttpResponseError):
    """The service refused; ``status_code`` and ``error.code`` say how."""


class DecodeError(HttpResponseError, _azure_exceptions.DecodeError):
    """What answered does not speak the service's protocol."""


class ResourceExistsError(HttpResponseError, _azure_exceptions.ResourceExistsError):
    """The secret is deleted but recoverable, or being deleted."""


class ResourceNotFoundError(HttpResponseError, _azure_exceptions.ResourceNotFoundError):
    """The vault has no such secret, or no such version."""


class ClientAuthenticationError(HttpResponseError, _azure_exceptions.ClientAuthenticationError):
    """A credential was usable and was refused, or its endpoint failed."""


class CredentialUnavailableError(ClientAuthenticationError, _azure_exceptions.CredentialUnavailableError):
    """No credential could be used here; each of ``attempts`` says why."""


_CLASSES: Mapping[str, Type[AzureError]] = {
    "invalid-argument": InvalidArgumentError,
    "credential-unavailable": CredentialUnavailableError,
    "authentication-failed": ClientAuthenticationError,
    "not-found": ResourceNotFoundError,
    "forbidden": HttpResponseError,
    "conflict": ResourceExistsError,
    "throttled": HttpResponseError,
    "timed-out": ServiceResponseTimeoutError,
    "denied-by-host": ServiceRequestError,
    "transport": ServiceRequestError,
    "unexpected-reply": DecodeError,
    "service": HttpResponseError,
}


def exception_of_kind(kind: str, message: str, **attributes: Any) -> AzureError:
    """The exception for an error of the component."""
    return _CLASSES.get(kind, AzureError)(message, kind=kind, **attributes)
