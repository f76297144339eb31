"""The compiled component, once for each process, and instances of it.

Compiling takes about half a second of CPU time and is done on first use. Instantiating takes less than a millisecond.
"""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Optional

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Func, Instance, Linker

from . import wit

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
        self._engine = Engine(config)
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
        with _lock:
            return ComponentInstance(store, self._linker.instantiate(store, self._component))


class ComponentInstance:
    """An instance of the component and its store.

    The caller must let only one thread at a time use it: with two, wasmtime aborts the process.
    """

    def __init__(self, store: Store, instance: Instance) -> None:
        self.store = store
        self._instance = instance
        self._functions: Dict[wit.Function, Func] = {}
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

    def call(self, function: wit.Function, *arguments: Any) -> Any:
        """Calls an exported function; arguments and result are wasmtime's."""
        export = self._functions.get(function)
        if export is None:
            export = self._functions[function] = self._find(function)
        return export(self.store, *arguments)

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


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
