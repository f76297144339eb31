"""Engine, compiled component and linker: once a process, on first use. Instances of it are made in microseconds."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Optional

from wasmtime import Config, Engine, Store
from wasmtime.component import Component, Func, Instance, Linker

_PATH = Path(__file__).parent.parent / "keyfob.wasm"
_PACKAGE = "keyfob:azure/{}@0.1.0"
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
_compiled: Optional["Compiled"] = None


class Compiled:
    """The component, ready to be instantiated by any thread."""

    def __init__(self, dispatch: Callable[[str], Callable[..., Any]]) -> None:
        config = Config()
        # In a process that was forked the pool of threads that would compile is not there any more.
        config.parallel_compilation = False
        self._engine = Engine(config)
        try:
            code = _PATH.read_bytes()
        except FileNotFoundError:
            raise RuntimeError(
                f"{_PATH} is not there: in a clone of the repository, write it with "
                "`cargo run -- component --embedded bindings/python/src/keyfob/keyfob.wasm`"
            ) from None
        self._component = Component(self._engine, code)
        self._linker = Linker(self._engine)
        with self._linker.root() as root, root.add_instance(_PACKAGE.format("host")) as host:
            for name in _HOST_FUNCTIONS:
                host.add_func(name, dispatch(name))

    def instantiate(self) -> "Running":
        store = Store(self._engine)
        with _lock:
            return Running(store, self._linker.instantiate(store, self._component))


class Running:
    """One instance and its store. One thread at a time may use it: two would end the process."""

    def __init__(self, store: Store, instance: Instance) -> None:
        self.store = store
        self._instance = instance
        self._functions: Dict[str, Func] = {}
        # The garbage collector closes a resource without dropping it, so none may be where it looks for garbage.
        self.resources: Dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def keep(self, resource: Any) -> int:
        """Keeps a resource under a number, until it is dropped."""
        number = next(self._numbers)
        self.resources[number] = resource
        return number

    def drop(self, number: int) -> None:
        self.resources.pop(number).drop(self.store)

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        found = self._functions.get(function)
        if found is None:
            found = self._functions[function] = self._find(interface, function)
        return found(self.store, *arguments)

    def _find(self, interface: str, function: str) -> Func:
        outer = self._instance.get_export_index(self.store, _PACKAGE.format(interface))
        index = outer and self._instance.get_export_index(self.store, function, outer)
        found = index and self._instance.get_func(self.store, index)
        if not found:
            raise RuntimeError(f"{_PATH} has no {function} in {interface}: it is of another version than this package")
        return found

    def abandon(self) -> None:
        """Forgets the store without running anything of it: it belongs to a thread that was not forked along."""
        self.store._consume()  # type: ignore[no-untyped-call, unused-ignore]


def compiled(dispatch: Callable[[str], Callable[..., Any]]) -> Compiled:
    """The component of this process. `dispatch` gives each of the functions that it imports."""
    global _compiled
    with _lock:
        if _compiled is None:
            _compiled = Compiled(dispatch)
        return _compiled


def _after_fork() -> None:
    # Another thread of the parent may have held it.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
