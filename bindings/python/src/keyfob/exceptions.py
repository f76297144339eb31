"""The exceptions, with the names and the hierarchy of ``azure.core.exceptions`` and ``azure.identity``.

If the Azure SDK is installed, each class is also a subclass of the SDK's exception of the same name, so ``except``
clauses for the SDK's exceptions work. The SDK is not required.
"""

from __future__ import annotations

import http
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple, Type

from urllib3 import HTTPHeaderDict

from . import _azure_exceptions
from ._error_text import Attempt, error_text


# The codes of a vault's errors that have an inner one, which tells more, by their status.
_OUTER_CODES = {403: "Forbidden", 409: "Conflict"}
_HEADER_PREFIX = "x-ms-"


class ServiceError(NamedTuple):
    """The error in the service's response."""

    code: Optional[str]
    """The service's error code, such as ``SecretNotFound`` or ``Forbidden``."""
    message: str
    """The message of the exception."""
    innererror: Optional[Mapping[str, str]] = None
    """The inner error, with a ``code`` such as ``ForbiddenByRbac``, if there is one."""


class ErrorResponse(NamedTuple):
    """What is kept of the response that caused an exception."""

    status_code: int
    """The HTTP status."""
    reason: Optional[str]
    """The phrase that belongs to the status."""
    headers: Mapping[str, str]
    """``Retry-After`` and those whose names begin with ``x-ms-``, as far as the exception has them. Names in any case."""


class AzureError(_azure_exceptions.AzureError):
    """The base class of this package's exceptions."""

    kind: str = "other"
    """The kind of error: ``invalid-argument``, ``credential-unavailable``, ``authentication-failed``, ``not-found``,
    ``forbidden``, ``conflict``, ``throttled``, ``timed-out``, ``denied-by-host``, ``transport``, ``unexpected-reply``,
    ``unsupported``, ``service`` or ``other``."""
    message: str = ""
    """The text of the exception: ``summary``, ``attempts`` and ``hint``."""
    summary: str = ""
    """The cause, in one line: what was asked, as which identity, and what the service answered."""
    hint: Optional[str] = None
    """What to change, if that is known. It may have several lines, of which the first is the main change."""
    attempts: Sequence[Attempt] = ()
    """The credentials that were tried, in order."""
    status_code: Optional[int] = None
    """The HTTP status of the response, 100 to 599."""
    code: Optional[str] = None
    """The service's error code; the inner one, such as ``ForbiddenByRbac``, if the service gave two."""
    retry_after: Optional[int] = None
    """How long the service asks to wait before the next request, in seconds."""
    details: Mapping[str, str] = {}
    """More information by name, such as ``x-ms-request-id``. New names may be added."""

    # Further attributes of the Azure SDK's exceptions. The response has no body.
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

    def __init__(
        self,
        message: object = "",
        response: Optional[Any] = None,
        *,
        error: Optional[BaseException] = None,
        **attributes: Any,
    ) -> None:
        """The arguments are those of the Azure SDK's exceptions, which a credential or a test of the program raises.

        :param message: the summary.
        :param response: has ``status_code`` and ``reason``.
        :param error: the inner exception.
        :param attributes: further attributes of this class.
        """
        self.response, self.inner_exception = response, error
        self.status_code = getattr(response, "status_code", None)
        self.reason = getattr(response, "reason", None)
        for name, value in attributes.items():
            setattr(self, name, value)
        if self.response is None and self.status_code is not None:
            self.response = self._kept_response(self.status_code)
            self.reason = self.response.reason
        self._compose("" if message is None else str(message))

    def _kept_response(self, status: int) -> ErrorResponse:
        headers = HTTPHeaderDict({name: value for name, value in self.details.items() if name.startswith(_HEADER_PREFIX)})
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        known = status in http.HTTPStatus._value2member_map_
        return ErrorResponse(status, http.HTTPStatus(status).phrase if known else None, headers)

    def _compose(self, summary: str) -> None:
        """Sets the text. The attributes that it has are set."""
        self.summary = summary
        self.message = self.exc_msg = error_text(summary, self.attempts, self.hint)
        # The constructors of the SDK's classes are not called: they need a response to read the attributes from.
        Exception.__init__(self, self.message)
        if self.status_code is not None:
            outer = None if isinstance(self, ClientAuthenticationError) else _OUTER_CODES.get(self.status_code)
            inner = None if outer is None or self.code is None or self.code == outer else {"code": self.code}
            self.error = ServiceError(self.code if inner is None else outer, summary, inner)

    def _add_reason(self, reason: Optional[str]) -> None:
        if reason is not None:
            self._compose(f"{self.summary} ({reason})")

    def _set_hint(self, hint: Optional[str]) -> None:
        self.hint = hint
        self._compose(self.summary)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> Tuple[Any, ...]:
        # Exceptions are pickled when a process pool returns them.
        names = ("kind", "hint", "attempts", "status_code", "code", "retry_after", "details")
        return _unpickle, (type(self), self.summary, {name: getattr(self, name) for name in names})


def _unpickle(exception_class: type, summary: str, attributes: Mapping[str, Any]) -> BaseException:
    error: BaseException = exception_class(summary, **attributes)
    return error


class InvalidArgumentError(AzureError, ValueError):
    """An argument or an environment variable is invalid. Nothing was sent."""


class ServiceRequestError(AzureError, _azure_exceptions.ServiceRequestError):
    """There was no connection, or a proxy denied the request."""


class ServiceResponseError(AzureError, _azure_exceptions.ServiceResponseError):
    """A request was sent, and no complete response was received."""


class ServiceResponseTimeoutError(ServiceResponseError, _azure_exceptions.ServiceResponseTimeoutError):
    """The call's timeout passed."""


class HttpResponseError(AzureError, _azure_exceptions.HttpResponseError):
    """The service answered with an error: see ``status_code`` and ``error.code``."""


class DecodeError(HttpResponseError, _azure_exceptions.DecodeError):
    """The response is not one of the service: HTML, truncated JSON, a challenge for another resource."""


class ResourceExistsError(HttpResponseError, _azure_exceptions.ResourceExistsError):
    """The secret exists, is deleted but recoverable, or is being deleted."""


class ResourceNotFoundError(HttpResponseError, _azure_exceptions.ResourceNotFoundError):
    """The vault has no such secret, or no such version."""


class ClientAuthenticationError(HttpResponseError, _azure_exceptions.ClientAuthenticationError):
    """No token was obtained: the service rejected the credential, or its endpoint failed."""


class CredentialUnavailableError(ClientAuthenticationError, _azure_exceptions.CredentialUnavailableError):
    """No credential was available; each of ``attempts`` has the reason."""


class TokenArgumentError(InvalidArgumentError, ClientAuthenticationError):
    """No token was obtained: an argument or a variable of the credential is invalid."""


class TokenRequestError(ServiceRequestError, ClientAuthenticationError):
    """No token was obtained: there was no connection, or a proxy denied the request."""


class TokenTimeoutError(ServiceResponseTimeoutError, ClientAuthenticationError):
    """No token was obtained before the call's timeout passed."""


class TokenDecodeError(DecodeError, ClientAuthenticationError):
    """No token was obtained: the response is not one of the service that gives tokens."""


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


# The kinds that calls of a vault end with too. All others are a ClientAuthenticationError.
_TOKEN_CLASSES: Mapping[str, Type[AzureError]] = {
    "invalid-argument": TokenArgumentError,
    "credential-unavailable": CredentialUnavailableError,
    "timed-out": TokenTimeoutError,
    "denied-by-host": TokenRequestError,
    "transport": TokenRequestError,
    "unexpected-reply": TokenDecodeError,
}


# What the constructor sets from the other attributes.
_COMPOSED = ("summary", "message", "exc_msg", "error")


def exception_of_kind(kind: str, summary: str, **attributes: Any) -> AzureError:
    """Creates the exception for a kind of ``azure-error``."""
    if attributes.get("details", {}).get("step") == "get-token":
        return _TOKEN_CLASSES.get(kind, ClientAuthenticationError)(summary, kind=kind, **attributes)
    return _CLASSES.get(kind, AzureError)(summary, kind=kind, **attributes)


def token_failure(error: AzureError) -> AzureError:
    """The exception of a call that got no token: as in the Azure SDK, each is a :class:`ClientAuthenticationError`."""
    if isinstance(error, ClientAuthenticationError):
        return error
    attributes = {name: value for name, value in vars(error).items() if name not in _COMPOSED}
    failure = _TOKEN_CLASSES.get(error.kind, ClientAuthenticationError)(error.summary, **attributes)
    failure.__cause__ = error.__cause__
    return failure
