"""One instance of the component, with its store: a credential and the clients that were made with it.

Whatever a thread does here it does under the instance's lock. What the component holds can be lost: it traps, or the process
was forked while another thread was in it. Then the next call makes another instance, and each handle makes its resource
again, with the options and the environment that it was first made with.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable, Deque, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from wasmtime import WasmtimeError

from keyfob.exceptions import AzureError, ServiceRequestError, ServiceResponseError

from .engine import Running, compiled
from .host import Host
from .providers import Provider
from .conversions import settled

_current = threading.local()
_instances: "weakref.WeakSet[Instance]" = weakref.WeakSet()


def _dispatch(name: str) -> Callable[..., Any]:
    """A function of the linker, which is the process's: it does what the instance's host does that calls in this thread."""
    method = name.replace("-", "_")

    def call(_store: Any, *arguments: Any) -> Any:
        instance: Instance = _current.instance
        instance.host_called = True
        try:
            return getattr(instance.host, method)(*arguments)
        except BaseException as error:
            # Traps. wasmtime would hand this exception to whichever thread comes out of a call first.
            instance.raised = error
            raise WasmtimeError("the host stopped the call") from None

    return call


class Options(NamedTuple):
    """A builder resource that is made for one call: interface, name, and its methods with their arguments."""

    interface: str
    name: str
    set: List[Tuple[str, Tuple[Any, ...]]]


class Handle:
    """A resource of an instance, or how it is made again. Dropped when nobody has it any more."""

    def __init__(self, instance: "Instance", make: Callable[[], Any]) -> None:
        self.instance = instance
        self._make = make
        self._of: Optional[Running] = None
        self._number = 0

    def resource(self, running: Running) -> Any:
        """The resource in this instance. Only under the instance's lock."""
        if self._of is not running:
            self.hold(running, self._make())
        return running.resources[self._number]

    def hold(self, running: Running, resource: Any) -> None:
        """Has this resource from now on."""
        self._of, self._number = running, running.keep(resource)

    def __del__(self) -> None:
        if self._of is not None:
            self.instance.drop_later(self._of, self._number)


class Instance:
    """One at a time may be in it, and who is in it may not come again from within (a provider that asks its own client)."""

    def __init__(self) -> None:
        self.host = Host()
        self.raised: Optional[BaseException] = None
        self.host_called = False
        self._running: Optional[Running] = None
        self._drops: Deque[Tuple[Running, int]] = deque()
        self._executor: Optional[ThreadPoolExecutor] = None
        self._begin_anew()
        _instances.add(self)

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._inside: Optional[int] = None

    def drop_later(self, running: Running, number: int) -> None:
        """From any thread, also in the midst of a call: the next one drops it."""
        self._drops.append((running, number))

    def executor(self) -> ThreadPoolExecutor:
        """The one thread in which asynchronous calls are made, because one at a time may be made anyway."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keyfob")
        return self._executor

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        """Calls the component; raises the exception for its ``azure-error``."""
        with self._entered():
            return self.call_inside(interface, function, *arguments)

    def hold(self, interface: str, function: str, *arguments: Any) -> Handle:
        """The same for a function that gives a resource which can't be made again."""
        with self._entered() as running:
            made: Any = self.call_inside(interface, function, *arguments)
            handle = Handle(self, _gone)
            handle.hold(running, made)
            return handle

    def open(self, handle: Handle) -> None:
        """Makes a handle's resource now, so that what is wrong with it is said now."""
        with self._entered() as running:
            handle.resource(running)

    def call_inside(self, interface: str, function: str, *arguments: Any) -> Any:
        """The same for who has the lock: how a handle makes its resource."""
        running = self._running
        assert running is not None
        made: List[int] = []
        try:
            given = [self._given(argument, running, made) for argument in arguments]
            self.host_called = False
            result = running.call(interface, function, *given)
        except Exception as error:
            # Before it was entered, it was an argument that is of another type. After that the component is dead, however
            # wasmtime tells it.
            if self.host_called and not isinstance(error, (AzureError, WasmtimeError)):
                self._running = None
            raise
        finally:
            for number in made:
                self.drop_later(running, number)
        return settled(result)

    def _given(self, argument: Any, running: Running, made: List[int]) -> Any:
        if isinstance(argument, Handle):
            if argument.instance is not self:
                raise RuntimeError("a handle of another instance; this is a mistake in keyfob")
            return argument.resource(running)
        if isinstance(argument, list):
            return [self._given(one, running, made) for one in argument]
        if isinstance(argument, Options):
            if not argument.set:
                return None
            options = running.call(argument.interface, f"[constructor]{argument.name}")
            made.append(running.keep(options))
            for method, values in argument.set:
                running.call(argument.interface, f"[method]{argument.name}.{method}", options, *values)
            return options
        return argument

    @contextmanager
    def environment(self, variables: Mapping[str, str]) -> Iterator[None]:
        """The environment that a credential is made in."""
        before, self.host.variables = self.host.variables, variables
        try:
            yield
        finally:
            self.host.variables = before

    def provider(self, given: Any) -> int:
        """The number of a credential or a function of the program."""
        for number, provider in enumerate(self.host.providers):
            if provider.given is given:
                return number
        self.host.providers.append(Provider(given))
        return len(self.host.providers) - 1

    @contextmanager
    def _entered(self) -> Iterator[Running]:
        if self._inside == threading.get_ident():
            raise RuntimeError(
                "this credential or client is in use by the very call that asks for a token: a credential that is given "
                "to Keyfob can't itself use what was made with it"
            )
        with self._lock:
            self._inside = threading.get_ident()
            outer = getattr(_current, "instance", None)
            _current.instance = self
            try:
                if self._running is None:
                    self.host.begin_anew()
                    self._running = compiled(_dispatch).instantiate()
                yield self._ready(self._running)
            except WasmtimeError as error:
                raise self._stopped(error)
            except AzureError as error:
                self._explain(error)
                raise
            finally:
                _current.instance = outer
                self._inside = None
                self.host.failure = None
                for provider in self.host.providers:
                    provider.error = None

    def _ready(self, running: Running) -> Running:
        while self._drops:
            of, number = self._drops.popleft()
            if of is running:
                running.drop(number)
        return running

    def _explain(self, error: AzureError) -> None:
        """Behind an error stands the exception of the credential of the program that failed, or of the connection."""
        if self.host.failure is not None and isinstance(error, (ServiceRequestError, ServiceResponseError)):
            error.__cause__ = error.inner_exception = self.host.failure
        for provider in self.host.providers:
            if provider.error is not None:
                error.__cause__ = error.inner_exception = provider.error

    def _stopped(self, error: WasmtimeError) -> BaseException:
        """The instance is dead; the next call makes another one."""
        self._running = None
        raised, self.raised = self.raised, None
        if raised is not None:
            return raised
        stopped = AzureError(
            "the component stopped in the midst of the call",
            hint="Call again: another one takes its place. If it stops again, report it with what this exception has as its cause",
        )
        stopped.__cause__ = error
        return stopped

    def after_fork(self) -> None:
        """In the child: what a thread of the parent was in the midst of will never end."""
        if self._inside is not None and self._running is not None:
            self._running.abandon()
            self._running = None
        self._executor = None
        self.host.after_fork()
        self._begin_anew()


def _gone() -> Any:
    raise AzureError(
        "the component was replaced after a failure, and with it went what this list or poller had reached",
        hint="Begin the list or the operation anew",
    )


def _after_fork() -> None:
    for instance in list(_instances):
        instance.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
