"""Calls for asyncio. They run in a thread, so that the event loop is not blocked."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any, Callable, TypeVar

from keyfob._redaction import cleaned

from .deadline import monotonic_ns, set_start
from .pool import GuestPool
from .providers import EVENT_LOOP

T = TypeVar("T")


async def call_in_thread(pool: GuestPool, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Runs a function in the pool's executor and waits for its result.

    Cancelling the task does not stop the function: it runs to its end.
    """
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    started_at = monotonic_ns()

    def run() -> T:
        # Asynchronous credentials of the program run in this event loop, which is not blocked meanwhile.
        EVENT_LOOP.set(loop)
        set_start(started_at)
        return function(*arguments, **options)

    try:
        return await loop.run_in_executor(pool.executor(), context.run, run)
    except BaseException as error:
        failure = cleaned(error)
    del arguments, options, run
    raise failure
