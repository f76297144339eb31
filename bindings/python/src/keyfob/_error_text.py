"""The text of an exception: the cause, the credentials that were tried, and what to change."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Sequence

# The credential in which the component calls a credential of the program. People know the program's by its class name.
_PROVIDER = "TokenProvider"
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,79}): (?=\S)")
_SUFFIX = "Credential"


class Attempt(NamedTuple):
    """A credential of a chain that was tried for a token."""

    credential: str
    """The credential's class name."""
    outcome: str
    """``unavailable``, ``failed`` or ``not-supported``."""
    message: str
    """The reason, in one line."""


def attempt(credential: str, outcome: str, message: str) -> Attempt:
    """An attempt whose message does not begin with the name of the credential: that stands before it."""
    message = " ".join(message.split())
    if credential == _PROVIDER:
        name = _NAME.match(message)
        if name is not None:
            credential, message = name[1], message[name.end() :]
    for separator in (": ", " "):
        message = message.removeprefix(credential + separator) if message != credential else message
    return Attempt(credential, outcome, message)


def error_text(summary: str, attempts: Sequence[Attempt], hint: Optional[str]) -> str:
    """The parts of an exception's text, with an empty line between them."""
    parts = [summary]
    if attempts:
        parts.append("\n  ".join(["Attempted credentials:", *_attempt_lines(attempts)]))
    if hint:
        parts.append("\n  ".join(["Fix:", *hint.splitlines()]))
    return "\n\n".join(parts)


def _attempt_lines(attempts: Sequence[Attempt]) -> List[str]:
    # Those that can't exist in a component have one reason, and stand in one line. A credential with a reason of its own does not.
    absent = [one.message for one in attempts if one.outcome == "not-supported"]
    together = [reason for reason in dict.fromkeys(absent) if absent.count(reason) > 1]
    tried = [one for one in attempts if one.outcome != "not-supported" or one.message not in together]
    width = max((len(one.credential) for one in tried), default=0)
    lines = [f"{one.credential:<{width}}  {one.message}" for one in tried]
    for reason in together:
        names = [
            one.credential[: -len(_SUFFIX)] if one.credential.endswith(_SUFFIX) else one.credential
            for one in attempts
            if one.outcome == "not-supported" and one.message == reason
        ]
        lines.append(f"({', '.join(names)}: {reason})")
    return lines
