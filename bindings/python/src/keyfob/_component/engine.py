"""Engine, compiled component and linker: once a process, on first use. Instances of it are made in microseconds."""

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
    """The component, ready to be instantiated by any thread."""

    def __init__(self, host_function: Callable[[str], Callable[..., Any]]) -> None:
        config = Config()
        # In a process that was forked the pool of threads that would compile is not there any more.
        config.parallel_compilation = False
        self._engine = Engine(config)
        try:
            code = _COMPONENT_PATH.read_bytes()
        except FileNotFoundError:
            raise RuntimeError(
                f"{_COMPONENT_PATH} is not there: in a clone of the repository, write it with "
                "`cargo run -- component --embedded bindings/python/src/keyfob/keyfob.wasm`"
            ) from None
        self._component = Component(self._engine, code)
        self._linker = Linker(self._engine)
        with self._linker.root() as root, root.add_instance(wit.HOST) as host:
            for name in _HOST_FUNCTIONS:
                host.add_func(name, host_function(name))

    def instantiate(self) -> "ComponentInstance":
        store = Store(self._engine)
        with _lock:
            return ComponentInstance(store, self._linker.instantiate(store, self._component))


class ComponentInstance:
    """One instance and its store. One thread at a time may use it: two would end the process."""

    def __init__(self, store: Store, instance: Instance) -> None:
        self.store = store
        self._instance = instance
        self._functions: Dict[wit.Function, Func] = {}
        # The garbage collector closes a resource without dropping it, so none may be where it looks for garbage.
        self.resources: Dict[int, Any] = {}
        self._ids = itertools.count(1)

    def add(self, resource: Any) -> int:
        """Keeps a resource under an id, until it is dropped."""
        id = next(self._ids)
        self.resources[id] = resource
        return id

    def drop(self, id: int) -> None:
        self.resources.pop(id).drop(self.store)

    def call(self, function: wit.Function, *arguments: Any) -> Any:
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
                f"{_COMPONENT_PATH} has no {function.name} in {function.interface}: it is of another version than this package"
            )
        return export

    def leak(self) -> None:
        """Forgets the store without running anything of it: it belongs to a thread that was not forked along."""
        self.store._consume()  # type: ignore[no-untyped-call, unused-ignore]


def compiled_component(host_function: Callable[[str], Callable[..., Any]]) -> CompiledComponent:
    """The component of this process. `host_function` gives each of the functions that it imports."""
    global _compiled_component
    with _lock:
        if _compiled_component is None:
            _compiled_component = CompiledComponent(host_function)
        return _compiled_component


def _after_fork() -> None:
    # Another thread of the parent may have held it.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
