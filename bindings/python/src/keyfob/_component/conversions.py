"""Conversions between Python values and the component's.

wasmtime gives a WIT ``result`` as ``Variant(tag, payload)`` if both payloads have the same Python class, else as the
bare payload. The fields of a record keep the dashes of their WIT names, so they are read with ``getattr``.
"""

from __future__ import annotations

from typing import Any, Dict

from wasmtime.component import Record, Variant

from keyfob._error_text import attempt
from keyfob.exceptions import AzureError, exception_of_kind


def record(**fields: Any) -> Record:
    """A record for the component. Underscores in the names become dashes."""
    result = Record()
    for name, value in fields.items():
        setattr(result, name.replace("_", "-"), value)
    return result


def field(value: Any, name: str) -> Any:
    """A field of a record, by its WIT name."""
    return getattr(value, name)


def unwrap_result(value: Any) -> Any:
    """The value of a WIT ``result``. Raises the exception for an ``azure-error``."""
    if isinstance(value, Variant):
        if value.tag == "err":
            raise exception_from(value.payload)
        value = value.payload
    # Of all records that the component returns, only `azure-error` has this field.
    if isinstance(value, Record) and hasattr(value, "retry-after"):
        raise exception_from(value)
    return value


def exception_from(error: Any) -> AzureError:
    """The exception for an ``azure-error``."""
    details: Dict[str, str] = dict(field(error, "details"))
    attempts = [attempt(one.credential, one.outcome, one.message) for one in field(error, "attempts")]
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
