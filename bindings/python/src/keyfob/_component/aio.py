"""Calls for asyncio. They run in a thread, so that the event loop is not blocked."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any, Callable, TypeVar

from keyfob._redaction import cleaned

from .deadline import Cancellation, monotonic_ns, set_waiting_task
from .pool import GuestPool
from .providers import EVENT_LOOP

T = TypeVar("T")


async def call_in_thread(pool: GuestPool, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Runs a function in the pool's executor and waits for its result.

    If the task is cancelled, the function's requests are ended. A credential of the program that it is waiting for runs on.
    """
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    started_at = monotonic_ns()
    cancellation = Cancellation()

    def run() -> T:
        # Asynchronous credentials of the program run in this event loop, which is not blocked meanwhile.
        EVENT_LOOP.set(loop)
        set_waiting_task(started_at, cancellation)
        return function(*arguments, **options)

    try:
        return await loop.run_in_executor(pool.executor(), context.run, run)
    except BaseException as error:
        cancellation.cancel()
        failure = cleaned(error)
    raise failure
