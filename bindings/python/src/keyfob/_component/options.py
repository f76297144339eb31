"""Options of calls: the component takes them as resources that are made for one call."""

from __future__ import annotations

import math
from typing import Any, List, NamedTuple, Optional, Tuple

from keyfob.exceptions import InvalidArgumentError

from .wit import CLIENT_OPTIONS, CREDENTIAL_OPTIONS, LIST_OPTIONS, Resource

_MAX_U32 = 2**32 - 1

Setters = List[Tuple[str, Tuple[Any, ...]]]
"""Options by their names in the component's interface, each with the arguments of its setter."""


class Options(NamedTuple):
    """An options resource for one call."""

    resource: Resource
    """Its type."""
    setters: Setters
    """The options to set. Without any, the component is given none instead of a resource."""

    @property
    def has_timeout(self) -> bool:
        """Whether its option ``timeout`` is that of one call. That of a list is of each page."""
        return self.resource not in (CLIENT_OPTIONS, CREDENTIAL_OPTIONS, LIST_OPTIONS)

    def __repr__(self) -> str:
        return f"<Options of {self.resource.name}: {', '.join(name for name, _ in self.setters)}>"


def setters(**options: Any) -> Setters:
    """The options whose value is not None."""
    return [(name.replace("_", "-"), (value,)) for name, value in options.items() if value is not None]


def milliseconds(timeout: Optional[float]) -> Optional[int]:
    """A timeout in seconds as the milliseconds that the component takes.

    :raises InvalidArgumentError: it is infinite or not a number.
    """
    if timeout is None:
        return None
    if not math.isfinite(timeout):
        raise InvalidArgumentError(f"timeout {timeout} is not 0.001 to 600 seconds", kind="invalid-argument")
    return min(max(0, round(timeout * 1000)), _MAX_U32)
