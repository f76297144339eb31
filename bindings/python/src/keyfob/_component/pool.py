"""The guests of a credential and of the clients that use it.

Calls from several threads go in parallel, each in a guest of its own. A call takes the guest that was used last, so calls that
do not overlap share one guest with its cached tokens.
"""

from __future__ import annotations

import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Iterator, List, Optional, Set, Tuple

from .deadline import Deadline
from .engine import ComponentInstance
from .guest import DEFAULT_TIMEOUT_SECONDS, Guest, ResourceHandle, lost_resource
from .options import Options
from .transport import Transport
from .wit import Function

# A further call waits until a guest is free. Each guest requests tokens for itself, and has memory of its own.
_MAX_GUESTS = 16
# Each asynchronous call has a thread, in which it also waits for a guest.
_MAX_ASYNC_CALLS = 256

_pools: "weakref.WeakSet[GuestPool]" = weakref.WeakSet()


class GuestPool:
    """The guests of one credential. Each call takes one that no other call uses.

    :param timeout: the time limit in seconds of a call without the option ``timeout``.
    :param max_guests: the most calls at the same time; 16 by default.
    """

    def __init__(self, timeout: float = DEFAULT_TIMEOUT_SECONDS, max_guests: Optional[int] = None) -> None:
        self._transport = Transport()
        self.first = Guest(self._transport)
        """The guest that there always is."""
        self.timeout = timeout
        self._max_guests = _MAX_GUESTS if max_guests is None else max_guests
        self._guests = [self.first]
        self._executor: Optional[ThreadPoolExecutor] = None
        self._reset()
        _pools.add(self)

    def _reset(self) -> None:
        self._condition = threading.Condition()
        # The last one was used last.
        self._idle: List[Guest] = list(self._guests)
        self._callers: Set[int] = set()

    def executor(self) -> ThreadPoolExecutor:
        """The executor of asynchronous calls."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=_MAX_ASYNC_CALLS, thread_name_prefix="keyfob")
        return self._executor

    def call(self, function: Function, *arguments: Any) -> Any:
        """Calls an exported function and returns its value.

        :raises AzureError: the function returned an ``azure-error``, the component trapped, or the time limit passed.
        """
        with self._taken(arguments) as (guest, _):
            return guest.call(function, *arguments)

    def call_for_resource(self, function: Function, *arguments: Any) -> ResourceHandle:
        """Calls a function that returns a resource which can't be created again, such as a list or a poller."""
        with self._taken(arguments) as (guest, instance):
            resource: Any = guest.call(function, *arguments)
            handle = ResourceHandle(lost_resource, guest, self._timeout(arguments))
            handle.attach(guest, instance, resource)
            return handle

    def create(self, handle: ResourceHandle) -> None:
        """Creates a handle's resource now, so that invalid options are reported now."""
        with self._taken((handle,)) as (guest, instance):
            handle.resource(guest, instance)

    def _timeout(self, arguments: Tuple[Any, ...]) -> float:
        for argument in arguments:
            if isinstance(argument, Options):
                for name, values in argument.setters:
                    if name == "timeout":
                        return float(values[0]) / 1000
        handles = [one for one in arguments if isinstance(one, ResourceHandle)]
        return next((one.timeout for one in handles if one.timeout is not None), self.timeout)

    @contextmanager
    def _taken(self, arguments: Tuple[Any, ...]) -> Iterator[Tuple[Guest, ComponentInstance]]:
        if threading.get_ident() in self._callers:
            raise RuntimeError(
                "the credential used the client or chain that is waiting for its token: a credential that is passed to "
                "Keyfob must not use a client or chain that depends on it"
            )
        deadline = Deadline(self._timeout(arguments))
        wanted = next((one.guest for one in arguments if isinstance(one, ResourceHandle) and one.guest), None)
        condition = self._condition
        deadline.cancellation.check()
        guest = self._take(wanted, deadline)
        try:
            with guest.entered(deadline) as instance:
                yield guest, instance
        finally:
            # After a fork the child has other conditions.
            if condition is self._condition:
                with condition:
                    self._callers.discard(threading.get_ident())
                    self._idle.append(guest)
                    condition.notify_all()

    def _take(self, wanted: Optional[Guest], deadline: Deadline) -> Guest:
        with self._condition:
            while True:
                guest = self._available(wanted)
                if guest is not None:
                    self._callers.add(threading.get_ident())
                    return guest
                remaining = deadline.remaining()
                if remaining <= 0:
                    raise deadline.error("other calls with the same credential had not ended")
                self._condition.wait(min(remaining, threading.TIMEOUT_MAX))

    def _available(self, wanted: Optional[Guest]) -> Optional[Guest]:
        if wanted is not None:
            if wanted not in self._idle:
                return None
            self._idle.remove(wanted)
            return wanted
        if self._idle:
            return self._idle.pop()
        if len(self._guests) < self._max_guests:
            self._guests.append(Guest(self._transport))
            return self._guests[-1]
        return None

    def after_fork(self) -> None:
        """In the child process: discards what belongs to threads of the parent, which do not exist here."""
        self._transport.reset()
        for guest in self._guests:
            guest.after_fork(in_use=guest not in self._idle)
        self._executor = None
        self._reset()


def _after_fork() -> None:
    for pool in list(_pools):
        pool.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
