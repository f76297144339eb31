"""Options of calls: the component takes them as resources that are made for one call."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Tuple

from .wit import Resource

Setters = List[Tuple[str, Tuple[Any, ...]]]
"""Options by their names in the component's interface, each with the arguments of its setter."""


class Options(NamedTuple):
    """An options resource for one call."""

    resource: Resource
    """Its type."""
    setters: Setters
    """The options to set. Without any, the component is given none instead of a resource."""


def setters(**options: Any) -> Setters:
    """The options whose value is not None."""
    return [(name.replace("_", "-"), (value,)) for name, value in options.items() if value is not None]


def milliseconds(timeout: Optional[float]) -> Optional[int]:
    """A timeout in seconds as the milliseconds that the component takes."""
    return None if timeout is None else max(0, round(timeout * 1000))
