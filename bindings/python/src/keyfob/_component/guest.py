"""A component instance with its host functions, and the resources in it.

One thread at a time uses a guest. Its instance is replaced after a trap, and after a fork during a call. The resources in it
are lost then; each :class:`ResourceHandle` creates its resource again, with the options and the environment that it was first
created with.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import Any, Callable, Deque, Dict, Iterator, List, Optional, Tuple

from wasmtime import Trap, TrapCode, WasmtimeError
from wasmtime.component import Variant

from keyfob._redaction import clean_program_error, has_frames, transport_reason
from keyfob.exceptions import (
    AzureError,
    ClientAuthenticationError,
    InvalidArgumentError,
    ServiceRequestError,
    ServiceResponseError,
)

from .conversions import unwrap_result
from .deadline import Deadline
from .engine import ComponentInstance, compiled_component
from .environment import Environment
from .host import Host
from .options import Options
from .providers import Provider
from .transport import AUTHORITIES_HINT, AuthoritiesError, Transport
from .wit import Function

DEFAULT_TIMEOUT_SECONDS = 30.0
"""The component's own limit of a call without the option ``timeout``."""
MANAGED_IDENTITY_TIMEOUT_SECONDS = 100.0
"""The same with a managed identity credential alone."""

# A call that began this long ago, because it waited for another one, gets only the rest of its time.
_UNNOTICED_SECONDS = 0.05

# The program's own functions. While they work, nothing can stop them.
_PROVIDER_FUNCTIONS = ("get-token", "get-assertion")

_current = threading.local()


def _host_function(name: str) -> Callable[..., Any]:
    """The implementation of an imported function, by its WIT name.

    All guests of the process share one linker, so the function looks up the guest that is calling in this thread.
    """
    method = name.replace("-", "_")

    def call(_store: Any, *arguments: Any) -> Any:
        guest: Guest = _current.guest
        guest.host_called = True
        try:
            result = getattr(guest.host, method)(*arguments)
            if name in _PROVIDER_FUNCTIONS:
                guest.extend()
            return result
        except BaseException as error:
            # Trap with an exception of wasmtime's and keep the original: wasmtime would raise the original in
            # whichever thread returns from a call first.
            guest.host_exception = error
            raise WasmtimeError("a host function raised an exception") from None

    return call


class ResourceHandle:
    """A resource of the component, and the function that creates it again in each guest that needs it.

    The resources are dropped when the handle is garbage.

    :param guest: the only guest that may have it, or None if each may.
    :param timeout: the time limit in seconds of a call whose options have none.
    """

    def __init__(
        self, create: Callable[["Guest"], Any], guest: Optional["Guest"] = None, timeout: Optional[float] = None
    ) -> None:
        self.guest = guest
        self.timeout = timeout
        self._create = create
        self._resources: Dict["Guest", Tuple[ComponentInstance, int]] = {}

    def resource(self, guest: "Guest", instance: ComponentInstance) -> Any:
        """The resource in this guest; creates it if needed. The caller has taken the guest."""
        if self.guest is not None and self.guest is not guest:
            raise RuntimeError("a resource handle belongs to another guest; this is a bug in keyfob")
        if guest not in self._resources or self._resources[guest][0] is not instance:
            self.attach(guest, instance, self._create(guest))
        return instance.resources[self._resources[guest][1]]

    def attach(self, guest: "Guest", instance: ComponentInstance, resource: Any) -> None:
        """Takes ownership of a resource."""
        self._resources[guest] = (instance, instance.add(resource))

    def __del__(self) -> None:
        for guest, (instance, id) in self._resources.items():
            guest.defer_drop(instance, id)


class Guest:
    """A component instance that one thread at a time uses, and that is replaced when it is lost."""

    def __init__(self, transport: Transport) -> None:
        self.host = Host(transport)
        self.host_exception: Optional[BaseException] = None
        self.host_called = False
        self.instance: Optional[ComponentInstance] = None
        self.deferred_drops: Deque[Tuple[ComponentInstance, int]] = deque()
        self._deadline = Deadline(DEFAULT_TIMEOUT_SECONDS)

    def defer_drop(self, instance: ComponentInstance, id: int) -> None:
        """Drops a resource at the beginning of the next call. Any thread may do this at any time."""
        self.deferred_drops.append((instance, id))

    def call(self, function: Function, *arguments: Any) -> Any:
        """Calls an exported function and returns its value. The caller has entered the guest.

        :raises AzureError: the function returned an ``azure-error``.
        """
        instance = self.instance
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
                self.instance = None
            raise
        finally:
            for id in temporary_ids:
                self.defer_drop(instance, id)
        return unwrap_result(result)

    def _to_component(self, argument: Any, instance: ComponentInstance, temporary_ids: List[int]) -> Any:
        """An argument for wasmtime. Adds to `temporary_ids` the resources that are dropped after the call."""
        if isinstance(argument, ResourceHandle):
            return argument.resource(self, instance)
        _check_text(argument)
        if isinstance(argument, list):
            return [self._to_component(one, instance, temporary_ids) for one in argument]
        if isinstance(argument, Options):
            setters = argument.setters
            if argument.has_timeout and self._deadline.elapsed() > _UNNOTICED_SECONDS:
                rest = ("timeout", (max(1, int(self._deadline.remaining() * 1000)),))
                setters = [one for one in setters if one[0] != "timeout"] + [rest]
            if not setters:
                return None
            options = instance.call(argument.resource.constructor())
            temporary_ids.append(instance.add(options))
            for name, values in setters:
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
    def entered(self, deadline: Deadline) -> Iterator[ComponentInstance]:
        """Within the block, this thread uses the guest. No other thread may."""
        outer = getattr(_current, "guest", None)
        _current.guest = self
        self._deadline = deadline
        compiled = compiled_component(_host_function)
        compiled.epochs.begin()
        try:
            self.host.deadline = deadline
            deadline.cancellation.set_interrupt(self.host.interrupt)
            if self.instance is None:
                self.instance = compiled.instantiate()
            self.instance.set_deadline(deadline)
            self._drop_deferred(self.instance)
            yield self.instance
            deadline.cancellation.check()
        except (WasmtimeError, Trap) as error:
            raise self._trapped(error) from None
        except AzureError as error:
            self._set_cause(error)
            raise
        finally:
            compiled.epochs.end()
            _current.guest = outer
            deadline.cancellation.clear_interrupt()
            self.host.end_call()

    def extend(self) -> None:
        """Lets the component end a call itself whose time has passed in a function of the program."""
        if self.instance is not None:
            self.instance.set_deadline(self._deadline)

    def _drop_deferred(self, instance: ComponentInstance) -> None:
        while self.deferred_drops:
            owner, id = self.deferred_drops.popleft()
            if owner is instance:
                instance.drop(id)

    def _set_cause(self, error: AzureError) -> None:
        """Sets an error's inner exception: that of the connection, of a file, or of the program's credential or function.

        Only an exception that shows where the program failed is printed with the error, as its cause. All others say no more
        than the error does.
        """
        if self.host.send_exception is not None and isinstance(error, (ServiceRequestError, ServiceResponseError)):
            error.inner_exception = self.host.send_exception
            error._add_reason(transport_reason(self.host.send_exception))
            if isinstance(self.host.send_exception, AuthoritiesError):
                error._set_hint(AUTHORITIES_HINT)
        if self.host.file_exception is not None and isinstance(error, ClientAuthenticationError):
            error.inner_exception = self.host.file_exception
            error._add_reason(str(self.host.file_exception))
        for provider in self.host.providers:
            if provider.error is not None:
                error.inner_exception = clean_program_error(provider.error)
                if has_frames(error.inner_exception):
                    error.__cause__ = error.inner_exception
                if error.hint is None and isinstance(provider.error, AzureError):
                    error._set_hint(provider.error.hint)

    def _trapped(self, error: BaseException) -> BaseException:
        """Discards the instance after a trap and returns the exception for it."""
        self.instance = None
        exception, self.host_exception = self.host_exception, None
        if exception is not None:
            return exception
        if _is_interrupt(error):
            return self._deadline.error("the WebAssembly component had not ended")
        trapped = AzureError(
            "the WebAssembly component stopped during the call",
            hint="Call again: the component is restarted. If it stops again, report this exception with its __cause__",
        )
        error.__traceback__ = None
        trapped.__cause__ = error
        return trapped

    def after_fork(self, in_use: bool) -> None:
        """In the child process: discards what belongs to threads of the parent, which do not exist here."""
        if in_use and self.instance is not None:
            self.instance.leak()
            self.instance = None
        self.host.after_fork()


def _is_interrupt(error: BaseException) -> bool:
    """Whether a trap was caused by the deadline."""
    if isinstance(error, Trap):
        return error.trap_code == TrapCode.INTERRUPT
    return "wasm trap: interrupt" in str(error)


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


def lost_resource(_guest: Guest) -> Any:
    """Creates a resource again that can't be: a list or a poller."""
    raise AzureError(
        "the WebAssembly component was restarted after a failure, so this list or poller is not valid any more",
        hint="Start the list or the operation again",
    )
