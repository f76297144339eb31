"""Credentials and functions of the program that the component asks: those of the Azure SDK, and assertions."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
from contextvars import ContextVar
from typing import Any, Callable, Optional

from wasmtime.component import Record

from .conversions import field, record

LOOP: ContextVar[Optional[asyncio.AbstractEventLoop]] = ContextVar("keyfob_loop", default=None)
"""The event loop that waits for the call which runs in this thread."""


class Provider:
    """Something that gives tokens or assertions, and what it last failed with."""

    def __init__(self, given: Any) -> None:
        self.given = given
        self.error: Optional[BaseException] = None

    @property
    def name(self) -> str:
        return getattr(self.given, "__name__", type(self.given).__name__)

    def token(self, request: Any) -> Record:
        """A token, by either way that the Azure SDK's credentials have."""
        claims, tenant, cae = field(request, "claims"), field(request, "tenant-id"), field(request, "enable-cae")
        options = {name: value for name, value in (("claims", claims), ("tenant_id", tenant)) if value is not None}
        if cae:
            options["enable_cae"] = True
        if hasattr(self.given, "get_token_info"):
            token = _finished(self.given.get_token_info(*field(request, "scopes"), options=options or None))
        else:
            token = _finished(self.given.get_token(*field(request, "scopes"), **options))
        if not isinstance(getattr(token, "token", None), str):
            raise TypeError(f"it gave {type(token).__name__}, and a token has the attributes token (str) and expires_on")
        refresh_on = getattr(token, "refresh_on", None)
        return record(
            token=_text(token.token),
            expires_on=_seconds(token.expires_on),
            refresh_on=None if refresh_on is None else _seconds(refresh_on),
        )

    def assertion(self) -> str:
        """An assertion, signed anew."""
        call: Callable[[], Any] = self.given
        assertion = _finished(call())
        if not isinstance(assertion, str):
            raise TypeError(f"it gave {type(assertion).__name__}, and an assertion is str")
        return _text(assertion)


def _text(given: str) -> str:
    """The component takes no lone surrogates; a token that has one is none."""
    return given.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _seconds(given: Any) -> int:
    """Unix seconds, in the range that the component takes."""
    return min(max(int(given), 0), 2**53)


def _finished(result: Any) -> Any:
    """What an asynchronous credential gives comes from the event loop that waits for this very call."""
    if not inspect.isawaitable(result):
        return result
    loop = LOOP.get()
    if loop is None:
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError("it is asynchronous: give it to the classes of keyfob.aio")

    async def finish() -> Any:
        return await result

    future = asyncio.run_coroutine_threadsafe(finish(), loop)
    while True:
        try:
            return future.result(timeout=1)
        except concurrent.futures.TimeoutError:
            if future.done():
                raise
            # Nobody would ever finish it, and this thread would keep the interpreter from ending.
            if loop.is_closed():
                raise RuntimeError("the event loop has ended") from None


def refusal(provider: Provider, error: Exception) -> Record:
    """Why there is no token, for the component; the exception itself is kept for who called."""
    provider.error = error
    unavailable = any(it.__name__ == "CredentialUnavailableError" for it in type(error).__mro__)
    text = str(error) or type(error).__name__
    return record(unavailable=unavailable, message=_text(f"{provider.name}: {text}"))
