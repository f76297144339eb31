"""The component's log: the logger ``keyfob``, and the one of the Azure SDK if the program has configured it.

A program that was written for the Azure SDK listens to ``azure.identity`` or ``azure``.
"""

from __future__ import annotations

import logging
from typing import List, Optional

_OWN = logging.getLogger("keyfob")
_SDK = logging.getLogger("azure.identity")
_SDK_LOGGERS = (_SDK, logging.getLogger("azure"))

# Levels of AZURE_LOG_LEVEL, from the one that logs most.
_LEVELS = (("verbose", logging.DEBUG), ("info", logging.INFO), ("warning", logging.WARNING), ("error", logging.ERROR))


def _is_configured(logger: logging.Logger) -> bool:
    return logger.level != logging.NOTSET or any(not isinstance(one, logging.NullHandler) for one in logger.handlers)


def configured_level() -> Optional[str]:
    """The value of ``AZURE_LOG_LEVEL`` for the levels of the loggers that the program has configured, or None if it has
    configured none of them."""
    levels = [logger.getEffectiveLevel() for logger in (_OWN, *_SDK_LOGGERS) if _is_configured(logger)]
    # As set by logging.basicConfig. Warnings are its default, and this package's.
    if not levels and logging.getLogger().level != logging.WARNING:
        levels.append(_OWN.getEffectiveLevel())
    if not levels:
        return None
    return next((name for name, level in _LEVELS if min(levels) <= level), None)


def write(line: str) -> None:
    """Logs a line of the component, whose beginning tells its level."""
    text = line[len("keyfob: ") :] if line.startswith("keyfob: ") else line
    tag, _, message = text.partition(" ")
    level = next((level for name, level in _LEVELS if tag == f"[{name}]"), None)
    if level is None:
        level, message = logging.WARNING, text
    to_own = _OWN.isEnabledFor(level)
    if to_own:
        _OWN.log(level, "%s", message)
    if not any(_is_configured(logger) for logger in _SDK_LOGGERS) or not _SDK.isEnabledFor(level):
        return
    if not to_own:
        _SDK.log(level, "%s", message)
        return
    record = _SDK.makeRecord(_SDK.name, level, __file__, 0, "%s", (message,), None)
    # Those of the root logger have it already.
    for handler in _handlers():
        if level >= handler.level and _SDK.filter(record):
            handler.handle(record)


def _handlers() -> List[logging.Handler]:
    """The handlers of the Azure SDK's loggers that do not have the messages of this package's."""
    having = [*_OWN.handlers, *logging.getLogger().handlers]
    handlers: List[logging.Handler] = []
    for logger in _SDK_LOGGERS:
        handlers += [one for one in logger.handlers if one not in having and one not in handlers]
        if not logger.propagate:
            break
    return handlers
