"""The compiled component, once for each process, and instances of it.

Compiling takes about half a second of CPU time and is done on first use. Instantiating takes less than a millisecond.

While calls run, a thread advances the epoch of the engine. A call that still runs in the component when its deadline has
passed traps.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import os
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Optional

from wasmtime import Config, Engine, Store
from wasmtime import _ffi as ffi
from wasmtime.component import Component, Func, Instance, Linker
from wasmtime.component._enter import enter_wasm

from . import wit
from .deadline import Deadline
from .values import Check, is_bytes, lifter, lower_bytes

_COMPONENT_PATH = Path(__file__).parent.parent / "keyfob.wasm"
_HOST_FUNCTIONS = (
    "environment",
    "read-file",
    "unix-now",
    "monotonic",
    "random",
    "log",
    "start",
    "wait",
    "cancel",
    "get-token",
    "get-assertion",
)

_EPOCH_SECONDS = 0.1
# What the component needs to end a call whose time has passed.
_MIN_EPOCHS = 11
# The component promises 6 MiB, or 12 MiB with a backup, without the values that its clients cache. Those may be 16 MiB for
# each client. An instance that needs more traps, and is replaced.
_MAX_MEMORY_BYTES = 256 * 1024 * 1024

_MAX_INSTANTIATION_SECONDS = 60.0

_lock = threading.Lock()
_compiled_component: Optional["CompiledComponent"] = None


class CompiledComponent:
    """The compiled component and its linker. Any thread may instantiate it.

    :param host_function: returns the implementation of an imported function, by its WIT name.
    :raises RuntimeError: the package does not contain the component.
    """

    def __init__(self, host_function: Callable[[str], Callable[..., Any]]) -> None:
        config = Config()
        # Parallel compilation uses a thread pool, which does not exist any more in a forked process.
        config.parallel_compilation = False
        config.epoch_interruption = True
        self._engine = Engine(config)
        self.epochs = _EpochThread(self._engine)
        try:
            code = _COMPONENT_PATH.read_bytes()
        except FileNotFoundError:
            raise RuntimeError(
                f"{_COMPONENT_PATH} does not exist; in a clone of the repository, build it with "
                "`cargo run -- component --embedded bindings/python/src/keyfob/keyfob.wasm`"
            ) from None
        self._component = Component(self._engine, code)
        self._linker = Linker(self._engine)
        with self._linker.root() as root, root.add_instance(wit.HOST) as host:
            for name in _HOST_FUNCTIONS:
                host.add_func(name, host_function(name))

    def instantiate(self) -> "ComponentInstance":
        """Creates an instance with a store of its own."""
        store = Store(self._engine)
        store.set_limits(memory_size=_MAX_MEMORY_BYTES)
        store.set_epoch_deadline(_epochs(Deadline(_MAX_INSTANTIATION_SECONDS)))
        with _lock:
            return ComponentInstance(store, self._linker.instantiate(store, self._component))


class _EpochThread:
    """Advances the engine's epoch while calls run."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.reset()

    def reset(self) -> None:
        """In a forked process, the thread of the parent does not exist."""
        self._condition = threading.Condition()
        self._calls = 0
        self._started = False

    def begin(self) -> None:
        """A call begins."""
        with self._condition:
            self._calls += 1
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, args=(self._condition,), name="keyfob-epoch", daemon=True).start()
            elif self._calls == 1:
                self._condition.notify()

    def end(self) -> None:
        """A call has ended."""
        with self._condition:
            # After a fork during the call, the child has not counted it.
            self._calls = max(0, self._calls - 1)

    def _run(self, condition: threading.Condition) -> None:
        pause = threading.Event()
        while True:
            with condition:
                while self._calls == 0:
                    condition.wait()
            pause.wait(_EPOCH_SECONDS)
            self._engine.increment_epoch()


def _epochs(deadline: Deadline) -> int:
    """After how many epochs a call must end. An epoch may take longer than its time, but not less."""
    return max(_MIN_EPOCHS, math.ceil(deadline.remaining_with_grace() / _EPOCH_SECONDS) + 1)


class _Export:
    """An exported function, with its types."""

    def __init__(self, function: Func, store: Store) -> None:
        self._function = function
        function_type = function.type(store)
        self._parameters = [(kind, is_bytes(kind)) for _, kind in function_type.params]
        self._result = function_type.result
        self._lift = None if self._result is None else lifter(self._result)

    def call(self, store: Store, arguments: Any, check: Check) -> Any:
        if self._result is not None and self._lift is None:
            return self._function(store, *arguments)
        parameters = (ffi.wasmtime_component_val_t * len(self._parameters))()
        result = None if self._lift is None else ffi.wasmtime_component_val_t()
        lowered = 0
        try:
            for (kind, takes_bytes), argument in zip(self._parameters, arguments):
                pointer = ctypes.pointer(parameters[lowered])
                if takes_bytes and isinstance(argument, bytes):
                    lower_bytes(argument, pointer, check)
                else:
                    kind.convert_to_c(store, argument, pointer)
                lowered += 1

            def run() -> Any:
                return ffi.wasmtime_component_func_call(
                    ctypes.byref(self._function._func),
                    store._context(),
                    parameters,
                    lowered,
                    None if result is None else ctypes.byref(result),
                    0 if result is None else 1,
                )

            enter_wasm(run)
            if result is None or self._lift is None:
                return None
            try:
                return self._lift(result, check)
            finally:
                ffi.wasmtime_component_val_delete(ctypes.byref(result))
        finally:
            for index in range(lowered):
                ffi.wasmtime_component_val_delete(ctypes.byref(parameters[index]))


class ComponentInstance:
    """An instance of the component and its store.

    The caller must let only one thread at a time use it: with two, wasmtime aborts the process.
    """

    def __init__(self, store: Store, instance: Instance) -> None:
        self.store = store
        self._instance = instance
        self._functions: Dict[wit.Function, _Export] = {}
        self._deadline = Deadline(_MAX_INSTANTIATION_SECONDS)
        # wasmtime's finalizer closes a resource without dropping it in the component. Kept here, resources are not
        # garbage until `drop`.
        self.resources: Dict[int, Any] = {}
        self._ids = itertools.count(1)

    def add(self, resource: Any) -> int:
        """Keeps a resource until it is dropped, and returns its id."""
        id = next(self._ids)
        self.resources[id] = resource
        return id

    def drop(self, id: int) -> None:
        """Drops a resource in the component."""
        self.resources.pop(id).drop(self.store)

    def set_deadline(self, deadline: Deadline) -> None:
        """Sets when calls end by a trap, even if the component works without an end."""
        self._deadline = deadline
        self.store.set_epoch_deadline(_epochs(deadline))

    def call(self, function: wit.Function, *arguments: Any) -> Any:
        """Calls an exported function; arguments and result are wasmtime's.

        :raises ServiceResponseTimeoutError: the deadline passed while the result was converted.
        """
        export = self._functions.get(function)
        if export is None:
            export = self._functions[function] = _Export(self._find(function), self.store)
        return export.call(self.store, arguments, self._deadline.check)

    def _find(self, function: wit.Function) -> Func:
        interface_index = self._instance.get_export_index(self.store, function.interface)
        function_index = interface_index and self._instance.get_export_index(self.store, function.name, interface_index)
        export = function_index and self._instance.get_func(self.store, function_index)
        if not export:
            raise RuntimeError(
                f"{_COMPONENT_PATH} has no {function.name} in {function.interface}: "
                "the component and the package have different versions"
            )
        return export

    def leak(self) -> None:
        """Discards the store without freeing it: a thread of the parent process was using it at the fork."""
        self.store._consume()  # type: ignore[no-untyped-call, unused-ignore]


def compiled_component(host_function: Callable[[str], Callable[..., Any]]) -> CompiledComponent:
    """The compiled component of this process; compiles it on the first call.

    :param host_function: see :class:`CompiledComponent`.
    """
    global _compiled_component
    with _lock:
        if _compiled_component is None:
            _compiled_component = CompiledComponent(host_function)
        return _compiled_component


def _after_fork() -> None:
    # Another thread of the parent may have held the lock.
    global _lock
    _lock = threading.Lock()
    if _compiled_component is not None:
        _compiled_component.epochs.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
