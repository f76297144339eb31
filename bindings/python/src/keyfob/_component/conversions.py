"""Values on their way into the component and out of it.

wasmtime hands a ``result`` over as ``Variant(tag, payload)`` where the classes of its two payloads are the same, and else
as the bare payload; the names of a record's fields keep their dashes.
"""

from __future__ import annotations

from typing import Any, Dict

from wasmtime.component import Record, Variant

from keyfob.exceptions import Attempt, AzureError, of_kind


def record(**fields: Any) -> Record:
    """A record for the component."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def field(value: Any, name: str) -> Any:
    """A field of one of the component's records."""
    return getattr(value, name)


def settled(value: Any) -> Any:
    """What a call gave; raises the exception for an ``azure-error``."""
    if isinstance(value, Variant):
        if value.tag == "err":
            raise exception(value.payload)
        value = value.payload
    if isinstance(value, Record) and hasattr(value, "retry-after"):
        raise exception(value)
    return value


def exception(error: Any) -> AzureError:
    """The exception for an ``azure-error``."""
    details: Dict[str, str] = dict(field(error, "details"))
    attempts = [Attempt(one.credential, one.outcome, one.message) for one in field(error, "attempts")]
    return of_kind(
        field(error, "kind"),
        field(error, "message"),
        hint=field(error, "hint"),
        attempts=attempts,
        status_code=field(error, "status"),
        code=field(error, "code"),
        retry_after=field(error, "retry-after"),
        details=details,
    )
