"""The types of arguments, by their names. WebAssembly's own errors would not tell which argument has the wrong one."""

from __future__ import annotations

import functools
import inspect
import os
from datetime import datetime
from typing import Any, Callable, Iterable, Mapping, NamedTuple, Optional, Tuple


class _Expected(NamedTuple):
    types: Tuple[type, ...]
    shown: str


_TEXT = _Expected((str,), "str")
_FLAG = _Expected((bool,), "bool")
_WHOLE = _Expected((int,), "int")
_NUMBER = _Expected((int, float), "a number of seconds")
_TIME = _Expected((datetime,), "datetime")
_MAPPING = _Expected((Mapping,), "a mapping of texts")
_LIST = _Expected((Iterable,), "a list of texts")
_PATH = _Expected((str, bytes, os.PathLike), "a path")
_BYTES = _Expected((bytes, bytearray, memoryview), "bytes")

_BY_NAME: Mapping[str, _Expected] = {
    **dict.fromkeys(("name", "value", "version", "content_type", "out_content_type", "api_version", "vault_url"), _TEXT),
    **dict.fromkeys(("tenant_id", "client_id", "client_secret", "authority", "claims"), _TEXT),
    **dict.fromkeys(("managed_identity_client_id", "workload_identity_client_id", "workload_identity_tenant_id"), _TEXT),
    **dict.fromkeys(("enabled", "bypass_cache", "enable_cae", "disable_instance_discovery", "send_certificate_chain"), _FLAG),
    **dict.fromkeys(("max_page_size", "max_concurrency"), _WHOLE),
    **dict.fromkeys(("cache_ttl", "cache_max_secrets", "cache_max_bytes", "cache_stale_if_error"), _WHOLE),
    **dict.fromkeys(("timeout", "connection_timeout"), _NUMBER),
    **dict.fromkeys(("not_before", "expires_on"), _TIME),
    **dict.fromkeys(("tags", "identity_config"), _MAPPING),
    **dict.fromkeys(("names", "scopes", "additionally_allowed_tenants"), _LIST),
    **dict.fromkeys(("certificate_path", "token_file_path"), _PATH),
    "backup": _BYTES,
    "certificate_data": _BYTES,
    "password": _Expected((str, bytes), "str or bytes"),
    "func": _Expected((Callable,), "a function that returns an assertion"),  # type: ignore[arg-type]
}
# A text is a list of its characters.
_MAY_BE_ONE_TEXT = ("additionally_allowed_tenants",)


def check_types(owner: str, arguments: Mapping[str, Any]) -> None:
    """Checks the types of arguments. ``None`` is left to who takes them.

    :param owner: the name of the class or the method, for people.
    :raises TypeError: an argument has another type. The message names the argument and not its value.
    """
    for name, value in arguments.items():
        expected = _BY_NAME.get(name)
        if expected is None or value is None:
            continue
        is_text = isinstance(value, (str, bytes))
        if not isinstance(value, expected.types) or (expected is _LIST and is_text and name not in _MAY_BE_ONE_TEXT):
            raise _wrong(owner, name, expected.shown, value)
        # A number of bool is a mistake: True would be one second.
        if expected in (_WHOLE, _NUMBER) and isinstance(value, bool):
            raise _wrong(owner, name, expected.shown, value)
        if isinstance(value, Mapping):
            for key, item in value.items():
                _check_item(owner, f"a name in {name}", key)
                if item is not None or name == "tags":
                    _check_item(owner, f"a value in {name}", item)
        if isinstance(value, (list, tuple)):
            for item in value:
                _check_item(owner, f"an item of {name}", item)


def _check_item(owner: str, what: str, item: Any) -> None:
    if not isinstance(item, str):
        raise _wrong(owner, what, "str", item)


def _wrong(owner: str, what: str, expected: str, value: Any) -> TypeError:
    return TypeError(f"{owner}: {what} must be {expected}, not {type(value).__name__}")


def check_constructor(cls: type, arguments: Tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Checks the arguments of a constructor of this package. One of the program's own is not.

    :raises TypeError: see :func:`check_types`.
    """
    names = _parameters(getattr(cls, "__init__"))
    if names is not None:
        check_types(cls.__name__, {**dict(zip(names, arguments)), **options})


@functools.lru_cache(maxsize=None)
def _parameters(constructor: Callable[..., Any]) -> Optional[Tuple[str, ...]]:
    if not str(getattr(constructor, "__module__", "")).startswith("keyfob."):
        return None
    parameters = list(inspect.signature(constructor).parameters.values())[1:]
    return tuple(one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD)


def path_text(path: Any) -> Optional[str]:
    """A path as text: the Azure SDK takes what ``open`` takes."""
    return None if path is None else os.fsdecode(path)
