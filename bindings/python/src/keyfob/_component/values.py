"""Values that cross the border of the component, converted faster than wasmtime-py does it.

wasmtime-py converts byte by byte and looks up the type of each field of each record again: a page of a list that a hostile
server filled with small items, or a backup, took minutes. Here the conversion is prepared once for each function, bytes are
copied in blocks, and a long list checks the deadline.
"""

from __future__ import annotations

import ctypes
from typing import Any, Callable, List, Optional, Tuple

from wasmtime import _ffi as ffi
from wasmtime.component import Record, Variant
from wasmtime.component import _types as types

Check = Callable[[], None]
"""Raises an exception if the call must end."""

Lift = Callable[[Any, Check], Any]
"""Converts a value of wasmtime's C interface to Python, without freeing it."""

_VALUE_BYTES = ctypes.sizeof(ffi.wasmtime_component_val_t)
_BYTE_OFFSET = ffi.wasmtime_component_val_t.of.offset
_BLOCK = 64 * 1024
_CHECK_INTERVAL = 64


def _byte_value(byte: int) -> bytes:
    value = ffi.wasmtime_component_val_t()
    value.kind = ffi.WASMTIME_COMPONENT_U8
    value.of.u8 = byte
    return ctypes.string_at(ctypes.addressof(value), _VALUE_BYTES)


_BYTE_VALUES = [_byte_value(byte) for byte in range(256)]


def is_bytes(value_type: Any) -> bool:
    """Whether a type is ``list<u8>``."""
    return isinstance(value_type, types.ListType) and isinstance(value_type.element, types.U8)


def lower_bytes(value: bytes, pointer: Any, check: Check) -> None:
    """Writes a ``list<u8>`` to a value of wasmtime's C interface."""
    raw = ffi.wasmtime_component_vallist_t()
    ffi.wasmtime_component_vallist_new_uninit(raw, len(value))
    address = ctypes.cast(raw.data, ctypes.c_void_p).value or 0
    for start in range(0, len(value), _BLOCK):
        block = b"".join(map(_BYTE_VALUES.__getitem__, value[start : start + _BLOCK]))
        ctypes.memmove(address + start * _VALUE_BYTES, block, len(block))
    pointer.contents.kind = ffi.WASMTIME_COMPONENT_LIST
    pointer.contents.of.list = raw
    check()


def lifter(value_type: Any) -> Optional[Lift]:
    """The conversion of values of a type, or None if the type has resources, which wasmtime-py must take over."""
    try:
        return _lifter(value_type)
    except NotImplementedError:
        return None


def _lifter(value_type: Any) -> Lift:
    if isinstance(value_type, types.String):
        return _lift_string
    if is_bytes(value_type):
        return _lift_bytes
    if isinstance(value_type, types.ListType):
        return _list_lifter(_lifter(value_type.element))
    if isinstance(value_type, types.RecordType):
        return _record_lifter([(name, _lifter(field)) for name, field in value_type.fields])
    if isinstance(value_type, types.TupleType):
        return _tuple_lifter([_lifter(element) for element in value_type.elements])
    if isinstance(value_type, types.OptionType):
        return _option_lifter(_lifter(value_type.payload))
    if isinstance(value_type, types.ResultType):
        return _result_lifter(*(None if case is None else _lifter(case) for case in (value_type.ok, value_type.err)))
    if isinstance(value_type, types.EnumType):
        return lambda value, check: _text(value.of.enumeration)
    for scalar, attribute in _SCALARS:
        if isinstance(value_type, scalar):
            return _scalar_lifter(attribute)
    raise NotImplementedError


_SCALARS = (
    (types.Bool, "boolean"),
    (types.U8, "u8"),
    (types.U16, "u16"),
    (types.U32, "u32"),
    (types.U64, "u64"),
)


def _text(name: Any) -> str:
    return ctypes.string_at(name.data, name.size).decode() if name.size else ""


def _lift_string(value: Any, check: Check) -> str:
    return _text(value.of.string)


def _lift_bytes(value: Any, check: Check) -> bytes:
    size = value.of.list.size
    address = ctypes.cast(value.of.list.data, ctypes.c_void_p).value or 0
    blocks: List[bytes] = []
    for start in range(0, size, _BLOCK):
        count = min(_BLOCK, size - start)
        raw = ctypes.string_at(address + start * _VALUE_BYTES, count * _VALUE_BYTES)
        blocks.append(raw[_BYTE_OFFSET::_VALUE_BYTES])
    check()
    return b"".join(blocks)


def _list_lifter(element: Lift) -> Lift:
    def lift(value: Any, check: Check) -> Any:
        raw = value.of.list
        data = raw.data
        items = []
        for index in range(raw.size):
            if index % _CHECK_INTERVAL == 0:
                check()
            items.append(element(data[index], check))
        return items

    return lift


def _record_lifter(fields: List[Tuple[str, Lift]]) -> Lift:
    def lift(value: Any, check: Check) -> Any:
        data = value.of.record.data
        record = Record()
        record.__dict__.update((name, field(data[index].val, check)) for index, (name, field) in enumerate(fields))
        return record

    return lift


def _tuple_lifter(elements: List[Lift]) -> Lift:
    def lift(value: Any, check: Check) -> Any:
        data = value.of.tuple.data
        return tuple([element(data[index], check) for index, element in enumerate(elements)])

    return lift


def _option_lifter(payload: Lift) -> Lift:
    def lift(value: Any, check: Check) -> Any:
        pointer = value.of.option
        return payload(pointer.contents, check) if pointer else None

    return lift


def _result_lifter(ok: Optional[Lift], err: Optional[Lift]) -> Lift:
    def lift(value: Any, check: Check) -> Any:
        raw = value.of.result
        tag, payload = ("ok", ok) if raw.is_ok else ("err", err)
        return Variant(tag, None if payload is None else payload(raw.val.contents, check))

    return lift


def _scalar_lifter(attribute: str) -> Lift:
    return lambda value, check: getattr(value.of, attribute)
