"""Calls for asyncio. They run in a thread, so that the event loop is not blocked."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any, Callable, TypeVar

from keyfob._redaction import cleaned

from .guest import Guest
from .providers import EVENT_LOOP

T = TypeVar("T")


async def call_in_thread(guest: Guest, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Runs a function in the guest's executor and waits for its result.

    Cancelling the task does not stop the function: it runs to its end, and the guest's next call waits for it.
    """
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()

    def run() -> T:
        # Asynchronous credentials of the program run in this event loop, which is not blocked meanwhile.
        EVENT_LOOP.set(loop)
        return function(*arguments, **options)

    try:
        return await loop.run_in_executor(guest.executor(), context.run, run)
    except BaseException as error:
        failure = cleaned(error)
    del arguments, options, run
    raise failure
