"""Calls that do not block the event loop: each runs in the one thread of its instance."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any, Callable, TypeVar

from .guest import Guest
from .providers import EVENT_LOOP

T = TypeVar("T")


async def call_in_thread(guest: Guest, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Makes a call there. One that is cancelled goes on there to its end, and the next waits for it."""
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()

    def run() -> T:
        # An asynchronous credential of the program's is asked in this loop, which is free.
        EVENT_LOOP.set(loop)
        return function(*arguments, **options)

    return await loop.run_in_executor(guest.executor(), context.run, run)
