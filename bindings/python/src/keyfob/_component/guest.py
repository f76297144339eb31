"""The component instance of a credential and of the clients that use it.

A lock lets one thread at a time use the instance. The instance is replaced after a trap, and after a fork during a
call. The resources in it are lost then; each :class:`ResourceHandle` creates its resource again, with the options and
the environment that it was first created with.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable, Deque, Iterator, List, Optional, Tuple

from wasmtime import WasmtimeError
from wasmtime.component import Variant

from keyfob._redaction import clean_program_error
from keyfob.exceptions import (
    AzureError,
    ClientAuthenticationError,
    InvalidArgumentError,
    ServiceRequestError,
    ServiceResponseError,
)

from .conversions import unwrap_result
from .engine import ComponentInstance, compiled_component
from .environment import Environment
from .host import Host
from .options import Options
from .providers import Provider
from .wit import Function

_current = threading.local()
_guests: "weakref.WeakSet[Guest]" = weakref.WeakSet()


def _host_function(name: str) -> Callable[..., Any]:
    """The implementation of an imported function, by its WIT name.

    All guests of the process share one linker, so the function looks up the guest that is calling in this thread.
    """
    method = name.replace("-", "_")

    def call(_store: Any, *arguments: Any) -> Any:
        guest: Guest = _current.guest
        guest.host_called = True
        try:
            return getattr(guest.host, method)(*arguments)
        except BaseException as error:
            # Trap with an exception of wasmtime's and keep the original: wasmtime would raise the original in
            # whichever thread returns from a call first.
            guest.host_exception = error
            raise WasmtimeError("a host function raised an exception") from None

    return call


class ResourceHandle:
    """A resource of the component, and the function that creates it again in another instance.

    The resource is dropped when the handle is garbage.
    """

    def __init__(self, guest: "Guest", create: Callable[[], Any]) -> None:
        self.guest = guest
        self._create = create
        self._owner: Optional[ComponentInstance] = None
        self._id = 0

    def resource(self, instance: ComponentInstance) -> Any:
        """The resource in this instance; creates it if needed. The caller holds the guest's lock."""
        if self._owner is not instance:
            self.attach(instance, self._create())
        return instance.resources[self._id]

    def attach(self, instance: ComponentInstance, resource: Any) -> None:
        """Takes ownership of a resource."""
        self._owner, self._id = instance, instance.add(resource)

    def __del__(self) -> None:
        if self._owner is not None:
            self.guest.defer_drop(self._owner, self._id)


class Guest:
    """A component instance that threads share and that is replaced when it is lost.

    Its lock is not reentrant: a credential of the program must not use a client that depends on it.
    """

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
        """Drops a resource at the beginning of the next call. Any thread may do this at any time."""
        self._deferred_drops.append((instance, id))

    def executor(self) -> ThreadPoolExecutor:
        """The executor of asynchronous calls. It has one thread, because the lock admits one call at a time."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keyfob")
        return self._executor

    def call(self, function: Function, *arguments: Any) -> Any:
        """Calls an exported function and returns its value.

        :raises AzureError: the function returned an ``azure-error``, or the component trapped.
        """
        with self._locked():
            return self.call_locked(function, *arguments)

    def call_for_resource(self, function: Function, *arguments: Any) -> ResourceHandle:
        """Calls a function that returns a resource which can't be created again, such as a list or a poller."""
        with self._locked() as instance:
            resource: Any = self.call_locked(function, *arguments)
            handle = ResourceHandle(self, _lost_resource)
            handle.attach(instance, resource)
            return handle

    def create(self, handle: ResourceHandle) -> None:
        """Creates a handle's resource now, so that invalid options are reported now."""
        with self._locked() as instance:
            handle.resource(instance)

    def call_locked(self, function: Function, *arguments: Any) -> Any:
        """Like :meth:`call`, for a caller that holds the lock: a handle that creates its resource."""
        instance = self._instance
        assert instance is not None
        temporary_ids: List[int] = []
        try:
            converted = [self._to_component(argument, instance, temporary_ids) for argument in arguments]
            self.host_called = False
            result = instance.call(function, *converted)
        except Exception as error:
            # Without a host call, the error is an argument of the wrong type, found before the component was entered.
            # After a host call the component has been left in the middle of its work and can't be used again.
            if self.host_called and not isinstance(error, (AzureError, WasmtimeError)):
                self._instance = None
            raise
        finally:
            for id in temporary_ids:
                self.defer_drop(instance, id)
        return unwrap_result(result)

    def _to_component(self, argument: Any, instance: ComponentInstance, temporary_ids: List[int]) -> Any:
        """An argument for wasmtime. Adds to `temporary_ids` the resources that are dropped after the call."""
        if isinstance(argument, ResourceHandle):
            if argument.guest is not self:
                raise RuntimeError("a resource handle belongs to another guest; this is a bug in keyfob")
            return argument.resource(instance)
        _check_text(argument)
        if isinstance(argument, list):
            return [self._to_component(one, instance, temporary_ids) for one in argument]
        if isinstance(argument, Options):
            if not argument.setters:
                return None
            options = instance.call(argument.resource.constructor())
            temporary_ids.append(instance.add(options))
            for name, values in argument.setters:
                _check_text(values)
                instance.call(argument.resource.setter(name), options, *values)
            return options
        return argument

    @contextmanager
    def using_environment(self, environment: Environment) -> Iterator[None]:
        """Within the block, the component sees these environment variables.

        :raises InvalidArgumentError: one of them is not UTF-8.
        """
        previous, self.host.variables = self.host.variables, environment.variables()
        try:
            yield
        finally:
            self.host.variables = previous

    def register_provider(self, target: Any) -> int:
        """The number by which the component calls a credential or a function of the program."""
        for number, provider in enumerate(self.host.providers):
            if provider.target is target:
                return number
        self.host.providers.append(Provider(target))
        return len(self.host.providers) - 1

    @contextmanager
    def _locked(self) -> Iterator[ComponentInstance]:
        if self._lock_owner == threading.get_ident():
            raise RuntimeError(
                "the credential used the client or chain that is waiting for its token: a credential that is passed to "
                "Keyfob must not use a client or chain that depends on it"
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
                self.host.send_exception = self.host.file_exception = None
                for provider in self.host.providers:
                    provider.error = None

    def _drop_deferred(self, instance: ComponentInstance) -> ComponentInstance:
        while self._deferred_drops:
            owner, id = self._deferred_drops.popleft()
            if owner is instance:
                instance.drop(id)
        return instance

    def _set_cause(self, error: AzureError) -> None:
        """Sets an error's cause: the exception of the connection, or of the program's credential or function."""
        if self.host.send_exception is not None and isinstance(error, (ServiceRequestError, ServiceResponseError)):
            error.__cause__ = error.inner_exception = self.host.send_exception
        if self.host.file_exception is not None and isinstance(error, ClientAuthenticationError):
            error.__cause__ = error.inner_exception = self.host.file_exception
        for provider in self.host.providers:
            if provider.error is not None:
                error.__cause__ = error.inner_exception = clean_program_error(provider.error)

    def _trapped(self, error: WasmtimeError) -> BaseException:
        """Discards the instance after a trap and returns the exception for it."""
        self._instance = None
        exception, self.host_exception = self.host_exception, None
        if exception is not None:
            return exception
        trapped = AzureError(
            "the WebAssembly component stopped during the call",
            hint="Call again: the component is restarted. If it stops again, report this exception with its __cause__",
        )
        error.__traceback__ = None
        trapped.__cause__ = error
        return trapped

    def after_fork(self) -> None:
        """In the child process: discards what belongs to threads of the parent, which do not exist here."""
        if self._lock_owner is not None and self._instance is not None:
            self._instance.leak()
            self._instance = None
        self._executor = None
        self.host.after_fork()
        self._reset_lock()


def _check_text(value: Any) -> None:
    """Refuses a text that can't be encoded, before the encoder's exception would hold it.

    :raises InvalidArgumentError: a text holds half of a surrogate pair.
    """
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidArgumentError(
                "a text that was given holds half of a surrogate pair, which is no character; nothing was sent",
                kind="invalid-argument",
            )
    elif isinstance(value, (list, tuple)):
        for one in value:
            _check_text(one)
    elif isinstance(value, Variant):
        _check_text(value.payload)


def _lost_resource() -> Any:
    raise AzureError(
        "the WebAssembly component was restarted after a failure, so this list or poller is not valid any more",
        hint="Start the list or the operation again",
    )


def _after_fork() -> None:
    for guest in list(_guests):
        guest.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
