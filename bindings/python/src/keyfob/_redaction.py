"""What this package shows of the values that it works with: nothing of a secret, a token, a header or an assertion.

Every public class is decorated with :func:`hide_frames`: exceptions leave the package without the frames of the package and
of its libraries, whose local variables hold arguments and requests.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import ssl
import sysconfig
import types
from typing import Any, Callable, Generic, List, Optional, Type, TypeVar

C = TypeVar("C")
T = TypeVar("T")

_SPECIAL_METHODS = ("__init__", "__next__", "__anext__", "__iter__")
_LIBRARIES = tuple(
    {os.path.join(path, "") for name in ("stdlib", "platstdlib") if (path := sysconfig.get_path(name))}
    | {os.path.join(os.path.dirname(os.path.abspath(__file__)), "")}
)
_PACKAGE_FOLDERS = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
_MAX_CAUSES = 20
_PROXY_ANSWER = "the proxy answered"
# The most characters that are shown of a text that may be a secret in the wrong place.
_SHOWN_CHARACTERS = 3


class Hidden(Generic[T]):
    """Holds a value that must not be printed."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value."""
        return self._value

    def __repr__(self) -> str:
        return "<hidden>"


class ShownError(Exception):
    """The base class of exceptions whose messages are this package's own, and hold no secret."""


def hide_frames(decorated: Type[C]) -> Type[C]:
    """Decorates the public methods of a class: their exceptions show no local variables of this package."""
    for name, method in list(vars(decorated).items()):
        if isinstance(method, types.FunctionType) and (not name.startswith("_") or name in _SPECIAL_METHODS):
            setattr(decorated, name, _without_frames(method))
    return decorated


def _without_frames(method: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(method):
        return method

    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def call_async(*arguments: Any, **options: Any) -> Any:
            try:
                return await method(*arguments, **options)
            except BaseException as error:
                failure = cleaned(error)
            del arguments, options
            # Outside of the block: an exception that is raised within it has the handled one as its context.
            raise failure

        return call_async

    @functools.wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except BaseException as error:
            failure = cleaned(error)
        del arguments, options
        raise failure

    return call


def cleaned(error: BaseException) -> BaseException:
    """An exception without what may hold a secret: the frames of this package, and what was handled in it."""
    if isinstance(error, UnicodeError):
        # It holds the whole text.
        return ValueError("a text can't be encoded or decoded as UTF-8")
    error.__traceback__ = _program_frames(error.__traceback__)
    error.__context__ = None
    return error


def clean_program_error(error: BaseException) -> BaseException:
    """An exception of the program or of its credential, and its causes, with the program's own frames only."""
    if isinstance(error, UnicodeError):
        return ValueError(f"{type(error).__name__}: a text can't be encoded or decoded")
    seen: List[BaseException] = []
    pending: List[BaseException] = [error]
    while pending:
        one = pending.pop()
        if any(one is other for other in seen):
            continue
        seen.append(one)
        one.__traceback__ = _program_frames(one.__traceback__)
        for attribute in ("__cause__", "__context__"):
            linked = getattr(one, attribute)
            if isinstance(linked, UnicodeError) or len(seen) == _MAX_CAUSES:
                setattr(one, attribute, None)
            elif linked is not None:
                pending.append(linked)
    return error


def has_frames(error: Optional[BaseException]) -> bool:
    """Whether a cleaned exception, or one of its causes, shows a place in the program."""
    for _ in range(_MAX_CAUSES):
        if error is None or error.__traceback__ is not None:
            break
        error = error.__cause__ or error.__context__
    return error is not None


def describe_transport_error(error: BaseException, depth: int = 0) -> BaseException:
    """A copy of an exception of urllib3, and of its causes, with a text of this package.

    The original has the request in the local variables of its frames, and its text quotes the reply.
    """
    copy = _copy_with_text(error)
    original = getattr(error, "original_error", None)
    cause = original if isinstance(original, BaseException) else error.__cause__ or error.__context__
    if cause is None:
        cause = next((one for one in error.args if isinstance(one, BaseException)), None)
    if cause is not None and depth < _MAX_CAUSES:
        copy.__cause__ = describe_transport_error(cause, depth + 1)
        if original is cause:
            setattr(copy, "original_error", copy.__cause__)
    return copy


def transport_reason(error: Optional[BaseException]) -> Optional[str]:
    """What a copy of :func:`describe_transport_error` tells beyond the component's text."""
    for _ in range(_MAX_CAUSES):
        if error is None:
            break
        if isinstance(error, ssl.SSLCertVerificationError) and hasattr(error, "verify_message"):
            return str(error.verify_message)
        if isinstance(error, ShownError) or str(error).startswith(_PROXY_ANSWER):
            return str(error)
        error = error.__cause__
    return None


def _copy_with_text(error: BaseException) -> BaseException:
    if isinstance(error, OSError) and isinstance(error.errno, int) and isinstance(error.strerror, str):
        copy: BaseException = type(error)(error.errno, error.strerror)
        for attribute in ("reason", "library", "verify_code", "verify_message"):
            if isinstance(error, ssl.SSLError) and hasattr(error, attribute):
                setattr(copy, attribute, getattr(error, attribute))
        return copy
    text = str(error) if isinstance(error, ShownError) else _transport_text(error)
    # The class, or the first base class that prints its arguments alone: some of http.client print what was received.
    for kind in type(error).__mro__:
        try:
            copy = kind.__new__(kind)  # type: ignore[call-overload]
            copy.args = (text,)
            if not isinstance(copy, UnicodeError) and str(copy) == text and repr(copy).startswith(kind.__name__):
                return copy
        except Exception:
            continue
    return OSError(text)


def _transport_text(error: BaseException) -> str:
    # A proxy's refusal, for which http.client has no class of its own.
    refused = re.match(r"Tunnel connection failed: ([0-9]{3})\b", str(error))
    if refused:
        return f"{_PROXY_ANSWER} {refused[1]}"
    return "details are not shown, because they may hold parts of the request or of the reply"


def _program_frames(traceback: Optional[types.TracebackType]) -> Optional[types.TracebackType]:
    """The frames of a traceback that are neither this package's nor a library's."""
    frames = []
    while traceback is not None:
        path = os.path.abspath(traceback.tb_frame.f_code.co_filename)
        if not path.startswith(_LIBRARIES) and not any(folder in path for folder in _PACKAGE_FOLDERS):
            frames.append(traceback)
        traceback = traceback.tb_next
    kept: Optional[types.TracebackType] = None
    for one in reversed(frames):
        kept = types.TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def describe_text(text: str, legal: Callable[[str], bool]) -> str:
    """Describes a text that may be a secret: its length, at most three of its first legal characters and a quarter of it, and
    where its first other character is and of what kind."""
    if not text:
        return "is empty"
    position = next((index for index, character in enumerate(text) if not legal(character)), None)
    shown = text[: min(_SHOWN_CHARACTERS, len(text) // 4, len(text) if position is None else position)]
    beginning = f", begins with '{shown}'" if shown else ""
    other = "" if position is None else f", and its character {position + 1} is {_kind(text[position])}"
    return f"has {len(text)} character{'' if len(text) == 1 else 's'}{beginning}{other}"


def _kind(character: str) -> str:
    if character == "_":
        return "an underscore"
    if character.isspace():
        return "white space"
    if not character.isascii():
        return "not ASCII"
    return "punctuation" if character.isprintable() else "a control character"
