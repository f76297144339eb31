"""Values on their way into the component and out of it.

wasmtime hands a ``result`` over as ``Variant(tag, payload)`` where the classes of its two payloads are the same, and else
as the bare payload; the names of a record's fields keep their dashes.
"""

from __future__ import annotations

from typing import Any, Dict

from wasmtime.component import Record, Variant

from keyfob.exceptions import Attempt, AzureError, exception_of_kind


def record(**fields: Any) -> Record:
    """A record for the component."""
    result = Record()
    for name, value in fields.items():
        setattr(result, name.replace("_", "-"), value)
    return result


def field(value: Any, name: str) -> Any:
    """A field of one of the component's records."""
    return getattr(value, name)


def unwrap_result(value: Any) -> Any:
    """What a call gave; raises the exception for an ``azure-error``."""
    if isinstance(value, Variant):
        if value.tag == "err":
            raise exception_from(value.payload)
        value = value.payload
    if isinstance(value, Record) and hasattr(value, "retry-after"):
        raise exception_from(value)
    return value


def exception_from(error: Any) -> AzureError:
    """The exception for an ``azure-error``."""
    details: Dict[str, str] = dict(field(error, "details"))
    attempts = [Attempt(attempt.credential, attempt.outcome, attempt.message) for attempt in field(error, "attempts")]
    return exception_of_kind(
        field(error, "kind"),
        field(error, "message"),
        hint=field(error, "hint"),
        attempts=attempts,
        status_code=field(error, "status"),
        code=field(error, "code"),
        retry_after=field(error, "retry-after"),
        details=details,
    )
