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
from typing import Any, Callable, Deque, Iterator, List, Mapping, Optional, Tuple

from wasmtime import WasmtimeError

from keyfob.exceptions import AzureError, ServiceRequestError, ServiceResponseError

from .conversions import unwrap_result
from .engine import ComponentInstance, compiled_component
from .host import Host
from .options import Options
from .providers import Provider
from .wit import Function

_current = threading.local()
_guests: "weakref.WeakSet[Guest]" = weakref.WeakSet()


def _host_function(name: str) -> Callable[..., Any]:
    """A function of the linker, which is the process's: it does what the instance's host does that calls in this thread."""
    method = name.replace("-", "_")

    def call(_store: Any, *arguments: Any) -> Any:
        guest: Guest = _current.guest
        guest.host_called = True
        try:
            return getattr(guest.host, method)(*arguments)
        except BaseException as error:
            # Traps. wasmtime would hand this exception to whichever thread comes out of a call first.
            guest.host_exception = error
            raise WasmtimeError("the host stopped the call") from None

    return call


class ResourceHandle:
    """A resource of an instance, or how it is made again. Dropped when nobody has it any more."""

    def __init__(self, guest: "Guest", create: Callable[[], Any]) -> None:
        self.guest = guest
        self._create = create
        self._owner: Optional[ComponentInstance] = None
        self._id = 0

    def resource(self, instance: ComponentInstance) -> Any:
        """The resource in this instance. Only under the instance's lock."""
        if self._owner is not instance:
            self.attach(instance, self._create())
        return instance.resources[self._id]

    def attach(self, instance: ComponentInstance, resource: Any) -> None:
        """Has this resource from now on."""
        self._owner, self._id = instance, instance.add(resource)

    def __del__(self) -> None:
        if self._owner is not None:
            self.guest.defer_drop(self._owner, self._id)


class Guest:
    """One at a time may be in it, and who is in it may not come again from within (a provider that asks its own client)."""

    def __init__(self) -> None:
        self.host = Host()
        self.host_exception: Optional[BaseException] = None
        self.host_called = False
        self._instance: Optional[ComponentInstance] = None
        self._deferred_drops: Deque[Tuple[ComponentInstance, int]] = deque()
        self._executor: Optional[ThreadPoolExecutor] = None
        self._reset_lock()
        _guests.add(self)

    def _reset_lock(self) -> None:
        self._lock = threading.Lock()
        self._lock_owner: Optional[int] = None

    def defer_drop(self, instance: ComponentInstance, id: int) -> None:
        """From any thread, also in the midst of a call: the next one drops it."""
        self._deferred_drops.append((instance, id))

    def executor(self) -> ThreadPoolExecutor:
        """The one thread in which asynchronous calls are made, because one at a time may be made anyway."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keyfob")
        return self._executor

    def call(self, function: Function, *arguments: Any) -> Any:
        """Calls the component; raises the exception for its ``azure-error``."""
        with self._locked():
            return self.call_locked(function, *arguments)

    def call_for_resource(self, function: Function, *arguments: Any) -> ResourceHandle:
        """The same for a function that gives a resource which can't be made again."""
        with self._locked() as instance:
            made: Any = self.call_locked(function, *arguments)
            handle = ResourceHandle(self, _lost_resource)
            handle.attach(instance, made)
            return handle

    def create(self, handle: ResourceHandle) -> None:
        """Makes a handle's resource now, so that what is wrong with it is said now."""
        with self._locked() as instance:
            handle.resource(instance)

    def call_locked(self, function: Function, *arguments: Any) -> Any:
        """The same for who has the lock: how a handle makes its resource."""
        instance = self._instance
        assert instance is not None
        made: List[int] = []
        try:
            converted = [self._to_component(argument, instance, made) for argument in arguments]
            self.host_called = False
            result = instance.call(function, *converted)
        except Exception as error:
            # Before it was entered, it was an argument that is of another type. After that the component is dead, however
            # wasmtime tells it.
            if self.host_called and not isinstance(error, (AzureError, WasmtimeError)):
                self._instance = None
            raise
        finally:
            for id in made:
                self.defer_drop(instance, id)
        return unwrap_result(result)

    def _to_component(self, argument: Any, instance: ComponentInstance, made: List[int]) -> Any:
        if isinstance(argument, ResourceHandle):
            if argument.guest is not self:
                raise RuntimeError("a handle of another instance; this is a mistake in keyfob")
            return argument.resource(instance)
        if isinstance(argument, list):
            return [self._to_component(one, instance, made) for one in argument]
        if isinstance(argument, Options):
            if not argument.setters:
                return None
            options = instance.call(argument.resource.constructor())
            made.append(instance.add(options))
            for name, values in argument.setters:
                instance.call(argument.resource.setter(name), options, *values)
            return options
        return argument

    @contextmanager
    def using_environment(self, variables: Mapping[str, str]) -> Iterator[None]:
        """The environment that a credential is made in."""
        previous, self.host.variables = self.host.variables, variables
        try:
            yield
        finally:
            self.host.variables = previous

    def register_provider(self, target: Any) -> int:
        """The number of a credential or a function of the program."""
        for number, provider in enumerate(self.host.providers):
            if provider.target is target:
                return number
        self.host.providers.append(Provider(target))
        return len(self.host.providers) - 1

    @contextmanager
    def _locked(self) -> Iterator[ComponentInstance]:
        if self._lock_owner == threading.get_ident():
            raise RuntimeError(
                "this credential or client is in use by the very call that asks for a token: a credential that is given "
                "to Keyfob can't itself use what was made with it"
            )
        with self._lock:
            self._lock_owner = threading.get_ident()
            outer = getattr(_current, "guest", None)
            _current.guest = self
            try:
                if self._instance is None:
                    self.host.reset()
                    self._instance = compiled_component(_host_function).instantiate()
                yield self._drop_deferred(self._instance)
            except WasmtimeError as error:
                raise self._trapped(error)
            except AzureError as error:
                self._set_cause(error)
                raise
            finally:
                _current.guest = outer
                self._lock_owner = None
                self.host.send_exception = None
                for provider in self.host.providers:
                    provider.error = None

    def _drop_deferred(self, instance: ComponentInstance) -> ComponentInstance:
        while self._deferred_drops:
            owner, id = self._deferred_drops.popleft()
            if owner is instance:
                instance.drop(id)
        return instance

    def _set_cause(self, error: AzureError) -> None:
        """Behind an error stands the exception of the credential of the program that failed, or of the connection."""
        if self.host.send_exception is not None and isinstance(error, (ServiceRequestError, ServiceResponseError)):
            error.__cause__ = error.inner_exception = self.host.send_exception
        for provider in self.host.providers:
            if provider.error is not None:
                error.__cause__ = error.inner_exception = provider.error

    def _trapped(self, error: WasmtimeError) -> BaseException:
        """The instance is dead; the next call makes another one."""
        self._instance = None
        exception, self.host_exception = self.host_exception, None
        if exception is not None:
            return exception
        stopped = AzureError(
            "the component stopped in the midst of the call",
            hint="Call again: another one takes its place. If it stops again, report it with what this exception has as its cause",
        )
        stopped.__cause__ = error
        return stopped

    def after_fork(self) -> None:
        """In the child: what a thread of the parent was in the midst of will never end."""
        if self._lock_owner is not None and self._instance is not None:
            self._instance.leak()
            self._instance = None
        self._executor = None
        self.host.after_fork()
        self._reset_lock()


def _lost_resource() -> Any:
    raise AzureError(
        "the component was replaced after a failure, and with it went what this list or poller had reached",
        hint="Begin the list or the operation anew",
    )


def _after_fork() -> None:
    for guest in list(_guests):
        guest.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
