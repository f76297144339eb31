"""Credentials and functions of the program that the component calls: token providers and assertion providers."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from contextvars import ContextVar
from typing import Any, Callable, Optional, Tuple

from wasmtime.component import Record

from keyfob.exceptions import AzureError

from .conversions import field, record

EVENT_LOOP: ContextVar[Optional[asyncio.AbstractEventLoop]] = ContextVar("keyfob_loop", default=None)
"""The event loop that waits for the current call, if the call was made through :mod:`keyfob.aio`."""


_METHODS = ("get_token", "get_token_info")


def _is_own_method(credential: Any, name: str) -> bool:
    """Whether a method is this package's, and not one of a subclass or of a mock in its place."""
    method = getattr(type(credential), name, None)
    return name not in getattr(credential, "__dict__", ()) and str(getattr(method, "__module__", "")).startswith("keyfob.")


def has_own_methods(credential: Any) -> bool:
    """Whether the methods of a credential are this package's."""
    return all(_is_own_method(credential, name) for name in _METHODS)


class Provider:
    """A credential of the program, or a function that returns assertions, and its last exception."""

    def __init__(self, target: Any) -> None:
        self.target = target
        self.error: Optional[BaseException] = None

    @property
    def name(self) -> str:
        """The name for error messages: the function's or the class's, also of what is mocked."""
        return str(getattr(self.target, "__name__", self.target.__class__.__name__))

    def token(self, request: Any) -> Record:
        """Calls ``get_token_info``, or ``get_token`` if the credential does not have it.

        :param request: the WIT record ``token-request``.
        :returns: the WIT record ``provided-token``.
        :raises TypeError: the credential returned something else than a token.
        """
        claims, tenant, enable_cae = field(request, "claims"), field(request, "tenant-id"), field(request, "enable-cae")
        options = {name: value for name, value in (("claims", claims), ("tenant_id", tenant)) if value is not None}
        if enable_cae:
            options["enable_cae"] = True
        scopes = field(request, "scopes")
        token: Any = None
        if self._has_token_info():
            token = _resolve(self.target.get_token_info, *scopes, options=options or None)
        if not _is_token(token) and hasattr(self.target, "get_token"):
            # Also of a mock of a class with both methods, of which a test configured only this one.
            token = _resolve(self.target.get_token, *scopes, **options)
        if not _is_token(token):
            raise TypeError(
                f"it returned {type(token).__name__}; a token needs the attributes token (str) and expires_on (int)"
            )
        refresh_on = getattr(token, "refresh_on", None)
        return record(
            token=_replace_surrogates(token.token),
            expires_on=_unix_seconds(token.expires_on),
            refresh_on=None if refresh_on is None else _unix_seconds(refresh_on),
        )

    def _has_token_info(self) -> bool:
        """Whether to call ``get_token_info``: not if a subclass of this package's credential replaced only ``get_token``."""
        own = [_is_own_method(self.target, name) for name in _METHODS]
        return hasattr(self.target, "get_token_info") and own != [False, True]

    def assertion(self) -> str:
        """Calls the function for a new assertion.

        :raises TypeError: the function returned something else than a string.
        """
        function: Callable[[], Any] = self.target
        assertion = _resolve(function)
        if not isinstance(assertion, str):
            raise TypeError(f"it returned {type(assertion).__name__}; an assertion must be str")
        if not assertion.isascii():
            raise ValueError("it returned a text that is not ASCII; an assertion is")
        return assertion


def _replace_surrogates(text: str) -> str:
    """Replaces lone surrogates, which a WIT string can't hold. The component rejects the token that results."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _unix_seconds(value: Any) -> int:
    """Unix seconds, limited to the range that the component takes (0 to 2**53)."""
    return min(max(int(value), 0), 2**53)


def _is_token(value: Any) -> bool:
    return isinstance(getattr(value, "token", None), str)


def _resolve(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Calls a function of the program. An asynchronous one is called and awaited in the event loop that waits for this call.

    :raises TypeError: the function is asynchronous and the call was made by a synchronous class.
    """
    loop = EVENT_LOOP.get()
    if loop is not None and _is_asynchronous(function):
        return _run_in(loop, function, *arguments, **options)
    try:
        result = function(*arguments, **options)
    except RuntimeError as error:
        # It is no coroutine function, and yet needs the loop: it makes a task, for example.
        if loop is None or "event loop" not in str(error):
            raise
        return _run_in(loop, function, *arguments, **options)
    if not inspect.isawaitable(result):
        return result
    if loop is None:
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError("it is asynchronous: use it with the classes of keyfob.aio")
    return _run_in(loop, lambda: result)


def _is_asynchronous(function: Callable[..., Any]) -> bool:
    """Whether a function, or the credential whose method it is, is for asyncio."""
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):
        return True
    owner = type(getattr(function, "__self__", None))
    return hasattr(owner, "__aexit__") and not hasattr(owner, "__exit__")


def _run_in(loop: asyncio.AbstractEventLoop, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    async def call() -> Tuple[Any, Optional[Exception]]:
        try:
            result = function(*arguments, **options)
            return (await result if inspect.isawaitable(result) else result), None
        except Exception as error:
            # A future would give a copy of a TimeoutError, without the program's frames.
            return None, error

    future = asyncio.run_coroutine_threadsafe(call(), loop)
    while True:
        try:
            result, failure = future.result(timeout=1)
            break
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError from None
        except concurrent.futures.TimeoutError:
            # The future would never be done, and this thread would keep the interpreter from ending.
            if loop.is_closed():
                raise RuntimeError("the event loop was closed before the credential returned") from None
    if failure is not None:
        raise failure
    return result


def provider_error(provider: Provider, error: Exception) -> Record:
    """The WIT record ``provider-error`` for an exception. The provider keeps the exception, for the error's cause."""
    provider.error = error
    unavailable = any(base.__name__ == "CredentialUnavailableError" for base in type(error).__mro__)
    # The text of this package's exceptions has several lines; their hint is passed on.
    text = error.summary if isinstance(error, AzureError) else str(error) or type(error).__name__
    for separator in (": ", " "):
        # The exceptions of the Azure SDK begin with the name of the credential.
        text = text.removeprefix(provider.name + separator) if text != provider.name else text
    return record(unavailable=unavailable, message=_replace_surrogates(f"{provider.name}: {text}"))
